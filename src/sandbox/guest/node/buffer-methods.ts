import type * as coreInspectModule from '../core/inspect.ts';
import { call, methodOf } from '../core/method-of.ts';
import { invalidArgType, invalidArgValue, nodeError, outOfRange } from '../core/node-error.ts';
import { type Encoding, encodingOf, UTF8 } from './buffer-encodings.ts';

/** The methods of Buffer.prototype, apart from the numbers. */

type Wrap = (bytes: Uint8Array) => Uint8Array;
type Compare = (a: Uint8Array, b: Uint8Array) => number;
type Methods = Record<string | symbol, unknown>;

const nativeSubarray = methodOf(Uint8Array.prototype, 'subarray');
const nativeFill = methodOf(Uint8Array.prototype, 'fill');
const nativeSet = methodOf(Uint8Array.prototype, 'set');
const nativeIndexOf = methodOf(Uint8Array.prototype, 'indexOf');
const nativeLastIndexOf = methodOf(Uint8Array.prototype, 'lastIndexOf');
const INSPECT_BYTES = 50;

function part(bytes: Uint8Array, start: number, end: number): Uint8Array {
  if (start === 0 && end === bytes.length) return bytes;
  return new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start);
}

function clamp(value: unknown, fallback: number, length: number): number {
  if (value === undefined) return fallback;
  const number = Math.trunc(Number(value)) || 0;
  return number < 0 ? 0 : Math.min(number, length);
}

function known(name: unknown): Encoding {
  const encoding = encodingOf(name);
  if (encoding !== undefined) return encoding;
  throw nodeError(TypeError, 'ERR_UNKNOWN_ENCODING', `Unknown encoding: ${String(name)}`);
}

function toString(this: Uint8Array, encoding?: unknown, start?: number, end?: number): string {
  if (start === undefined && end === undefined) {
    return this.length === 0 ? '' : known(encoding).toText(this);
  }
  const from = clamp(start, 0, this.length);
  const to = clamp(end, this.length, this.length);
  return to <= from ? '' : known(encoding).toText(part(this, from, to));
}

/** `write(text)`, `write(text, encoding)`, `write(text, offset[, length][, encoding])`. */
function write(this: Uint8Array, text: string, ...rest: unknown[]): number {
  if (typeof text !== 'string') throw invalidArgType('argument', 'of type string', text);
  const encodingName = rest.find((argument) => typeof argument === 'string');
  const [offset = 0, length] = rest.filter((argument) => typeof argument !== 'string') as (
    | number
    | undefined
  )[];
  const encoding = known(encodingName);
  if (typeof offset !== 'number') throw invalidArgType('offset', 'of type number', offset);
  if (offset < 0 || offset > this.length) {
    throw outOfRange('offset', `>= 0 && <= ${this.length}`, offset);
  }
  const room = this.length - offset;
  if (length !== undefined && (length < 0 || length > this.length)) {
    throw outOfRange('length', `>= 0 && <= ${this.length}`, length);
  }
  return putText(this, encoding.toBytes(text), {
    encoding,
    offset,
    room: length === undefined ? room : Math.min(length, room),
  });
}

interface Place {
  readonly encoding: Encoding;
  readonly offset: number;
  readonly room: number;
}

/** Writes what fits, but no part of a character. */
function putText(target: Uint8Array, bytes: Uint8Array, place: Place): number {
  let count = Math.min(bytes.length, place.room);
  if (count < bytes.length) {
    if (place.encoding.name === 'utf16le') count -= count % 2;
    if (place.encoding === UTF8)
      while (count > 0 && ((bytes[count] ?? 0) & 0xc0) === 0x80) count -= 1;
  }
  call(nativeSet, target, part(bytes, 0, count), place.offset);
  return count;
}

function checkBytes(value: unknown, name: string): asserts value is Uint8Array {
  if (!(value instanceof Uint8Array)) {
    throw invalidArgType(name, 'an instance of Buffer or Uint8Array', value);
  }
}

