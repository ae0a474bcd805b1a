import { askHost } from '../core/host.ts';
import { invalidArgType, nodeError } from '../core/node-error.ts';
import { publish } from '../core/publish.ts';
import { decodeUtf8, encodeUtf8 } from '../core/utf8.ts';
import type * as nodeStringDecoderModule from '../node/string-decoder.ts';

/** TextEncoder of the WHATWG Encoding standard. */
export class TextEncoder {
  get encoding(): string {
    return 'utf-8';
  }

  encode(text: unknown = ''): Uint8Array {
    return encodeUtf8(String(text));
  }

  encodeInto(text: string, target: Uint8Array): { read: number; written: number } {
    let read = 0;
    let written = 0;
    for (const character of text) {
      const bytes = encodeUtf8(character);
      if (written + bytes.length > target.length) break;
      target.set(bytes, written);
      written += bytes.length;
      read += character.length;
    }
    return { read, written };
  }
}

interface DecoderOptions {
  readonly fatal?: boolean;
  readonly ignoreBOM?: boolean;
}

const UTF8_LABELS = new Set(['utf8', 'utf-8', 'unicode-1-1-utf-8']);
const EMPTY = new Uint8Array(0);

function bytesOf(input: unknown): Uint8Array {
  if (input === undefined) return EMPTY;
  if (ArrayBuffer.isView(input)) {
    return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  }
  if (
    input instanceof ArrayBuffer ||
    Object.prototype.toString.call(input) === '[object SharedArrayBuffer]'
  ) {
    return new Uint8Array(input as ArrayBuffer);
  }
  throw invalidArgType(
    'list',
    'an instance of SharedArrayBuffer, ArrayBuffer or ArrayBufferView',
    input,
  );
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}

/** TextDecoder; UTF-8 is decoded here where possible, every other encoding by the host. */
export class TextDecoder {
  #encoding: string;
  #fatal: boolean;
  #ignoreBom: boolean;
  #open: Uint8Array = EMPTY;
  #isContinued = false;

  constructor(label: unknown = 'utf-8', options: DecoderOptions = {}) {
    const name = String(label).trim().toLowerCase();
    if (UTF8_LABELS.has(name)) this.#encoding = 'utf-8';
    else {
      const known = askHost('text.encoding', name) as string | undefined;
      if (known === undefined) {
        throw nodeError(
          RangeError,
          'ERR_ENCODING_NOT_SUPPORTED',
          `The "${String(label)}" encoding is not supported`,
        );
      }
      this.#encoding = known;
    }
    this.#fatal = Boolean(options?.fatal);
    this.#ignoreBom = Boolean(options?.ignoreBOM);
  }

  get encoding(): string {
    return this.#encoding;
  }

  get fatal(): boolean {
    return this.#fatal;
  }

  get ignoreBOM(): boolean {
    return this.#ignoreBom;
  }

  decode(input?: unknown, options: { stream?: boolean } = {}): string {
    const given = bytesOf(input);
    const bytes = this.#open.length > 0 ? joined(this.#open, given) : given;
    this.#open = EMPTY;
    if (options?.stream) return this.#decodePart(bytes);
    const ignoreBom = this.#ignoreBom || this.#isContinued;
    this.#isContinued = false;
    if (this.#encoding !== 'utf-8' || this.#fatal) return this.#decodeInHost(bytes, ignoreBom);
    const text = decodeUtf8(bytes);
    return !ignoreBom && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  }

  /** Decodes what is complete and keeps the rest for the next part. */
  #decodePart(bytes: Uint8Array): string {
    const at = bytes.length - openBytes(bytes, this.#encoding);
    this.#open = bytes.slice(at);
    const text = this.#decodeInHost(bytes.subarray(0, at), this.#ignoreBom || this.#isContinued);
    this.#isContinued ||= at > 0;
    return text;
  }

  #decodeInHost(bytes: Uint8Array, ignoreBom: boolean): string {
    const whole = new Uint8Array(bytes);
    return askHost('text.decode', this.#encoding, whole, this.#fatal, ignoreBom) as string;
  }
}

/**
 * How many bytes at the end must wait for the next chunk. Multi-byte legacy encodings are not cut
 * with care.
 */
function openBytes(bytes: Uint8Array, encoding: string): number {
  if (encoding === 'utf-16le' || encoding === 'utf-16be') return bytes.length % 2;
  if (encoding !== 'utf-8') return 0;
  const { openUtf8 } = require('../node/string-decoder.ts') as typeof nodeStringDecoderModule;
  return openUtf8(bytes);
}

publish('TextEncoder', TextEncoder);
publish('TextDecoder', TextDecoder);
