import { Buffer, isUtf8 } from 'node:buffer';

// Tab to tilde: what nearly every value consists of, and what is the same in bytes and in text.
const UNUSUAL = /[^\t-~]/;
const NOT_PRINTABLE = /[^ -~]/;
const LAST_CONTROL = 0x1f;
const DELETE = 0x7f;

/**
 * The text that a function sees for a byte string: the bytes read as UTF-8, or as ISO-8859-1 where
 * they are not UTF-8. A NUL is left out: no header or URI can hold one, and the wire uses it as a
 * separator.
 */
export function textOf(bytes: string): string {
  if (!UNUSUAL.test(bytes)) return bytes;
  const buffer = Buffer.from(bytes.replaceAll('\0', ''), 'latin1');
  return buffer.toString(isUtf8(buffer) ? 'utf8' : 'latin1');
}

/** The byte string of a text that a function made: its UTF-8 form, one char code per byte. */
export function bytesOf(text: string): string {
  return UNUSUAL.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;
}

/** The place of the first control character (U+0000 to U+001F and U+007F), or `undefined`. */
export function controlAt(text: string): number | undefined {
  if (!NOT_PRINTABLE.test(text)) return undefined;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code <= LAST_CONTROL || code === DELETE) return i;
  }
  return undefined;
}

/** Whether the text is its own byte string: ASCII only. */
export function isPlainText(text: string): boolean {
  return !UNUSUAL.test(text);
}

/** Whether the text is nothing but spaces and visible ASCII characters. */
export function isPrintable(text: string): boolean {
  return !NOT_PRINTABLE.test(text);
}

/** Without spaces at both ends: they are no part of a field value (RFC 9110 §5.5). */
export function withoutOuterSpaces(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text[start] === ' ') start++;
  while (end > start && text[end - 1] === ' ') end--;
  return text.slice(start, end);
}

const LONGEST_QUOTE = 100;

/** A text for a message: quoted, with escapes, and cut when it is long. */
export function quote(text: string): string {
  if (text.length <= LONGEST_QUOTE) return JSON.stringify(text);
  return `${JSON.stringify(text.slice(0, LONGEST_QUOTE))}… (${text.length} characters)`;
}

/** Texts for a message: the first few, quoted. */
export function quoteList(texts: readonly string[]): string {
  const shown = texts.slice(0, 4).map((text) => quote(text));
  if (texts.length > shown.length) shown.push(`… (${texts.length} in all)`);
  return shown.join(', ');
}

/** What a value is, for a message: `null`, `the number 5`, `an object with "a", "b"`. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (typeof value === 'string') return `the string ${quote(value)}`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value !== 'object') return `the ${typeof value} ${value as number}`;
  const names = Object.keys(value);
  return names.length === 0 ? 'an empty object' : `an object with ${quoteList(names)}`;
}

/** An object with members, as JSON makes it. */
export type Members = Readonly<Record<string, unknown>>;

/** Whether a value is an object with members, and no list. */
export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
