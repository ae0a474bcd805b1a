import { textOf } from '../core/method-of.ts';
import { nodeError } from '../core/node-error.ts';
import { Buffer } from './buffer.ts';

/**
 * Node's querystring, which is not URLSearchParams: repeated keys become arrays, `*` and spaces
 * differ.
 */

type Decode = (text: string) => string;
type Encode = (text: string) => string;

interface ParseOptions {
  readonly maxKeys?: number;
  readonly decodeURIComponent?: Decode;
}

interface StringifyOptions {
  readonly encodeURIComponent?: Encode;
}

export type ParsedQuery = Record<string, string | string[]>;

const DEFAULT_MAX_KEYS = 1000;
const decodeComponent = decodeURIComponent;
const encodeComponent = encodeURIComponent;

/** Percent-decodes into bytes; what is malformed stays as it is. */
export function unescapeBuffer(given: string, decodeSpaces = false): Uint8Array {
  const text = decodeSpaces ? given.replaceAll('+', ' ') : given;
  const source = Buffer.from(text);
  const target = Buffer.alloc(source.length);
  let count = 0;
  for (let i = 0; i < source.length; i += 1) {
    let byte = source[i] ?? 0;
    if (byte === 37 && i + 2 < source.length) {
      const code = Number.parseInt(source.toString('latin1', i + 1, i + 3), 16);
      const isHex = /^[\da-f]{2}$/i.test(source.toString('latin1', i + 1, i + 3));
      if (isHex) {
        byte = code;
        i += 2;
      }
    }
    target[count] = byte;
    count += 1;
  }
  return target.subarray(0, count);
}

function unescape(text: string, decodeSpaces?: boolean): string {
  try {
    return decodeComponent(text);
  } catch {
    return Buffer.from(unescapeBuffer(text, decodeSpaces)).toString();
  }
}

function escape(given: unknown): string {
  const text = textOf(given);
  try {
    return encodeComponent(text);
  } catch {
    throw nodeError(URIError, 'ERR_INVALID_URI', 'URI malformed');
  }
}

function primitiveText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return `${value}`;
  if (typeof value === 'bigint') return `${value}`;
  return typeof value === 'boolean' ? String(value) : '';
}

/**
 * Writes an object as a query. Arrays repeat their key; other objects, functions and undefined
 * become empty.
 */
export function stringify(
  given: unknown,
  separator?: string | null,
  equals?: string | null,
  options?: StringifyOptions | null,
): string {
  if (given === null || typeof given !== 'object') return '';
  const sep = separator || '&';
  const eq = equals || '=';
  const custom = options?.encodeURIComponent;
  const encode: Encode = typeof custom === 'function' ? custom : querystring.escape;
  const parts: string[] = [];
  for (const [key, value] of Object.entries(given as Record<string, unknown>)) {
    const name = `${encode(key)}${eq}`;
    if (Array.isArray(value)) {
      for (const each of value) parts.push(name + encode(primitiveText(each)));
    } else {
      parts.push(name + encode(primitiveText(value)));
    }
  }
  return parts.join(sep);
}

function decodeWith(decode: Decode, text: string): string {
  try {
    return decode(text);
  } catch {
    return querystring.unescape(text, true);
  }
}

/**
 * Decodes one name or value: `+` is a space, and percent signs cost a decoder only where they
 * occur.
 */
function decodePart(text: string, decode: Decode, isCustom: boolean): string {
  if (!isCustom && !text.includes('%')) return text.replaceAll('+', ' ');
  return decodeWith(decode, text.replaceAll('+', isCustom ? '%20' : ' '));
}

function addPair(result: ParsedQuery, name: string, value: string): void {
  const existing = result[name];
  if (existing === undefined) result[name] = value;
  else if (typeof existing === 'string') result[name] = [existing, value];
  else existing.push(value);
}

/**
 * Reads a query into an object without a prototype. At most `maxKeys` pairs (1000; 0 = all) are
 * read.
 */
export function parse(
  text: unknown,
  separator?: string | null,
  equals?: string | null,
  options?: ParseOptions | null,
): ParsedQuery {
  const result = Object.create(null) as ParsedQuery;
  if (typeof text !== 'string' || text.length === 0) return result;
  const eq = equals || '=';
  const given = options?.decodeURIComponent;
  const decode: Decode = typeof given === 'function' ? given : querystring.unescape;
  const isCustom = decode !== unescape;
  for (const pair of pairsOf(text, separator || '&', options?.maxKeys ?? DEFAULT_MAX_KEYS)) {
    const at = pair.indexOf(eq);
    const name = at < 0 ? pair : pair.slice(0, at);
    const value = at < 0 ? '' : pair.slice(at + eq.length);
    addPair(result, decodePart(name, decode, isCustom), decodePart(value, decode, isCustom));
  }
  return result;
}

function pairsOf(text: string, separator: string, maxKeys: number): string[] {
  const pairs = text.split(separator).filter((pair) => pair !== '');
  return maxKeys > 0 ? pairs.slice(0, maxKeys) : pairs;
}

/** The module. `escape` and `unescape` may be replaced by programs, and then are used. */
export const querystring = {
  unescapeBuffer,
  unescape: unescape,
  escape: escape as Encode,
  stringify,
  encode: stringify,
  parse,
  decode: parse,
};
