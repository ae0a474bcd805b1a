import { invalidArgType, nodeError, outOfRange } from '../core/node-error.ts';
import { publishName } from '../core/publish.ts';
import type * as webBase64Module from '../web/base64.ts';
import { type Encoding, encodingOf, UTF8 } from './buffer-encodings.ts';
import { bufferMethods } from './buffer-methods.ts';
import { numberMethods } from './buffer-numbers.ts';

/** Node's Buffer over the isolate's own Uint8Array. */

export type Bytes = Uint8Array<ArrayBuffer>;

export interface BufferLike extends Uint8Array<ArrayBuffer> {
  toString(encoding?: string, start?: number, end?: number): string;
  write(text: string, ...rest: unknown[]): number;
  equals(other: Uint8Array): boolean;
  copy(target: Uint8Array, ...range: number[]): number;
  subarray(start?: number, end?: number): BufferLike;
  slice(start?: number, end?: number): BufferLike;
}

interface BufferConstructor {
  new (value: unknown, encodingOrOffset?: unknown, length?: number): BufferLike;
  (value: unknown, encodingOrOffset?: unknown, length?: number): BufferLike;
  prototype: BufferLike;
  from(value: unknown, encodingOrOffset?: unknown, length?: number): BufferLike;
  alloc(size: number, fill?: unknown, encoding?: string): BufferLike;
  allocUnsafe(size: number): BufferLike;
  concat(list: readonly Uint8Array[], totalLength?: number): BufferLike;
  byteLength(value: unknown, encoding?: string): number;
  isBuffer(value: unknown): value is BufferLike;
  isEncoding(name: unknown): boolean;
  compare(a: Uint8Array, b: Uint8Array): number;
  [key: string | symbol]: unknown;
}

export const MAX_LENGTH = 2 ** 53 - 1;
export const MAX_STRING_LENGTH = 2 ** 29 - 24;

class FastBuffer extends (Uint8Array as new (...args: unknown[]) => Bytes) {}

/**
 * Called as a function or with `new`, as old code does; both give what `Buffer.from` or
 * `Buffer.alloc` gives.
 */
export const Buffer: BufferConstructor = function Buffer(
  value: unknown,
  encodingOrOffset?: unknown,
  length?: number,
): BufferLike {
  if (typeof value !== 'number') return from(value, encodingOrOffset, length);
  if (typeof encodingOrOffset === 'string') {
    throw invalidArgType('string', 'of type string', value);
  }
  return alloc(value);
} as unknown as BufferConstructor;

/** A Buffer over the memory of `bytes`, without a copy. */
export function asBuffer(bytes: Uint8Array): BufferLike {
  return new FastBuffer(bytes.buffer, bytes.byteOffset, bytes.length) as unknown as BufferLike;
}

function knownEncoding(name: unknown): Encoding {
  const encoding = encodingOf(name);
  if (encoding === undefined) {
    throw nodeError(TypeError, 'ERR_UNKNOWN_ENCODING', `Unknown encoding: ${String(name)}`);
  }
  return encoding;
}

function checkSize(size: unknown): asserts size is number {
  if (typeof size !== 'number') throw invalidArgType('size', 'of type number', size);
  if (!(size >= 0 && size <= MAX_LENGTH)) {
    throw outOfRange('size', `>= 0 && <= ${MAX_LENGTH}`, size);
  }
}

function alloc(size: number, fill?: unknown, encoding?: string): BufferLike {
  checkSize(size);
  const buffer = new FastBuffer(size) as unknown as BufferLike & {
    fill(value: unknown, encoding?: string): BufferLike;
  };
  return fill === undefined || fill === 0 || size === 0 ? buffer : buffer.fill(fill, encoding);
}

