import { invalidArgType } from '../core/node-error.ts';
import { Buffer, type BufferLike } from './buffer.ts';

/**
 * What crypto functions take as data: strings (UTF-8 unless named otherwise), views and array
 * buffers.
 */
export type Data = string | ArrayBufferView | ArrayBuffer;

const KINDS = 'of type string or an instance of Buffer, TypedArray, or DataView';
const WITH_ARRAY_BUFFER =
  'of type string or an instance of Buffer, TypedArray, DataView, or ArrayBuffer';

/**
 * The data as a Uint8Array with memory of its own size: a view would be copied to the host with its
 * whole buffer.
 */
export function dataBytes(value: unknown, name: string, encoding?: unknown): Uint8Array {
  if (typeof value === 'string') {
    return Buffer.from(
      value,
      typeof encoding === 'string' && encoding !== 'buffer' ? encoding : 'utf8',
    );
  }
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteOffset, byteLength } = value;
    const view = new Uint8Array(buffer, byteOffset, byteLength);
    return byteLength === buffer.byteLength ? view : view.slice();
  }
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  throw invalidArgType(name, name === 'buffer' ? WITH_ARRAY_BUFFER : KINDS, value);
}

/** A result in the encoding that was asked for. */
export function encoded(bytes: Uint8Array, encoding?: unknown): BufferLike | string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return typeof encoding === 'string' && encoding !== 'buffer' ? buffer.toString(encoding) : buffer;
}

/** All chunks in one array of its own. */
export function joinBytes(chunks: readonly Uint8Array[]): Uint8Array {
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) return only;
  let length = 0;
  for (const chunk of chunks) length += chunk.length;
  const joined = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
}
