import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HOOK_POINTS } from '../../src/hook/hook-point.ts';
import { type ScriptedOrigin, startOrigin } from '../support/scripted-origin.ts';
import { startTestEdge, type TestEdge } from '../support/test-edge.ts';

/** A function that fails, and what its author must be told. */
interface Failing {
  readonly name: string;
  readonly code: string;
  readonly error: string;
  readonly names: readonly string[];
}

const FAILING: readonly Failing[] = [
  {
    name: 'throws',
    code: `const check = (headers) => {
  if (!headers['x-none']) throw new TypeError('boom');
};
exports.handler = (event) => check(event.Records[0].cf.request.headers);`,
    error: 'EDGE_HOOK_THREW',
    names: ['TypeError: boom', 'at check (/var/task/throws.js:2:33)'],
  },
  {
    name: 'rejects',
    code: `exports.handler = async () => {
  await null;
  null.x;
};`,
    error: 'EDGE_HOOK_THREW',
    names: ["TypeError: Cannot read properties of null (reading 'x')", '/var/task/rejects.js:3:8'],
  },
  {
    name: 'rejects-text',
    code: "exports.handler = async () => { throw 'only text'; };",
    error: 'EDGE_HOOK_THREW',
    names: ['string: only text'],
  },
  {
    name: 'calls-back',
    code: "exports.handler = (event, context, callback) => callback(new Error('denied'));",
    error: 'EDGE_HOOK_THREW',
    names: ['Error: denied', '/var/task/calls-back.js:1:'],
  },
  {
    name: 'calls-back-text',
    code: "exports.handler = (event, context, callback) => callback('denied');",
    error: 'EDGE_HOOK_THREW',
    names: ['string: denied'],
  },
  {
    name: 'fails',
    code: "exports.handler = (event, context) => context.fail(new Error('failed'));",
    error: 'EDGE_HOOK_THREW',
    names: ['Error: failed'],
  },
  {
    name: 'throws-late',
    code: `exports.handler = (event, context, callback) => {
  setTimeout(() => { throw new RangeError('late'); }, 1);
  setTimeout(callback, 100);
};`,
    error: 'EDGE_HOOK_THREW',
    names: ['RangeError: late', '/var/task/throws-late.js:2:28'],
  },
  {
    name: 'forgets-rejection',
    code: `exports.handler = (event, context, callback) => {
  Promise.reject(new Error('nobody waits'));
  setTimeout(callback, 100);
};`,
    error: 'EDGE_HOOK_THREW',
    names: ['nobody waits', '/var/task/forgets-rejection.js:2:18'],
  },
  {
    name: 'never-settles',
    code: 'exports.handler = async () => new Promise(() => undefined);',
    error: 'EDGE_HOOK_THREW',
    names: ['Runtime.NodeJsExit'],
  },
  {
    name: 'circular',
    code: 'exports.handler = async (event) => { event.own = event; return event; };',
    error: 'EDGE_HOOK_THREW',
    names: ['circular'],
  },
  {
    name: 'exits',
    code: 'exports.handler = async () => process.exit(3);',
    error: 'EDGE_HOOK_EXITED',
    names: ['ended its environment'],
  },
  {
    name: 'waits',
    code: 'exports.handler = () => new Promise((resolve) => setTimeout(resolve, 60_000));',
    error: 'EDGE_HOOK_TIMEOUT',
    names: ['limit is 400 ms (timeoutMs)'],
  },
  {
    name: 'spins',
    code: 'exports.handler = async () => { for (;;); };',
    error: 'EDGE_HOOK_CPU',
    names: ['limit is 300 ms (cpuMs)'],
  },
  {
    name: 'grows',
    code: 'exports.handler = async () => { const all = []; for (;;) all.push(new Array(1e4).fill(0.5)); };',
    error: 'EDGE_HOOK_MEMORY',
    names: ['limit is 16 MiB (memoryMb)'],
  },
  {
    name: 'asks-the-network',
    code: `exports.handler = async () => {
  const answer = await fetch('https://login.example.com/keys');
  return answer.json();
};`,
    error: 'EDGE_HOOK_THREW',
    names: [
      'fetch failed',
      '"https://login.example.com" to functions.asks-the-network.network.allow',
    ],
  },
  {
    name: 'init-throws',
    code: 'const key = process.env.MISSING.trim();\nexports.handler = async () => key;',
    error: 'EDGE_HOOK_UNAVAILABLE',
    names: ['init-throws'],
  },
  {
    name: 'not-installed',
    code: "const p = require('not-installed-at-all');\nexports.handler = async () => p;",
    error: 'EDGE_HOOK_UNAVAILABLE',
    names: ['not-installed'],
  },
];