function fromArrayBuffer(buffer: ArrayBuffer, offset: unknown, length: unknown): BufferLike {
  const start = offset === undefined ? 0 : Number(offset) || 0;
  if (start > buffer.byteLength) {
    throw nodeError(RangeError, 'ERR_BUFFER_OUT_OF_BOUNDS', '"offset" is outside of buffer bounds');
  }
  const rest = buffer.byteLength - start;
  const count = length === undefined ? rest : Math.max(0, Number(length) || 0);
  if (count > rest) {
    throw nodeError(RangeError, 'ERR_BUFFER_OUT_OF_BOUNDS', '"length" is outside of buffer bounds');
  }
  return new FastBuffer(buffer, start, count) as unknown as BufferLike;
}

function fromArrayLike(list: ArrayLike<number>): BufferLike {
  const count = Math.trunc(list.length) || 0;
  if (count <= 0) return alloc(0);
  const buffer = new FastBuffer(count);
  if (list instanceof Uint8Array) buffer.set(list);
  else for (let i = 0; i < count; i += 1) buffer[i] = list[i] ?? 0;
  return buffer as unknown as BufferLike;
}

function isAnyArrayBuffer(value: object): value is ArrayBuffer {
  const tag = Object.prototype.toString.call(value);
  return tag === '[object ArrayBuffer]' || tag === '[object SharedArrayBuffer]';
}

const FROM_KINDS =
  'of type string or an instance of Buffer, ArrayBuffer, or Array or an Array-like Object';

function fromObject(value: object): BufferLike | undefined {
  const { length, type, data } = value as { length?: unknown; type?: unknown; data?: unknown };
  if (length !== undefined || isAnyArrayBuffer((value as { buffer?: object }).buffer ?? {})) {
    return typeof length === 'number' ? fromArrayLike(value as ArrayLike<number>) : alloc(0);
  }
  return type === 'Buffer' && Array.isArray(data) ? fromArrayLike(data) : undefined;
}

function fromPrimitiveOf(
  value: object,
  encodingOrOffset: unknown,
  length?: number,
): BufferLike | undefined {
  const primitive: unknown = value.valueOf?.();
  if (
    primitive !== value &&
    (typeof primitive === 'string' || typeof primitive === 'object') &&
    primitive !== null
  ) {
    return from(primitive, encodingOrOffset, length);
  }
  const convert = (value as { [Symbol.toPrimitive]?: (hint: string) => unknown })[
    Symbol.toPrimitive
  ];
  const text =
    typeof convert === 'function' ? Reflect.apply(convert, value, ['string']) : undefined;
  return typeof text === 'string' ? from(text, encodingOrOffset) : undefined;
}

function from(value: unknown, encodingOrOffset?: unknown, length?: number): BufferLike {
  if (typeof value === 'string') {
    return asBuffer(
      knownEncoding(typeof encodingOrOffset === 'string' ? encodingOrOffset : undefined).toBytes(
        value,
      ),
    );
  }
  if (typeof value === 'object' && value !== null) {
    if (isAnyArrayBuffer(value)) return fromArrayBuffer(value, encodingOrOffset, length);
    const made =
      value instanceof Uint8Array || Array.isArray(value)
        ? fromArrayLike(value as ArrayLike<number>)
        : fromPrimitiveOrObject(value, encodingOrOffset, length);
    if (made !== undefined) return made;
  }
  throw invalidArgType('first argument', FROM_KINDS, value);
}

function fromPrimitiveOrObject(
  value: object,
  encodingOrOffset: unknown,
  length?: number,
): BufferLike | undefined {
  return (
    (value.valueOf?.() !== value ? fromPrimitiveOf(value, encodingOrOffset, length) : undefined) ??
    fromObject(value) ??
    fromPrimitiveOf(value, encodingOrOffset, length)
  );
}

