import { Buffer, isUtf8 } from 'node:buffer';

// Tab to tilde: what nearly every value consists of, and what is the same in bytes and in text.
const UNUSUAL = /[^\t-~]/;
const NOT_PRINTABLE = /[^ -~]/;
const LAST_CONTROL = 0x1f;
const DELETE = 0x7f;

/**
 * The text that a function sees for a byte string: the bytes read as UTF-8, or as ISO-8859-1 where they are not UTF-8. A NUL
 * is left out: no header or URI can hold one, and the wire uses it as a separator.
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

const LONGEST_QUOTE = 100;

/** A value for a message: quoted, with escapes, and cut when it is long. */
export function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  if (text.length <= LONGEST_QUOTE) return text;
  return `${text.slice(0, LONGEST_QUOTE)}… (${text.length} characters)`;
}
