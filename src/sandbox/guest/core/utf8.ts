import { askHost } from './host.ts';

/**
 * UTF-8, which V8 alone does not offer. Short texts are converted here; long ones by the host,
 * which is faster from there.
 */

const SHORT_BYTES = 256;
const SHORT_TEXT = 256;
const REPLACEMENT = 0xfffd;
const fromCharCode = String.fromCharCode;

/**
 * Decodes with U+FFFD for what is malformed, as the WHATWG decoder does. A byte order mark is kept.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  const { length } = bytes;
  if (length > SHORT_BYTES) {
    // A view is copied with its whole buffer, so a part is cut out first.
    const whole = length === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
    return askHost('utf8.decode', whole) as string;
  }
  for (let i = 0; i < length; i += 1) {
    if ((bytes[i] ?? 0) > 0x7f) return decodeSlowly(bytes);
  }
  return Reflect.apply(fromCharCode, undefined, bytes);
}

/** Encodes; lone surrogates become U+FFFD. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  const { length } = text;
  if (length > SHORT_TEXT) return askHost('utf8.encode', text) as Uint8Array<ArrayBuffer>;
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return encodeSlowly(text);
    bytes[i] = unit;
  }
  return bytes;
}

/** The number of bytes that `encodeUtf8` gives. */
export function utf8Length(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    count += unit < 0x800 ? 1 : 2;
    if (unit >= 0xd800 && unit < 0xdc00 && isLowSurrogate(text.charCodeAt(i + 1))) i += 1;
  }
  return count;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}

function encodeSlowly(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(utf8Length(text));
  let at = 0;
  for (let i = 0; i < text.length; i += 1) {
    let code = text.codePointAt(i) ?? 0;
    if (code > 0xffff) i += 1;
    else if (code >= 0xd800 && code < 0xe000) code = REPLACEMENT;
    at = putCodePoint(bytes, at, code);
  }
  return bytes;
}

function putCodePoint(bytes: Uint8Array, start: number, code: number): number {
  let at = start;
  if (code < 0x80) {
    bytes[at++] = code;
    return at;
  }
  if (code < 0x800) {
    bytes[at++] = 0xc0 | (code >> 6);
  } else {
    if (code < 0x10000) {
      bytes[at++] = 0xe0 | (code >> 12);
    } else {
      bytes[at++] = 0xf0 | (code >> 18);
      bytes[at++] = 0x80 | ((code >> 12) & 0x3f);
    }
    bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
  }
  bytes[at++] = 0x80 | (code & 0x3f);
  return at;
}

/** Bytes of the sequence that a lead byte begins; 0 = not a lead byte. */
export function sequenceLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

/**
 * Whether `second` may follow `lead`: excludes overlong forms, surrogates and code points above
 * U+10FFFF.
 */
export function maySecondFollow(lead: number, second: number): boolean {
  if (lead === 0xe0) return second >= 0xa0 && second < 0xc0;
  if (lead === 0xed) return second >= 0x80 && second < 0xa0;
  if (lead === 0xf0) return second >= 0x90 && second < 0xc0;
  if (lead === 0xf4) return second >= 0x80 && second < 0x90;
  return second >= 0x80 && second < 0xc0;
}

function decodeSlowly(bytes: Uint8Array): string {
  const units: number[] = [];
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at] ?? 0;
    const wanted = sequenceLength(lead);
    let taken = 1;
    let code = wanted < 2 ? lead : lead & (0x7f >> wanted);
    while (taken < wanted) {
      const next = bytes[at + taken] ?? 0;
      const fits = taken === 1 ? maySecondFollow(lead, next) : next >= 0x80 && next < 0xc0;
      if (!fits) break;
      code = (code << 6) | (next & 0x3f);
      taken += 1;
    }
    at += taken;
    if (wanted === 0 || taken < wanted) units.push(REPLACEMENT);
    else if (code > 0xffff) units.push(0xd7c0 + (code >> 10), 0xdc00 + (code & 0x3ff));
    else units.push(code);
  }
  return Reflect.apply(fromCharCode, undefined, units);
}
