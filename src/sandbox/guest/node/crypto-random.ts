import { askHost } from '../core/host.ts';
import {
  invalidArgType,
  mustBeFunction,
  mustBeInteger,
  mustBeString,
  nodeError,
  outOfRange,
} from '../core/node-error.ts';
import { Buffer, type BufferLike } from './buffer.ts';
import { dataBytes, encoded } from './crypto-bytes.ts';
import { secretBytes } from './crypto-keys.ts';
import { withCallback } from './crypto-sign.ts';

/** Random values and key derivation. */

type Callback = (error: unknown, value?: unknown) => void;

const LARGEST_RANGE = 2 ** 48 - 1;
const SMALL_BYTES = 256;
let pool = new Uint8Array(0);
let poolAt = 0;

/** Random bytes; small requests come from a pool, so that ids do not cost a host call each. */
export function takeRandom(count: number): Uint8Array {
  if (count > SMALL_BYTES) return askHost('crypto.random', count) as Uint8Array;
  if (poolAt + count > pool.length) {
    pool = askHost('crypto.random', SMALL_BYTES * 8) as Uint8Array<ArrayBuffer>;
    poolAt = 0;
  }
  const bytes = pool.slice(poolAt, poolAt + count);
  pool.fill(0, poolAt, poolAt + count);
  poolAt += count;
  return bytes;
}

export function randomBytes(size: number, callback?: Callback): unknown {
  if (typeof size !== 'number') throw invalidArgType('size', 'of type number', size);
  if (!(size >= 0 && size <= 2 ** 31 - 1))
    throw outOfRange('size', `>= 0 && <= ${2 ** 31 - 1}`, size);
  return withCallback(() => encoded(takeRandom(Math.floor(size))), callback);
}

export function randomInt(...args: unknown[]): unknown {
  const callback = typeof args.at(-1) === 'function' ? (args.pop() as Callback) : undefined;
  const [min, max] = args.length < 2 || args[1] === undefined ? [0, args[0]] : args;
  if (!Number.isSafeInteger(min)) throw invalidArgType('min', 'a safe integer', min);
  if (!Number.isSafeInteger(max)) throw invalidArgType('max', 'a safe integer', max);
  const low = min as number;
  const range = (max as number) - low;
  if (range <= 0) throw outOfRange('max', `greater than the value of "min" (${low})`, max);
  if (range > LARGEST_RANGE) throw outOfRange('max - min', `<= ${LARGEST_RANGE}`, range);
  return withCallback(() => low + uniform(range), callback);
}

/** A number below `range` without bias: draws above the largest multiple are thrown away. */
function uniform(range: number): number {
  const limit = LARGEST_RANGE + 1 - ((LARGEST_RANGE + 1) % range);
  for (;;) {
    const drawn = (
      Buffer.from(takeRandom(6)) as unknown as { readUIntBE(at: number, size: number): number }
    ).readUIntBE(0, 6);
    if (drawn < limit) return drawn % range;
  }
}

/** The memory of a view or buffer as bytes, with the size of its elements. */
function memoryOf(target: ArrayBufferView | ArrayBuffer): { bytes: Uint8Array; unit: number } {
  if (target instanceof ArrayBuffer) return { bytes: new Uint8Array(target), unit: 1 };
  if (!ArrayBuffer.isView(target)) {
    throw invalidArgType('buf', 'an instance of ArrayBuffer or ArrayBufferView', target);
  }
  const { BYTES_PER_ELEMENT: unit = 1 } = target as { BYTES_PER_ELEMENT?: number };
  return { bytes: new Uint8Array(target.buffer, target.byteOffset, target.byteLength), unit };
}

export function randomFillSync<T extends ArrayBufferView | ArrayBuffer>(
  target: T,
  offset = 0,
  size?: number,
): T {
  const { bytes, unit } = memoryOf(target);
  const start = offset * unit;
  const length = size === undefined ? bytes.length - start : size * unit;
  if (start > bytes.length) throw outOfRange('offset', `>= 0 && <= ${bytes.length}`, offset);
  if (start + length > bytes.length) {
    throw outOfRange('size + offset', `<= ${bytes.length}`, length + offset);
  }
  bytes.set(takeRandom(length), start);
  return target;
}