function concat(list: readonly Uint8Array[], totalLength?: number): BufferLike {
  if (!Array.isArray(list)) throw invalidArgType('list', 'an instance of Array', list);
  let total = totalLength;
  if (total === undefined) {
    total = 0;
    for (const part of list) total += part.length || 0;
  }
  const joined = alloc(total);
  let at = 0;
  for (const [i, part] of list.entries()) {
    if (!(part instanceof Uint8Array)) {
      throw invalidArgType(`list[${i}]`, 'an instance of Buffer or Uint8Array', part);
    }
    const room = total - at;
    if (room <= 0) break;
    joined.set(part.length > room ? part.subarray(0, room) : part, at);
    at += part.length;
  }
  return joined;
}

function byteLength(value: unknown, encoding?: string): number {
  if (typeof value === 'string') return (encodingOf(encoding) ?? UTF8).byteLength(value);
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (typeof value === 'object' && value !== null && isAnyArrayBuffer(value))
    return value.byteLength;
  const kinds = 'of type string or an instance of Buffer or ArrayBuffer';
  throw invalidArgType('string', kinds, value);
}

function compare(a: Uint8Array, b: Uint8Array): number {
  if (!(a instanceof Uint8Array))
    throw invalidArgType('buf1', 'an instance of Buffer or Uint8Array', a);
  if (!(b instanceof Uint8Array))
    throw invalidArgType('buf2', 'an instance of Buffer or Uint8Array', b);
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i += 1) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference < 0 ? -1 : 1;
  }
  return Math.sign(a.length - b.length);
}

publishName('Buffer', Buffer);
Object.defineProperty(FastBuffer.prototype, 'constructor', {
  value: Buffer,
  configurable: true,
  enumerable: false,
  writable: true,
});
Object.setPrototypeOf(Buffer, Uint8Array);
(Buffer as { prototype: unknown }).prototype = FastBuffer.prototype;
Object.assign(Buffer, {
  poolSize: 8192,
  from,
  alloc,
  allocUnsafe: (size: number) => alloc(size),
  allocUnsafeSlow: (size: number) => alloc(size),
  isBuffer: (value: unknown) => value instanceof FastBuffer,
  isEncoding: (name: unknown) =>
    typeof name === 'string' && name.length > 0 && encodingOf(name) !== undefined,
  byteLength,
  concat,
  compare,
  of: (...items: number[]) => from(items),
  copyBytesFrom(view: Uint8Array, offset = 0, length?: number): BufferLike {
    const end = length === undefined ? undefined : offset + length;
    const part = view.slice(offset, end);
    return from(part.buffer);
  },
});
Object.defineProperty(Buffer, Symbol.species, { configurable: true, get: () => FastBuffer });
Object.assign(FastBuffer.prototype, bufferMethods(asBuffer, compare), numberMethods());
Object.defineProperties(FastBuffer.prototype, {
  parent: {
    enumerable: true,
    get(this: unknown) {
      return this instanceof FastBuffer ? this.buffer : undefined;
    },
  },
  offset: {
    enumerable: true,
    get(this: unknown) {
      return this instanceof FastBuffer ? this.byteOffset : undefined;
    },
  },
});

export function atob(text: unknown): string {
  const { decodeBase64Text } = require('../web/base64.ts') as typeof webBase64Module;
  return decodeBase64Text(String(text));
}

export function btoa(text: unknown): string {
  const { encodeBase64Text } = require('../web/base64.ts') as typeof webBase64Module;
  return encodeBase64Text(String(text));
}

/** Re-encodes bytes from one encoding to another. */
export function transcode(
  source: Uint8Array,
  fromEncoding: string,
  toEncoding: string,
): BufferLike {
  const text = knownEncoding(fromEncoding).toText(source);
  const target = knownEncoding(toEncoding);
  const isNarrow = target.name === 'ascii' || target.name === 'latin1';
  const limit = target.name === 'ascii' ? 0x7f : 0xff;
  const shown = isNarrow
    ? Array.from(text, (c) => ((c.codePointAt(0) ?? 0) > limit ? '?' : c)).join('')
    : text;
  return from(shown, target.name);
}
