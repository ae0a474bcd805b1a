import { afterEach, describe, expect, test } from 'vitest';
import { encodeEvent } from '../../../src/wire/event-codec.ts';
import { type Guest, type GuestOptions, startGuest } from './harness.ts';

/** The handler contract of CloudFront developer guide, as the Lambda runtime keeps it. */

let guest: Guest | undefined;

async function start(program: string, options: GuestOptions = {}): Promise<Guest> {
  guest = await startGuest(program, options);
  return guest;
}

afterEach(() => guest?.dispose());

const RESULTS: [name: string, program: string, result: unknown][] = [
  ['an async handler gives its value', 'exports.handler = async (e) => ({ got: e.a })', { got: 1 }],
  ['a thenable settles the call', 'exports.handler = () => ({ then(f) { f("t") } })', 't'],
  ['a sync return value is ignored', 'exports.handler = () => ({ ignored: 1 })', null],
  ['callback(null, result)', 'exports.handler = (e, c, cb) => { cb(null, e) }', { a: 1 }],
  ['callback without a result is null', 'exports.handler = (e, c, cb) => cb()', null],
  [
    'the first callback wins',
    'exports.handler = (e, c, cb) => { cb(null, 1); cb(null, 2); cb(new Error("x")) }',
    1,
  ],
  [
    'callback then return of an async handler',
    'exports.handler = async (e, c, cb) => { cb(null, "A"); return "B" }',
    'A',
  ],
  [
    'callback then throw',
    'exports.handler = (e, c, cb) => { cb(null, "A"); throw new Error("late") }',
    'A',
  ],
  [
    'a callback result waits for the empty loop',
    'const o = []; exports.handler = (e, c, cb) => { setTimeout(() => o.push("timer"), 5); Promise.resolve().then(() => o.push("micro")); cb(null, o) }',
    ['micro', 'timer'],
  ],
  [
    'callbackWaitsForEmptyEventLoop = false does not wait',
    'const o = []; exports.handler = (e, c, cb) => { c.callbackWaitsForEmptyEventLoop = false; setTimeout(() => o.push("timer"), 5); cb(null, o) }',
    [],
  ],
  [
    'an async handler whose promise never settles but calls back',
    'exports.handler = (e, c, cb) => { setTimeout(() => cb(null, "ok"), 2); return new Promise(() => {}) }',
    'ok',
  ],
  ['context.succeed', 'exports.handler = (e, c) => c.succeed("s")', 's'],
  ['context.done', 'exports.handler = (e, c) => { setTimeout(c.done, 1, null, "d") }', 'd'],
  ['a handler that does nothing', 'exports.handler = () => {}', null],
  ['undefined becomes null', 'exports.handler = async () => undefined', null],
  ['a nested export', 'exports.a = { b: { handler: async () => "nested" } }', 'nested'],
  ['module.exports replaced', 'module.exports = { handler: async () => "m" }', 'm'],
  [
    'a transpiled default export',
    'exports.default = { handler: async () => "d" }; exports.__esModule = true',
    'd',
  ],
  [
    'sloppy mode',
    'x = 5; exports.handler = async function () { return [x, typeof this] }',
    [5, 'object'],
  ],
  [
    'the runtime is the main module',
    'const main = require.main; exports.handler = async () => [main === module, main.filename]',
    [false, '/var/runtime/index.mjs'],
  ],
  [
    'old packages patch SlowBuffer',
    'const { SlowBuffer } = require("buffer"); SlowBuffer.prototype.equal = 1; exports.handler = async () => [typeof SlowBuffer.prototype, Buffer.prototype.equal, SlowBuffer(2).length]',
    ['object', null, 2],
  ],
  [
    'the first random number of a program is its own',
    'Math.random = () => 0.25; let n = 0; const r = Math.random; Math.random = () => { n += 1; return r() }; exports.handler = async () => [Math.random(), n]',
    [0.25, 1],
  ],
  [
    'AWS context members',
    'exports.handler = async (e, c) => [c.functionName, c.functionVersion, c.memoryLimitInMB, c.awsRequestId, c.invokedFunctionArn.split(":").length, c.logGroupName, typeof c.logStreamName, c.getRemainingTimeInMillis() > 4000, c.identity, c.callbackWaitsForEmptyEventLoop]',
    [
      'us-east-1.test',
      '7',
      '128',
      'id-1',
      8,
      '/aws/lambda/us-east-1.test',
      'string',
      true,
      null,
      true,
    ],
  ],
];

