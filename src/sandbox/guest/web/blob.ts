import { publish } from '../core/publish.ts';
import { decodeUtf8, encodeUtf8 } from '../core/utf8.ts';
import { joinBytes } from '../node/crypto-bytes.ts';
import type * as ownStreamsModule from './streams.ts';

interface BlobOptions {
  readonly type?: string;
}

function partBytes(part: unknown): Uint8Array {
  if (part instanceof Blob) return bytesOfBlob(part);
  if (ArrayBuffer.isView(part))
    return new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
  if (part instanceof ArrayBuffer) return new Uint8Array(part);
  return encodeUtf8(String(part).toWellFormed());
}

/** The bytes of a blob; shared, so callers copy. */
export function bytesOfBlob(blob: Blob): Uint8Array {
  return bytesOf.get(blob) ?? new Uint8Array(0);
}

const bytesOf = new WeakMap<Blob, Uint8Array>();

function clampIndex(index: number, size: number): number {
  return index < 0 ? Math.max(0, size + index) : Math.min(index, size);
}

/** Blob of the File API; the content is in memory. */
export class Blob {
  readonly #type: string;

  constructor(parts: Iterable<unknown> = [], options: BlobOptions = {}) {
    if (typeof parts !== 'object' || parts === null || !(Symbol.iterator in parts)) {
      throw new TypeError('The "sources" argument must be a sequence');
    }
    const type = options?.type ?? '';
    this.#type = /[^\u0020-\u007E]/.test(type) ? '' : type.toLowerCase();
    bytesOf.set(this, joinBytes([...[...parts].map(partBytes), new Uint8Array(0)]));
  }

  get size(): number {
    return bytesOfBlob(this).length;
  }

  get type(): string {
    return this.#type;
  }

  slice(start = 0, end = this.size, type = ''): Blob {
    const bytes = bytesOfBlob(this);
    const part = bytes.slice(clampIndex(start, bytes.length), clampIndex(end, bytes.length));
    return new Blob([part], { type });
  }

  async text(): Promise<string> {
    return decodeUtf8(bytesOfBlob(this));
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return bytesOfBlob(this).slice().buffer;
  }

  async bytes(): Promise<Uint8Array> {
    return bytesOfBlob(this).slice();
  }

  stream(): object {
    const { ReadableStream } = require('./streams.ts') as typeof ownStreamsModule;
    const bytes = bytesOfBlob(this).slice();
    return new ReadableStream({
      type: 'bytes',
      start(controller) {
        if (bytes.length > 0) controller.enqueue(bytes);
        controller.close();
      },
    });
  }
}
publish('Blob', Blob);

export class File extends Blob {
  readonly #name: string;
  readonly #lastModified: number;

  constructor(
    parts: Iterable<unknown>,
    name: string,
    options: BlobOptions & { lastModified?: number } = {},
  ) {
    super(parts, options);
    this.#name = name.toWellFormed();
    this.#lastModified = options?.lastModified ?? Date.now();
  }

  get name(): string {
    return this.#name;
  }

  get lastModified(): number {
    return this.#lastModified;
  }

  get webkitRelativePath(): string {
    return '';
  }
}
publish('File', File);
