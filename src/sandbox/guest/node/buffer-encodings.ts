import { call, methodOf, textOf } from '../core/method-of.ts';
import { decodeUtf8, encodeUtf8, utf8Length } from '../core/utf8.ts';

/** One text encoding of Buffer. `toText` reads the whole array it gets. */
export interface Encoding {
  readonly name: string;
  toBytes(text: string): Uint8Array<ArrayBuffer>;
  toText(bytes: Uint8Array): string;
  byteLength(text: string): number;
}

const fromBase64 = methodOf(Uint8Array, 'fromBase64');
const fromHex = methodOf(Uint8Array, 'fromHex');
const toBase64 = methodOf(Uint8Array.prototype, 'toBase64');
const toHex = methodOf(Uint8Array.prototype, 'toHex');
const CHUNK_UNITS = 8192;
const fromCharCode = String.fromCharCode;

function joinUnits(units: Uint8Array | Uint16Array): string {
  if (units.length <= CHUNK_UNITS) return Reflect.apply(fromCharCode, undefined, units);
  let text = '';
  for (let at = 0; at < units.length; at += CHUNK_UNITS) {
    text += Reflect.apply(fromCharCode, undefined, units.subarray(at, at + CHUNK_UNITS));
  }
  return text;
}

/** A plain view: methods of Uint8Array that a subclass overrides must not be met. */
function plainView(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

function toLatin1(bytes: Uint8Array): string {
  return joinUnits(plainView(bytes));
}

function fromLatin1(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i);
  return bytes;
}

function toAscii(bytes: Uint8Array): string {
  return joinUnits(new Uint8Array(bytes).map((byte) => byte & 0x7f));
}

function toUtf16(bytes: Uint8Array): string {
  const count = bytes.length >> 1;
  const units = new Uint16Array(count);
  for (let i = 0; i < count; i += 1)
    units[i] = (bytes[2 * i] ?? 0) | ((bytes[2 * i + 1] ?? 0) << 8);
  return joinUnits(units);
}

function fromUtf16(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length * 2);
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    bytes[2 * i] = unit & 0xff;
    bytes[2 * i + 1] = unit >> 8;
  }
  return bytes;
}

function base64Value(unit: number): number {
  if (unit >= 65 && unit <= 90) return unit - 65;
  if (unit >= 97 && unit <= 122) return unit - 71;
  if (unit >= 48 && unit <= 57) return unit + 4;
  if (unit === 43 || unit === 45) return 62;
  return unit === 47 || unit === 95 ? 63 : -1;
}

/**
 * Node's lenient decoder: both alphabets, anything else is skipped, the first `=` ends the text.
 */
function fromBase64Leniently(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.ceil((text.length * 3) / 4));
  let at = 0;
  let bits = 0;
  let count = 0;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit === 61) break;
    const value = base64Value(unit);
    if (value < 0) continue;
    bits = (bits << 6) | value;
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes[at++] = (bits >> count) & 0xff;
    }
  }
  return bytes.slice(0, at);
}

function bytesFromBase64(text: string): Uint8Array<ArrayBuffer> {
  const alphabet = text.includes('-') || text.includes('_') ? 'base64url' : 'base64';
  try {
    return call(fromBase64, Uint8Array, text, { alphabet, lastChunkHandling: 'loose' });
  } catch {
    return fromBase64Leniently(text);
  }
}

/** Node's estimate, which trusts the padding and nothing else. */
function base64Length(text: string): number {
  let { length } = text;
  if (text.endsWith('=')) length -= 1;
  if (length > 1 && text.charCodeAt(length - 1) === 61) length -= 1;
  return (length * 3) >>> 2;
}

function bytesFromHex(text: string): Uint8Array<ArrayBuffer> {
  const even = text.length % 2 === 0 ? text : text.slice(0, -1);
  try {
    return call(fromHex, Uint8Array, even);
  } catch {
    const [valid = ''] = /^(?:[\da-f]{2})*/i.exec(even) ?? [];
    return call(fromHex, Uint8Array, valid);
  }
}

const BASE64URL = { alphabet: 'base64url', omitPadding: true } as const;

const utf8: Encoding = {
  name: 'utf8',
  toBytes: encodeUtf8,
  toText: decodeUtf8,
  byteLength: utf8Length,
};
const utf16: Encoding = {
  name: 'utf16le',
  toBytes: fromUtf16,
  toText: toUtf16,
  byteLength: (text) => text.length * 2,
};
const latin1: Encoding = {
  name: 'latin1',
  toBytes: fromLatin1,
  toText: toLatin1,
  byteLength: (text) => text.length,
};
const ascii: Encoding = { ...latin1, name: 'ascii', toText: toAscii };
const base64: Encoding = {
  name: 'base64',
  toBytes: bytesFromBase64,
  toText: (bytes) => call(toBase64, bytes),
  byteLength: base64Length,
};
const base64url: Encoding = {
  ...base64,
  name: 'base64url',
  toText: (bytes) => call(toBase64, bytes, BASE64URL),
};
const hex: Encoding = {
  name: 'hex',
  toBytes: bytesFromHex,
  toText: (bytes) => call(toHex, bytes),
  byteLength: (text) => text.length >>> 1,
};

const encodings = new Map<string, Encoding>([
  ['utf8', utf8],
  ['utf-8', utf8],
  ['ucs2', utf16],
  ['ucs-2', utf16],
  ['utf16le', utf16],
  ['utf-16le', utf16],
  ['latin1', latin1],
  ['binary', latin1],
  ['ascii', ascii],
  ['base64', base64],
  ['base64url', base64url],
  ['hex', hex],
]);

export { utf8 as UTF8 };

/** The encoding of a name in any case, or `undefined`. */
export function encodingOf(name: unknown): Encoding | undefined {
  if (name === undefined || name === null || name === '') return utf8;
  return encodings.get(name as string) ?? encodings.get(textOf(name).toLowerCase());
}
