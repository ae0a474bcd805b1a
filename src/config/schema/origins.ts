import { z } from 'zod';
import {
  fieldNameType,
  fieldValueType,
  formed,
  integer,
  nameType,
  pathType,
  setting,
} from './setting.ts';

/** CloudFront, origin failover: the statuses that may send a request to the secondary origin. */
export const FAILOVER_STATUS_CODES = [400, 403, 404, 416, 429, 500, 502, 503, 504] as const;

const originUrlType = formed(
  'a URL such as "http://127.0.0.1:8081", without path, query and credentials',
  z.string().regex(/^https?:\/\/[^\s/?#@]+\/?$/i),
);

const originPathType = formed(
  '"" or a path such as "/app", without a trailing slash',
  z.string().regex(/^(\/[\x21\x22\x24-\x3e\x40-\x7e]*[\x21\x22\x24-\x2e\x30-\x3e\x40-\x7e])?$/),
);

const s3ViewType = z.strictObject({
  domainName: setting(
    formed('a host name in lower case', z.string().regex(/^[a-z0-9.-]{1,128}$/)),
    {
      text: 'What functions see as `request.origin.s3.domainName`. While they leave it alone, requests go to `url`.',
    },
  ),
  region: setting(formed('the name of a region', z.string().regex(/^[a-z0-9-]*$/)).default(''), {
    text: 'What functions see as `request.origin.s3.region`.',
  }),
});

export const originType = z.strictObject({
  url: setting(originUrlType, {
    text: 'Scheme, host and port of the origin; the port defaults to 80 or 443.',
  }),
  path: setting(originPathType.default(''), {
    text: 'Prepended to the path of every request to this origin.',
  }),
  headers: setting(z.record(fieldNameType, fieldValueType).default({}), {
    text: 'Fields sent with every request to this origin, in place of viewer fields of the same name.',
    source: 'CloudFront (at most 30, names 256 and values 1783 characters, 10240 together)',
  }),
  connectionAttempts: setting(integer(1, 3).default(3), {
    text: 'How often a connection is tried before the origin counts as unreachable.',
    unit: 'count',
    source: 'CloudFront',
  }),
  connectTimeoutMs: setting(integer(1, 60_000).default(10_000), {
    text: 'Longest time for one connection attempt, TLS handshake included.',
    unit: 'ms',
    source: 'CloudFront (1 to 10 s)',
  }),
  readTimeoutMs: setting(integer(1, 3_600_000).default(30_000), {
    text: 'Longest wait for the first byte of a response, and between two packets of it.',
    unit: 'ms',
    source: 'CloudFront (1 to 120 s)',
  }),
  keepAliveTimeoutMs: setting(integer(1, 3_600_000).default(5000), {
    text: 'How long an idle connection to the origin is kept for the next request.',
    unit: 'ms',
    source: 'CloudFront (1 to 120 s)',
  }),
  maxConnections: setting(integer(1, 65_535).default(256), {
    text: 'Most connections of one worker to this origin; further requests wait for one.',
    unit: 'count',
  }),
  caFile: setting(pathType.optional(), {
    text: 'PEM file of a certificate authority to trust beside the system ones.',
  }),
  s3: setting(s3ViewType.optional(), {
    text: 'Functions see this origin as an S3 bucket (`request.origin.s3`) instead of a custom origin.',
    source: 'CloudFront',
  }),
});

const failoverStatusCodeType = formed(
  `one of ${FAILOVER_STATUS_CODES.join(', ')}`,
  z.literal(FAILOVER_STATUS_CODES),
);

export const originGroupType = z.strictObject({
  members: setting(formed('a list of exactly 2 origin names', z.array(nameType).length(2)), {
    text: 'The primary and the secondary origin.',
    source: 'CloudFront',
  }),
  failoverStatusCodes: setting(
    formed('a list of 1 or more status codes', z.array(failoverStatusCodeType).min(1)).default([
      500, 502, 503, 504,
    ]),
    {
      text: 'Statuses of the primary that send the request to the secondary; 503 covers failed connections, 504 timeouts.',
      source: 'CloudFront',
    },
  ),
});