describe('invoke()', () => {
  test.each(RESULTS)('%s', async (name, program, result) => {
    const exportPath = name === 'a nested export' ? ['a', 'b', 'handler'] : ['handler'];
    const running = await start(program, { meta: { exportPath, version: '7' } });
    expect(running.loaded).toBe('loaded');
    expect(await running.invoke({ a: 1 })).toEqual({ kind: 'done', value: result });
  });

  const ERRORS: [
    name: string,
    program: string,
    kind: string,
    errorType: string,
    message: string,
  ][] = [
    [
      'a sync throw',
      'exports.handler = () => { throw new TypeError("t") }',
      'error',
      'TypeError',
      't',
    ],
    [
      'a rejection',
      'exports.handler = async () => { throw new RangeError("r") }',
      'error',
      'RangeError',
      'r',
    ],
    [
      'callback(error)',
      'exports.handler = (e, c, cb) => cb(new Error("c"))',
      'error',
      'Error',
      'c',
    ],
    ['callback(text)', 'exports.handler = (e, c, cb) => cb("text")', 'error', 'string', 'text'],
    [
      'context.fail() with nothing',
      'exports.handler = (e, c) => c.fail()',
      'error',
      'string',
      'handled',
    ],
    [
      'a thrown object',
      'exports.handler = async () => { throw { a: 1 } }',
      'error',
      'object',
      '[object Object]',
    ],
    [
      'an unserialisable result',
      'exports.handler = async () => { const o = {}; o.o = o; return o }',
      'error',
      'TypeError',
      'circular',
    ],
    [
      'a BigInt in the result',
      'exports.handler = (e, c, cb) => cb(null, 5n)',
      'error',
      'TypeError',
      'BigInt',
    ],
    [
      'an async handler that never settles',
      'exports.handler = async () => new Promise(() => {})',
      'error',
      'Runtime.NodeJsExit',
      'not settled',
    ],
    [
      'a throw in a timer',
      'exports.handler = () => { setTimeout(() => { throw new Error("boom") }, 1) }',
      'fatal',
      'Error',
      'boom',
    ],
    [
      'a throw in a tick',
      'exports.handler = () => { process.nextTick(() => { throw new Error("tick") }) }',
      'fatal',
      'Error',
      'tick',
    ],
    [
      'a throw in queueMicrotask',
      'exports.handler = () => { queueMicrotask(() => { throw new Error("mt") }) }',
      'fatal',
      'Error',
      'mt',
    ],
  ];

  test.each(ERRORS)('%s is reported', async (...row) => {
    const [, program, kind, errorType, message] = row;
    const report = await (await start(program)).invoke({});
    expect(report.kind).toBe(kind);
    expect(report.value).toMatchObject({ errorType });
    expect((report.value as { errorMessage: string }).errorMessage).toContain(message);
  });

  test('an unhandled rejection ends the stretch', async () => {
    const running = await start('exports.handler = () => { Promise.reject(new Error("lost")) }');
    const report = await running.invoke({});
    expect(report.kind).toBe('rejection');
    expect(String(report.value)).toContain('lost');
  });

  test('process.exit() is reported and nothing after it runs', async () => {
    const running = await start(
      'exports.handler = async () => { process.on("exit", (c) => console.log("exit", c)); process.exit(3); console.log("never") }',
    );
    expect(await running.invoke({})).toEqual({ kind: 'exit', value: 3 });
    expect(running.logs.map(({ text }) => text)).toEqual(['exit 3']);
  });

  test('a flat event and the short context text', async () => {
    const running = await start(
      'exports.handler = async (e, c) => { const { request } = e.Records[0].cf; request.uri += "!"; console.log(c.awsRequestId, c.getRemainingTimeInMillis() > 1000, request.headers.host[0].value); return request }',
    );
    const event = encodeEvent({
      config: {
        distributionDomainName: 'd',
        distributionId: 'E',
        eventType: 'viewer-request',
        requestId: 'r',
      },
      request: {
        clientIp: '192.0.2.7',
        method: 'GET',
        uri: '/x',
        querystring: '',
        headers: ['host', 'Host', 'h.test'],
      },
    });
    const report = await running.invokeText(`F${event.text}`, `id-9\0${Date.now() + 5000}`);
    expect(report).toMatchObject({
      kind: 'done',
      value: { uri: '/x!', headers: { host: [{ key: 'Host', value: 'h.test' }] } },
    });
    expect(running.logs[0]?.text).toBe('id-9 true h.test');
  });

  test('module state and background timers survive to the next call', async () => {
    const running = await start(
      'let n = 0; const o = []; exports.handler = async () => { n += 1; if (n === 1) { setTimeout(() => o.push("late"), 1); return n } await new Promise((r) => setTimeout(r, 10)); return [n, o] }',
    );
    expect((await running.invoke({})).value).toBe(1);
    expect((await running.invoke({})).value).toEqual([2, ['late']]);
  });

  test('a late answer of an earlier call is not the answer of the next', async () => {
    const running = await start(
      'let first; exports.handler = (e, c, cb) => { if (!first) { first = cb; c.callbackWaitsForEmptyEventLoop = false; setTimeout(() => { c.succeed("stale") }, 1); cb(null, 1); return } setTimeout(() => cb(null, "second"), 20) }',
    );
    expect((await running.invoke({})).value).toBe(1);
    expect((await running.invoke({})).value).toBe('second');
  });
});

