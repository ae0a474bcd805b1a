import { nodeError } from '../core/node-error.ts';
import { maySecondFollow, sequenceLength } from '../core/utf8.ts';
import { asBuffer, Buffer, type BufferLike } from './buffer.ts';
import { encodingOf } from './buffer-encodings.ts';

/** Bytes at the end that begin a UTF-8 character but do not finish it. */
export function openUtf8(bytes: Uint8Array): number {
  const { length } = bytes;
  for (let back = 1; back <= Math.min(3, length); back += 1) {
    const byte = bytes[length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const wanted = sequenceLength(byte);
    if (wanted <= back) return 0;
    const second = bytes[length - back + 1];
    return second === undefined || maySecondFollow(byte, second) ? back : 0;
  }
  return 0;
}

/** Bytes at the end of UTF-16 that are half a unit, or a high surrogate that waits for its pair. */
function openUtf16(bytes: Uint8Array): number {
  const { length } = bytes;
  const odd = length % 2;
  const high = bytes[length - odd - 1];
  return high !== undefined && high >= 0xd8 && high < 0xdc && length - odd >= 2 ? odd + 2 : odd;
}

const OPEN: Readonly<Record<string, (bytes: Uint8Array) => number>> = {
  utf8: openUtf8,
  utf16le: openUtf16,
  base64: (bytes) => bytes.length % 3,
  base64url: (bytes) => bytes.length % 3,
};

/** Decodes a stream of bytes without cutting characters. */
export class StringDecoder {
  encoding: string;
  #open: BufferLike = Buffer.alloc(0);

  constructor(encoding?: string) {
    const known = encodingOf(encoding);
    if (known === undefined) {
      throw nodeError(TypeError, 'ERR_UNKNOWN_ENCODING', `Unknown encoding: ${String(encoding)}`);
    }
    this.encoding = known.name;
  }

  get lastNeed(): number {
    return this.#open.length === 0 ? 0 : 1;
  }

  get lastTotal(): number {
    return this.#open.length;
  }

  write(chunk: unknown): string {
    if (typeof chunk === 'string') return chunk;
    const view = chunk as Uint8Array;
    const given = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
    const bytes = this.#open.length === 0 ? given : Buffer.concat([this.#open, given]);
    const open = OPEN[this.encoding]?.(bytes) ?? 0;
    this.#open = open === 0 ? Buffer.alloc(0) : Buffer.from(bytes.subarray(bytes.length - open));
    return bytes.toString(this.encoding, 0, bytes.length - open);
  }

  end(chunk?: unknown): string {
    const text = chunk === undefined ? '' : this.write(chunk);
    const rest = this.#open;
    this.#open = Buffer.alloc(0);
    if (rest.length === 0) return text;
    // Half a UTF-16 unit cannot be shown; a cut UTF-8 character becomes one U+FFFD.
    return text + asBuffer(rest).toString(this.encoding);
  }

  text(chunk: Uint8Array, offset = 0): string {
    this.#open = Buffer.alloc(0);
    return this.write(chunk.subarray(offset));
  }
}
