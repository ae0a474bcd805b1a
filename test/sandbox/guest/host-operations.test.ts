import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createHostOperations } from '../../../src/sandbox/host-ops/host-operations.ts';

const operations = createHostOperations({ memoryLimitBytes: 2 ** 20 });
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('run()', () => {
  const GIVES_BYTES: [name: string, args: unknown[]][] = [
    ['utf8.encode', ['text']],
    ['crypto.hash', ['sha256', bytes('x')]],
    ['crypto.hmac', ['sha256', bytes('k'), bytes('x')]],
    ['crypto.random', [8]],
    ['crypto.pbkdf2', [bytes('p'), bytes('s'), 1, 8, 'sha256']],
    ['crypto.scrypt', [bytes('p'), bytes('s'), 8, { N: 16 }]],
    ['crypto.hkdf', ['sha256', bytes('k'), bytes('s'), bytes('i'), 8]],
    ['zlib.gzip', [bytes('x'), {}]],
    ['zlib.gunzip', [new Uint8Array(gzipSync('x')), {}]],
    [
      'crypto.decrypt',
      [{ algorithm: 'aes-128-ctr', key: new Uint8Array(16), iv: new Uint8Array(16) }, bytes('x')],
    ],
  ];

  // A view on Node's shared pool would carry what other functions left there into the isolate.
  test.each(GIVES_BYTES)('%s gives bytes with memory of their own', (name, args) => {
    const result = operations.run(name, args) as Uint8Array;
    expect(result).toBeInstanceOf(Uint8Array);
    expect(result.constructor).toBe(Uint8Array);
    expect(result.byteLength).toBe(result.buffer.byteLength);
  });

  test('keys, pairs and certificates give no shared memory either', () => {
    const pair = operations.run('crypto.generatePair', ['ec', { namedCurve: 'P-256' }]) as Record<
      string,
      { der: Uint8Array }
    >;
    for (const { der } of Object.values(pair)) expect(der.byteLength).toBe(der.buffer.byteLength);
    const raw = operations.run('crypto.ecdhGenerate', ['prime256v1']) as Record<string, Uint8Array>;
    for (const key of Object.values(raw)) expect(key.byteLength).toBe(key.buffer.byteLength);
  });

  const FAILS: [name: string, args: unknown[], failure: object][] = [
    ['nope', [], { name: 'TypeError', message: 'Unknown host operation: nope' }],
    ['constructor', [], { message: 'Unknown host operation: constructor' }],
    ['crypto.hash', ['sha256', 'text'], { name: 'TypeError' }],
    ['crypto.hash', ['nope', bytes('x')], { message: 'Digest method not supported' }],
    ['zlib.gunzip', [bytes('x'), {}], { code: 'Z_BUF_ERROR', errno: -5 }],
    ['crypto.random', [2 ** 30], { name: 'RangeError' }],
    ['crypto.pbkdf2', [bytes('p'), bytes('s'), 1, 2 ** 30, 'sha256'], { name: 'RangeError' }],
    ['crypto.scrypt', [bytes('p'), bytes('s'), 8, { maxmem: 2 ** 31 }], { name: 'RangeError' }],
    ['crypto.generatePair', ['rsa', { modulusLength: 65536 }], { name: 'RangeError' }],
    ['crypto.rsa', ['constructor', 'key', bytes('x'), {}], { name: 'TypeError' }],
    ['url.set', ['http://a/', 'toString', 'x'], { name: 'TypeError' }],
  ];

  test.each(FAILS)(
    '%s of wrong arguments returns a failure and throws nothing',
    (name, args, failure) => {
      expect(operations.run(name, args)).toMatchObject({ hostError: true, ...failure });
    },
  );

  test('a failure does not carry the stack of the host', () => {
    expect(Object.keys(operations.run('nope', []) as object)).toEqual([
      'hostError',
      'name',
      'message',
    ]);
  });

  test('a compression bomb ends at the memory limit of the function', () => {
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(4 * 2 ** 20)));
    expect(operations.run('zlib.gunzip', [bomb, {}])).toMatchObject({
      code: 'ERR_BUFFER_TOO_LARGE',
    });
    expect(operations.run('zlib.gunzip', [bomb, { maxOutputLength: 2 ** 40 }])).toMatchObject({
      code: 'ERR_BUFFER_TOO_LARGE',
    });
  });

  test('clock.now is not finer than a microsecond', () => {
    const now = operations.run('clock.now', []) as number;
    expect(Math.abs(now * 1000 - Math.round(now * 1000))).toBeLessThan(1e-3);
  });
});