/** What the start says of functions that cannot be loaded. */
const AT_START: Readonly<Record<string, readonly string[]>> = {
  'init-throws': ["(reading 'trim')", '/var/task/init-throws.js:1:33'],
  'not-installed': ['npm install not-installed-at-all', 'not-installed.js:1:19'],
};

describe('a function that fails is told where, and the viewer gets 503 (CloudFront developer guide)', () => {
  let app: ScriptedOrigin;
  let edge: TestEdge;

  beforeAll(async () => {
    app = await startOrigin((_request, response) => response.end('content'));
    const settings = { cpuMs: 3000, timeoutMs: 10_000, memoryMb: 16 };
    edge = await startTestEdge({
      originUrl: app.url,
      functions: Object.fromEntries(FAILING.map(({ name, code }) => [name, code])),
      functionSettings: {
        ...Object.fromEntries(FAILING.map(({ name }) => [name, settings])),
        waits: { ...settings, timeoutMs: 400 },
        spins: { ...settings, cpuMs: 300 },
      },
      config: {
        debug: true,
        behaviors: [
          ...HOOK_POINTS.map((point) => ({
            path: `/${point}`,
            origin: 'app',
            hooks: { [point]: 'throws' },
          })),
          ...FAILING.map(({ name }) => ({
            path: `/${name}`,
            origin: 'app',
            hooks: { 'viewer-request': name },
          })),
          { path: '*', origin: 'app' },
        ],
      },
    });
  });

  afterAll(async () => {
    await edge[Symbol.asyncDispose]();
    await app.close();
  });

  test.each(FAILING)('$name: $error', async ({ name, error, names }) => {
    const reply = await edge.get(`/${name}`);
    const text = String(reply.headers['x-isoedge-error']);
    expect(text).toContain(error);
    expect(reply.status).toBe(503);
    expect(reply.headers['x-cache']).toBe('LambdaExecutionError from isoedge');
    expect(text).toContain(`"${name}"`);
    for (const part of names) expect(text).toContain(part);
  });

  test.each(HOOK_POINTS)('a throw at %s names the hook point', async (point) => {
    const reply = await edge.get(`/${point}`);
    expect(reply.status).toBe(503);
    expect(reply.headers['x-cache']).toBe('LambdaExecutionError from isoedge');
    expect(reply.headers['x-isoedge-error']).toContain(`function "throws" at ${point}`);
  });

  test.each(Object.entries(AT_START))('%s is explained at the start', (name, parts) => {
    const line = edge.logs.find(
      ({ level, message }) => level === 'error' && message.includes(`"${name}"`),
    );
    for (const part of parts) expect(line?.message).toContain(part);
  });
});

describe('a function at its concurrency limit (CloudFront developer guide)', () => {
  test('is refused with LambdaLimitExceeded, and serves again afterwards', async () => {
    await using app = await startOrigin((_request, response) => response.end('content'));
    await using edge = await startTestEdge({
      originUrl: app.url,
      functions: {
        slow: `exports.handler = async (event) => {
          await new Promise((resolve) => setTimeout(resolve, 300));
          return event.Records[0].cf.request;
        };`,
      },
      functionSettings: { slow: { concurrency: 1, queue: 0 } },
      hooks: { 'viewer-request': 'slow' },
      config: { debug: true },
    });
    const replies = await Promise.all(['/a', '/b', '/c'].map((path) => edge.get(path)));
    const refused = replies.filter(({ status }) => status === 503);
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(refused).toHaveLength(2);
    for (const { headers } of refused) {
      expect(headers['x-cache']).toBe('LambdaLimitExceeded from isoedge');
      expect(headers['x-isoedge-error']).toContain('EDGE_HOOK_CONCURRENCY');
      expect(headers['x-isoedge-error']).toContain('"slow"');
    }
    expect((await edge.get('/d')).status).toBe(200);
  });
});