function copy(this: Uint8Array, target: Uint8Array, ...range: (number | undefined)[]): number {
  checkBytes(target, 'target');
  const [targetStart = 0, sourceStart = 0, sourceEnd = this.length] = range.map((each) =>
    each === undefined ? undefined : Math.trunc(each) || 0,
  );
  if (targetStart < 0) throw outOfRange('targetStart', '>= 0', targetStart);
  if (sourceStart < 0 || sourceStart > this.length) {
    throw outOfRange('sourceStart', `>= 0 && <= ${this.length}`, sourceStart);
  }
  if (sourceEnd < 0) throw outOfRange('sourceEnd', '>= 0', sourceEnd);
  const room = target.length - targetStart;
  const count = Math.min(sourceEnd - sourceStart, this.length - sourceStart, room);
  if (count <= 0) return 0;
  call(nativeSet, target, part(this, sourceStart, sourceStart + count), targetStart);
  return count;
}

/** `fill(value[, offset[, end]][, encoding])`. */
function fill(this: Uint8Array, value: unknown, ...rest: unknown[]): Uint8Array {
  const encodingName = rest.find((argument) => typeof argument === 'string');
  const [start = 0, end = this.length] = rest.filter(
    (argument) => typeof argument !== 'string',
  ) as (number | undefined)[];
  checkInside('offset', start, this.length);
  checkInside('end', end, this.length);
  if (end <= start) return this;
  let pattern = value instanceof Uint8Array ? value : undefined;
  if (typeof value === 'string') pattern = known(encodingName).toBytes(value);
  if (pattern === undefined) return call(nativeFill, this, Number(value) & 255, start, end);
  if (pattern.length === 0 && value !== '') throw invalidArgValue('value', value);
  if (pattern.length === 0) return call(nativeFill, this, 0, start, end);
  for (let i = start; i < end; i += 1) this[i] = pattern[(i - start) % pattern.length] ?? 0;
  return this;
}

function checkInside(name: string, value: number, length: number): void {
  if (value < 0 || value > length) throw outOfRange(name, `>= 0 && <= ${length}`, value);
}

function matchesAt(bytes: Uint8Array, wanted: Uint8Array, at: number): boolean {
  for (let i = 1; i < wanted.length; i += 1) {
    if (bytes[at + i] !== wanted[i]) return false;
  }
  return true;
}

function findForward(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  const last = bytes.length - wanted.length;
  let at = from;
  while (at <= last) {
    at = call(nativeIndexOf, bytes, wanted[0], at);
    if (at < 0 || at > last) return -1;
    if (matchesAt(bytes, wanted, at)) return at;
    at += 1;
  }
  return -1;
}

function findBackward(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  let at = Math.min(from, bytes.length - wanted.length);
  while (at >= 0) {
    at = call(nativeLastIndexOf, bytes, wanted[0], at);
    if (at < 0 || matchesAt(bytes, wanted, at)) return at;
    at -= 1;
  }
  return -1;
}

interface Search {
  readonly value: unknown;
  readonly offset: unknown;
  readonly encoding: unknown;
  readonly isForward: boolean;
}

function wantedBytes(value: unknown, encoding: unknown): Uint8Array {
  if (typeof value === 'number') return Uint8Array.of(value & 255);
  if (typeof value === 'string') return known(encoding).toBytes(value);
  if (value instanceof Uint8Array) return value;
  const kinds = 'one of type number or string or an instance of Buffer or Uint8Array';
  throw invalidArgType('value', kinds, value);
}

function search(bytes: Uint8Array, { value, offset, encoding, isForward }: Search): number {
  const { length } = bytes;
  const isNamed = typeof offset === 'string';
  const wanted = wantedBytes(value, isNamed ? offset : encoding);
  let from = isNamed ? Number.NaN : Number(offset);
  if (Number.isNaN(from)) from = isForward ? 0 : length;
  from = Math.trunc(Math.max(-length - 1, Math.min(length, from)));
  if (from < 0) from += length;
  if (from < 0 && !isForward) return -1;
  from = Math.max(0, from);
  if (wanted.length === 0) return Math.min(from, length);
  return isForward ? findForward(bytes, wanted, from) : findBackward(bytes, wanted, from);
}

