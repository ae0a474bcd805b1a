import { decodeUtf8 } from '../core/utf8.ts';
import type * as ownBufferModule from './buffer.ts';

function bytesOf(input: ArrayBufferView | ArrayBuffer): Uint8Array {
  return ArrayBuffer.isView(input)
    ? new Uint8Array(input.buffer, input.byteOffset, input.byteLength)
    : new Uint8Array(input);
}

export function isAscii(input: ArrayBufferView | ArrayBuffer): boolean {
  return bytesOf(input).every((byte) => byte < 0x80);
}

/** A malformed text gives more U+FFFD than it contains. */
export function isUtf8(input: ArrayBufferView | ArrayBuffer): boolean {
  const bytes = bytesOf(input);
  const { Buffer } = require('./buffer.ts') as typeof ownBufferModule;
  return Buffer.from(decodeUtf8(bytes)).equals(bytes);
}
