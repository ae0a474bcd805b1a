import { z } from 'zod';
import { hostType, integer, LARGEST_BYTES, pathType, portType, setting } from './setting.ts';

export const listenerType = z.strictObject({
  host: setting(hostType.default('127.0.0.1'), {
    text: 'Address to listen on; `0.0.0.0` or `::` for every interface.',
  }),
  port: setting(portType.default(8080), {
    text: 'TCP port; 0 lets the system choose a free one.',
  }),
});

export const listenersType = z.array(listenerType).min(1).meta({ form: 'a list of 1 or more' });

export const adminType = z.strictObject({
  host: setting(hostType.default('127.0.0.1'), {
    text: 'Address of the admin listener; keep it on loopback unless `tokenFile` is set.',
  }),
  port: setting(portType.default(9180), {
    text: 'TCP port of the admin listener; 0 lets the system choose a free one.',
  }),
  tokenFile: setting(pathType.optional(), {
    text: 'File with the bearer token that admin requests must carry, all but `/healthz` and `/readyz`; without it none is asked for.',
  }),
});

export const limitsType = z.strictObject({
  maxUrlBytes: setting(integer(64, 65_536).default(8192), {
    text: 'Longest request target; a longer one is answered with 414.',
    unit: 'bytes',
    source: 'CloudFront',
  }),
  maxHeaderBytes: setting(integer(1024, 1_048_576).default(32_768), {
    text: 'Request line and header section together; a larger one is answered with 494.',
    unit: 'bytes',
    source: 'CloudFront',
  }),
  maxBodyBytes: setting(integer(0, LARGEST_BYTES).default(64 * 2 ** 30), {
    text: 'Largest request content; more is answered with 413.',
    unit: 'bytes',
    source: 'CloudFront (64 GB)',
  }),
  headersTimeoutMs: setting(integer(1, 3_600_000).default(10_000), {
    text: 'Longest time for a viewer to send its header section, from its first byte on.',
    unit: 'ms',
  }),
  idleTimeoutMs: setting(integer(1, 3_600_000).default(30_000), {
    text: 'Longest time without a byte of request content, or without the viewer taking a byte of the response.',
    unit: 'ms',
  }),
  keepAliveTimeoutMs: setting(integer(1, 3_600_000).default(5000), {
    text: 'How long an idle viewer connection is kept for its next request.',
    unit: 'ms',
    source: 'Node.js',
  }),
  maxConnections: setting(integer(1, 1_000_000).default(10_000), {
    text: 'Most viewer connections of one worker; one more is closed at once.',
    unit: 'count',
  }),
});