export function randomFill(target: ArrayBufferView, ...rest: unknown[]): void {
  const callback = rest.pop();
  mustBeFunction(callback, 'callback');
  withCallback(() => randomFillSync(target, ...(rest as number[])), callback);
}

const HEX = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));

export function randomUUID(): string {
  const bytes = takeRandom(16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  let text = '';
  for (let i = 0; i < 16; i += 1) {
    if (i === 4 || i === 6 || i === 8 || i === 10) text += '-';
    text += HEX[bytes[i] ?? 0] ?? '';
  }
  return text;
}

export function timingSafeEqual(a: unknown, b: unknown): boolean {
  for (const [name, value] of [
    ['buf1', a],
    ['buf2', b],
  ] as const) {
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) continue;
    const kinds = 'an instance of ArrayBuffer, Buffer, TypedArray, or DataView';
    const message = `The "${name}" argument must be ${kinds}.`;
    throw nodeError(TypeError, 'ERR_INVALID_ARG_TYPE', message);
  }
  const left = dataBytes(a, 'buf1');
  const right = dataBytes(b, 'buf2');
  if (left.length !== right.length) {
    const message = 'Input buffers must have the same byte length';
    throw nodeError(RangeError, 'ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH', message);
  }
  let difference = 0;
  for (let i = 0; i < left.length; i += 1) difference |= (left[i] ?? 0) ^ (right[i] ?? 0);
  return difference === 0;
}

function derive(operation: string, args: readonly unknown[], callback?: unknown): unknown {
  return withCallback(() => encoded(askHost(operation, ...args) as Uint8Array), callback);
}

function pbkdf2Arguments(args: readonly unknown[]): unknown[] {
  const [password, salt, iterations, length, digest] = args;
  mustBeString(digest, 'digest');
  mustBeInteger(iterations, 'iterations', 1, 2 ** 31 - 1);
  mustBeInteger(length, 'keylen', 0, 2 ** 31 - 1);
  return [secretBytes(password, 'password'), dataBytes(salt, 'salt'), iterations, length, digest];
}

export function pbkdf2Sync(...args: unknown[]): BufferLike {
  return derive('crypto.pbkdf2', pbkdf2Arguments(args)) as BufferLike;
}

export function pbkdf2(...args: unknown[]): void {
  const callback = args.at(-1);
  mustBeFunction(callback, 'callback');
  derive('crypto.pbkdf2', pbkdf2Arguments(args), callback);
}

function scryptArguments(args: readonly unknown[]): unknown[] {
  const [password, salt, length, options] = args;
  mustBeInteger(length, 'keylen', 0, 2 ** 31 - 1);
  const given = typeof options === 'object' && options !== null ? { ...options } : {};
  return [secretBytes(password, 'password'), dataBytes(salt, 'salt'), length, given];
}

export function scryptSync(...args: unknown[]): BufferLike {
  return derive('crypto.scrypt', scryptArguments(args)) as BufferLike;
}

export function scrypt(...args: unknown[]): void {
  const callback = args.pop();
  mustBeFunction(callback, 'callback');
  derive('crypto.scrypt', scryptArguments(args), callback);
}

export function hkdfSync(...args: unknown[]): ArrayBuffer {
  const [digest, key, salt, info, length] = args;
  const given = [
    digest,
    secretBytes(key, 'ikm'),
    dataBytes(salt, 'salt'),
    dataBytes(info, 'info'),
    length,
  ];
  return (askHost('crypto.hkdf', ...given) as Uint8Array<ArrayBuffer>).buffer;
}

export function hkdf(...args: unknown[]): void {
  const callback = args.pop();
  mustBeFunction(callback, 'callback');
  withCallback(() => hkdfSync(...args), callback);
}
