import { z } from 'zod';
import { formed, integer, nameType, pathType, setting } from './setting.ts';

const handlerType = formed(
  'file and export, such as "index.handler"',
  z.string().regex(/^(?:[^\s/]+\/)*[^\s./]+(?:\.[^\s./]+)+$/),
);

const environmentNameType = formed(
  'a name of letters, digits and "_" that begins with a letter',
  z.string().regex(/^[A-Za-z][A-Za-z0-9_]*$/),
);

const allowEntryType = formed(
  '"scheme://host[:port]", such as "https://*.example.com:8443"',
  z
    .string()
    .regex(
      /^https?:\/\/(?:\*\.)?(?:[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/i,
    ),
);

const authorityType = formed(
  '"host:port"',
  z.string().regex(/^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):\d{1,5}$/),
);

export const networkType = z.strictObject({
  allow: setting(z.array(allowEntryType).default([]), {
    text: 'Servers that the function may call; `*.` stands for one or more labels. Empty means no network.',
  }),
  resolve: setting(z.record(authorityType, authorityType).default({}), {
    text: 'Connects to another address than the name says, `host:port` to `address:port`; meant for tests.',
  }),
  caFile: setting(pathType.optional(), {
    text: 'PEM file of a certificate authority to trust beside the system ones; meant for tests.',
  }),
});

export const functionType = z.strictObject({
  code: setting(pathType, {
    text: 'Folder with the code, or one `.js`, `.mjs`, `.cjs` or `.ts` file.',
  }),
  handler: setting(handlerType.default('index.handler'), {
    text: 'File without its ending and the name of the export, as in Lambda.',
    source: 'Lambda',
  }),
  runtime: setting(z.enum(['lambda-edge', 'cloudfront-function']).default('lambda-edge'), {
    text: 'The dialect of events and results that the function speaks; this version runs `lambda-edge` only.',
  }),
  memoryMb: setting(integer(8, 10_240).default(128), {
    text: 'Heap and ArrayBuffers of one environment together.',
    unit: 'MiB',
    source: 'Lambda@Edge (128 to 10240)',
  }),
  timeoutMs: setting(integer(1, 30_000).default(5000), {
    text: 'Wall-clock limit of one invocation, awaits included.',
    unit: 'ms',
    source: 'Lambda@Edge (at most 30 s, formerly 5 s at viewer events)',
  }),
  cpuMs: setting(integer(1, 30_000).default(50), {
    text: 'CPU limit of one invocation: the sum of its synchronous stretches.',
    unit: 'ms',
  }),
  concurrency: setting(integer(1, 10_000).default(100), {
    text: 'Most environments of the function in one worker, one invocation at a time each.',
    unit: 'count',
  }),
  queue: setting(integer(0, 100_000).default(1000), {
    text: 'Most calls that wait for an environment; one more is refused with 503.',
    unit: 'count',
  }),
  initTimeoutMs: setting(integer(1, 60_000).default(10_000), {
    text: 'Limit of loading the module, wall clock and CPU, apart from the limits of an invocation.',
    unit: 'ms',
    source: 'Lambda (10 s)',
  }),
  environment: setting(z.record(environmentNameType, z.string()).default({}), {
    text: 'Environment variables of the function; names that begin with `AWS_LAMBDA_` or `LAMBDA_` are reserved, credentials and the region may be given.',
    source: 'Lambda (4096 bytes together)',
  }),
  network: setting(networkType.prefault({}), {
    text: 'What the function may reach over the network; nothing by default.',
  }),
  trustGroup: setting(nameType.optional(), {
    text: 'Functions of one group share a process. Default: the name of the function; `cloudfront-functions` for that runtime.',
  }),
});
