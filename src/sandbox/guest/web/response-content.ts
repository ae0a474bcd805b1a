import type { EgressContent } from '../core/egress.ts';
import { joinBytes } from '../node/crypto-bytes.ts';
import type * as nodeZlibModule from '../node/zlib.ts';
import type { Request } from './request.ts';
import type * as ownStreamsModule from './streams.ts';
import type { Controller, WebReadableStream } from './streams.ts';

/**
 * The content of what fetch received: decoded bytes, or a stream while the edge worker still
 * receives it.
 */

const DECODERS: Readonly<Record<string, string>> = {
  gzip: 'gunzipSync',
  'x-gzip': 'gunzipSync',
  deflate: 'inflateSync',
  br: 'brotliDecompressSync',
  zstd: 'zstdDecompressSync',
};

/** Undoes the content codings, the last one first; one that is not known is left. */
export function decoded(body: Uint8Array, encodings: string | null): Uint8Array {
  let bytes = body;
  if (encodings === null || bytes.length === 0) return bytes;
  for (const encoding of encodings.toLowerCase().split(',').toReversed()) {
    const method = DECODERS[encoding.trim()];
    if (method === undefined) continue;
    const { zlib } = require('../node/zlib.ts') as typeof nodeZlibModule;
    bytes = (zlib[method] as (bytes: Uint8Array) => Uint8Array)(bytes);
  }
  return bytes;
}

/** The content as a stream. What is encoded comes in one piece: codings are undone as a whole. */
export function contentStream(
  content: EgressContent,
  encodings: string | null,
  signal: Request['signal'],
): WebReadableStream {
  const { ReadableStream } = require('./streams.ts') as typeof ownStreamsModule;
  const source = new ContentSource(content, encodings, signal);
  return new ReadableStream(source, { highWaterMark: 0 });
}

class ContentSource {
  readonly #content: EgressContent;
  readonly #encodings: string | null;
  readonly #signal: Request['signal'];
  readonly #parts: Uint8Array[] = [];
  #onAbort: () => void = () => undefined;

  constructor(content: EgressContent, encodings: string | null, signal: Request['signal']) {
    this.#content = content;
    this.#encodings = encodings;
    this.#signal = signal;
  }

  start(controller: Controller): void {
    this.#onAbort = () => {
      this.#content.close();
      controller.error(this.#signal.reason);
    };
    this.#signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  async pull(controller: Controller): Promise<void> {
    const part = await this.#read();
    if (this.#signal.aborted) return;
    if (this.#encodings === null) {
      if (part !== undefined) controller.enqueue(part);
    } else if (part !== undefined) {
      this.#parts.push(part);
      await this.pull(controller);
      return;
    } else controller.enqueue(decoded(joinBytes(this.#parts), this.#encodings));
    if (part !== undefined) return;
    this.#signal.removeEventListener('abort', this.#onAbort);
    controller.close();
  }

  cancel(): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#content.close();
  }

  #read(): Promise<Uint8Array | undefined> {
    return new Promise((resolve, reject) => {
      this.#content.read((error, part) => {
        if (error === undefined) resolve(part);
        else reject(new TypeError('terminated', { cause: error }));
      });
    });
  }
}