function swap(this: Uint8Array, size: number): Uint8Array {
  if (this.length % size !== 0) {
    throw nodeError(
      RangeError,
      'ERR_INVALID_BUFFER_SIZE',
      `Buffer size must be a multiple of ${size * 8}-bits`,
    );
  }
  for (let at = 0; at < this.length; at += size) part(this, at, at + size).reverse();
  return this;
}

function inspectBytes(bytes: Uint8Array): string {
  const shown = part(bytes, 0, Math.min(bytes.length, INSPECT_BYTES));
  const pairs = Array.from(shown, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  const more = bytes.length - INSPECT_BYTES;
  const tail = more > 0 ? ` ... ${more} more byte${more > 1 ? 's' : ''}` : '';
  return ` ${pairs}${tail}`;
}

function inspect(this: Uint8Array, _depth: unknown, options: unknown): string {
  // The indexes come first.
  const extras = Object.keys(this).slice(this.length);
  const { constructor } = this as { constructor?: { name?: string } };
  let text = inspectBytes(this);
  if (extras.length > 0) {
    const { inspect: show } = require('../core/inspect.ts') as typeof coreInspectModule;
    const own = Object.fromEntries(extras.map((key) => [key, (this as never)[key]]));
    const inner = show(own, {
      ...(options as object),
      breakLength: Number.POSITIVE_INFINITY,
      compact: true,
    });
    text += `${text === ' ' ? '' : ', '}${inner.slice(2, -2)}`;
  }
  return `<${constructor?.name ?? 'Buffer'}${text}>`;
}

const searches: Methods = {
  indexOf(this: Uint8Array, value: unknown, offset?: unknown, encoding?: unknown): number {
    return search(this, { value, offset, encoding, isForward: true });
  },
  lastIndexOf(this: Uint8Array, value: unknown, offset?: unknown, encoding?: unknown): number {
    return search(this, { value, offset, encoding, isForward: false });
  },
  includes(this: Uint8Array, value: unknown, offset?: unknown, encoding?: unknown): boolean {
    return search(this, { value, offset, encoding, isForward: true }) !== -1;
  },
};

function swapper(size: number): unknown {
  return function (this: Uint8Array): unknown {
    return Reflect.apply(swap, this, [size]);
  };
}

/** Makes the methods; `wrap` gives a Buffer over given memory. */
export function bufferMethods(wrap: Wrap, compare: Compare): Methods {
  const subarray = function (this: Uint8Array, start?: number, end?: number): Uint8Array {
    const view = new Uint8Array(this.buffer, this.byteOffset, this.length);
    return wrap(call(nativeSubarray, view, start, end));
  };
  const methods: Methods = {
    toString,
    toLocaleString: toString,
    write,
    copy,
    fill,
    subarray,
    slice: subarray,
    equals(this: Uint8Array, other: unknown): boolean {
      checkBytes(other, 'otherBuffer');
      return this === other || (this.length === other.length && compare(this, other) === 0);
    },
    compare(this: Uint8Array, target: unknown, ...range: number[]): number {
      checkBytes(target, 'target');
      const [from = 0, to = target.length, ownFrom = 0, ownTo = this.length] = range;
      if (from < 0) throw outOfRange('targetStart', `>= 0 && <= ${target.length}`, from);
      if (to > target.length) throw outOfRange('targetEnd', `>= 0 && <= ${target.length}`, to);
      return compare(
        part(this, ownFrom, Math.max(ownFrom, ownTo)),
        part(target, from, Math.max(from, to)),
      );
    },
    ...searches,
    swap16: swapper(2),
    swap32: swapper(4),
    swap64: swapper(8),
    toJSON(this: Uint8Array): object {
      return { type: 'Buffer', data: Array.from(this) };
    },
    inspect,
    [Symbol.for('nodejs.util.inspect.custom')]: inspect,
  };
  for (const name of ['utf8', 'ucs2', 'utf16le', 'latin1', 'ascii', 'base64', 'base64url', 'hex']) {
    methods[`${name}Slice`] = function (this: Uint8Array, start?: number, end?: number): string {
      return Reflect.apply(toString, this, [name, start, end]);
    };
    methods[`${name}Write`] = function (
      this: Uint8Array,
      text: string,
      ...rest: unknown[]
    ): number {
      return Reflect.apply(write, this, [text, ...rest, name]);
    };
  }
  return methods;
}