describe('load()', () => {
  test('a missing handler lists the exports', async () => {
    const { loaded } = await start('exports.other = 1; exports.more = 2');
    expect(loaded).toMatchObject({ kind: 'handler' });
    expect((loaded as { error: { errorMessage: string } }).error.errorMessage).toBe(
      'handler is undefined or not exported; the module exports "other", "more"',
    );
  });

  test('a throwing module is an init failure with its stack', async () => {
    const { loaded } = await start('throw new TypeError("at load")');
    expect(loaded).toMatchObject({
      kind: 'init',
      error: { errorType: 'TypeError', errorMessage: 'at load' },
    });
    expect(JSON.stringify(loaded)).toContain('/var/task/index.js:1');
  });

  test('module variables, environment and package files', async () => {
    const running = await start(
      `const fs = require('fs'), path = require('path');
      exports.handler = async () => [__dirname, __filename, process.env.COLOR, process.cwd(), module.exports === exports,
        fs.readFileSync('config.json', 'utf8'), fs.readFileSync(path.join(__dirname, 'a', 'b.txt'), 'utf8'),
        fs.readdirSync('.'), require('./config.json').x, fs.statSync('a').isDirectory(), fs.existsSync('./nope')]`,
      {
        meta: {
          env: { COLOR: 'red' },
          files: { 'config.json': btoa('{"x":1}'), 'a/b.txt': btoa('b') },
        },
      },
    );
    expect((await running.invoke({})).value).toEqual([
      '/var/task',
      '/var/task/index.js',
      'red',
      '/var/task',
      true,
      '{"x":1}',
      'b',
      ['a', 'config.json'],
      1,
      true,
      false,
    ]);
  });

  test('the package is read-only', async () => {
    const running = await start(
      "exports.handler = async () => { try { require('fs').writeFileSync('/var/task/x', 'y') } catch (e) { return [e.code, e.message] } }",
    );
    expect((await running.invoke({})).value).toEqual([
      'EROFS',
      "EROFS: read-only file system, open '/var/task/x'",
    ]);
  });
});

describe('console and streams', () => {
  test('trace and fatal are levels, without a stack, as Lambda has them', async () => {
    const running = await start(
      `console.trace('t %d', 1); console.fatal('f'); exports.handler = async () => 1`,
    );
    expect(running.logs).toEqual([
      { level: 'trace', text: 't 1' },
      { level: 'fatal', text: 'f' },
    ]);
  });

  test('levels, formats and groups become log lines', async () => {
    const running = await start(
      `console.log('a', 1, { b: 2 }); console.error('e'); console.warn('w'); console.debug('d'); console.info('%s!', 'i');
       console.group('g'); console.log('in\\nside'); console.groupEnd(); console.assert(1 === 2, 'as'); console.count(); console.count();
       process.stdout.write('out\\n'); process.stderr.write('err'); require('fs').writeSync(1, 'fd\\n'); exports.handler = async () => 1`,
    );
    expect(running.logs).toEqual([
      { level: 'info', text: 'a 1 { b: 2 }' },
      { level: 'error', text: 'e' },
      { level: 'warn', text: 'w' },
      { level: 'debug', text: 'd' },
      { level: 'info', text: 'i!' },
      { level: 'info', text: 'g' },
      { level: 'info', text: '  in\n  side' },
      { level: 'warn', text: 'Assertion failed: as' },
      { level: 'info', text: 'default: 1' },
      { level: 'info', text: 'default: 2' },
      { level: 'info', text: 'out' },
      { level: 'error', text: 'err' },
      { level: 'info', text: 'fd' },
    ]);
  });

  test('a long line is cut with a note', async () => {
    const running = await start("console.log('x'.repeat(300000)); exports.handler = async () => 1");
    expect(running.logs[0]?.text).toHaveLength(256 * 1024);
    expect(running.logs[0]?.text).toMatch(/cut: 300000 characters, limit 262144\]$/);
  });
});

describe('what user code can reach', () => {
  test('no isolated-vm object and no entry is left', async () => {
    const running = await start(
      `const found = Reflect.ownKeys(globalThis).map(String).filter((k) => /^__|ivm|^Reference$|hostCall/.test(k));
       exports.handler = async () => [found, typeof __isoedge, typeof __entries]`,
    );
    expect((await running.invoke({})).value).toEqual([[], 'undefined', 'undefined']);
  });

  test('tampered prototypes hurt only the function itself', async () => {
    const running = await start(
      `Array.prototype.push = () => { throw new Error('tampered') }; JSON.parse = () => 'forged'; JSON.stringify = () => '"forged"';
       Date.now = () => 0; exports.handler = async (e) => ({ ok: e.a })`,
    );
    expect(await running.invoke({ a: 1 })).toEqual({ kind: 'done', value: { ok: 1 } });
  });
});
