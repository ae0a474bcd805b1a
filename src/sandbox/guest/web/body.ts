import { textOf } from '../core/method-of.ts';
import { decodeUtf8, encodeUtf8 } from '../core/utf8.ts';
import { joinBytes } from '../node/crypto-bytes.ts';
import { Blob, bytesOfBlob } from './blob.ts';
import { decodeForm, encodeForm, FormData } from './form-data.ts';
import type * as ownStreamsModule from './streams.ts';
import type { WebReadableStream } from './streams.ts';
import { URLSearchParams } from './url-search-params.ts';

/** The body of a Request or Response: bytes in memory, until someone looks at it as a stream. */

interface Content {
  bytes: Uint8Array | undefined;
  stream: WebReadableStream | undefined;
  readonly contentType: string | undefined;
}

/** The absence of a body. */
export const NOTHING: Content = { bytes: undefined, stream: undefined, contentType: undefined };

function streams(): typeof ownStreamsModule {
  return require('./streams.ts') as typeof ownStreamsModule;
}

function isStream(value: object): value is WebReadableStream {
  return typeof (value as Partial<WebReadableStream>).getReader === 'function';
}

async function* chunksOf(stream: WebReadableStream): AsyncGenerator<Uint8Array, void> {
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    if (!(value instanceof Uint8Array)) throw new TypeError('Received non-Uint8Array chunk');
    yield value;
  }
}

function fromIterable(source: AsyncIterable<unknown>): WebReadableStream {
  const iterator = source[Symbol.asyncIterator]();
  return new (streams().ReadableStream)({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else
        controller.enqueue(
          typeof value === 'string' ? encodeUtf8(value) : new Uint8Array(value as Uint8Array),
        );
    },
  });
}

function inMemory(bytes: Uint8Array, contentType?: string): Content {
  return { bytes, stream: undefined, contentType };
}

function streamed(stream: WebReadableStream): Content {
  if (stream.locked) {
    throw new TypeError('Response body object should not be disturbed or locked');
  }
  return { bytes: undefined, stream, contentType: undefined };
}

function contentOfObject(init: object): Content | undefined {
  if (init instanceof URLSearchParams) {
    return inMemory(encodeUtf8(init.toString()), 'application/x-www-form-urlencoded;charset=UTF-8');
  }
  if (init instanceof Blob) return inMemory(bytesOfBlob(init), init.type || undefined);
  if (init instanceof FormData) {
    const { bytes, contentType } = encodeForm(init);
    return inMemory(bytes, contentType);
  }
  if (ArrayBuffer.isView(init)) {
    return inMemory(new Uint8Array(init.buffer, init.byteOffset, init.byteLength).slice());
  }
  if (init instanceof ArrayBuffer) return inMemory(new Uint8Array(init).slice());
  if (isStream(init)) return streamed(init);
  return Symbol.asyncIterator in init
    ? streamed(fromIterable(init as AsyncIterable<unknown>))
    : undefined;
}

/** Reads what a program gives as a body. */
export function contentOf(init: unknown): Content {
  if (init === undefined || init === null) return NOTHING;
  const content = typeof init === 'object' ? contentOfObject(init) : undefined;
  return content ?? inMemory(encodeUtf8(textOf(init).toWellFormed()), 'text/plain;charset=UTF-8');
}

/** What Request and Response share. */
export class Body {
  #content: Content;
  #isUsed = false;

  constructor(content: Content) {
    this.#content = content;
  }

  get body(): WebReadableStream | null {
    const content = this.#content;
    const { bytes } = content;
    if (content.stream === undefined && bytes !== undefined) {
      content.stream = new (streams().ReadableStream)({
        start(controller) {
          if (bytes.length > 0) controller.enqueue(new Uint8Array(bytes));
          controller.close();
        },
      });
    }
    return content.stream ?? null;
  }

  get bodyUsed(): boolean {
    return this.#isUsed;
  }

  /** A second, independent body with the same content. */
  protected cloneContent(): Content {
    if (this.#isUsed || this.#content.stream?.locked)
      throw new TypeError('Response.clone: Body has already been consumed.');
    const { bytes, stream, contentType } = this.#content;
    if (stream === undefined) return { bytes, stream: undefined, contentType };
    const [first, second] = stream.tee();
    this.#content = { bytes: undefined, stream: first, contentType };
    return { bytes: undefined, stream: second, contentType };
  }

  /** The content, once. */
  async bytes(): Promise<Uint8Array> {
    const { bytes, stream } = this.#content;
    if (this.#isUsed || stream?.locked)
      throw new TypeError('Body is unusable: Body has already been read');
    if (bytes === undefined && stream === undefined) return new Uint8Array(0);
    this.#isUsed = true;
    if (stream === undefined) return new Uint8Array(bytes ?? []);
    const chunks: Uint8Array[] = [];
    for await (const chunk of chunksOf(stream)) chunks.push(chunk);
    return new Uint8Array(joinBytes(chunks));
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return (await this.bytes()).buffer as ArrayBuffer;
  }

  async text(): Promise<string> {
    const text = decodeUtf8(await this.bytes());
    return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text()) as unknown;
  }

  async blob(): Promise<Blob> {
    return new Blob([await this.bytes()], { type: this.contentType ?? '' });
  }

  async formData(): Promise<FormData> {
    const type = this.contentType ?? '';
    const boundary = /multipart\/form-data.*boundary="?([^";]+)/i.exec(type)?.[1];
    if (boundary !== undefined) return decodeForm(await this.bytes(), boundary);
    if (!/^application\/x-www-form-urlencoded/i.test(type)) {
      throw new TypeError(
        'Content-Type was not one of "multipart/form-data" or "application/x-www-form-urlencoded".',
      );
    }
    const form = new FormData();
    for (const [name, value] of new URLSearchParams(await this.text())) form.append(name, value);
    return form;
  }

  /** Overridden: the Content-Type field. */
  protected get contentType(): string | undefined {
    return this.#content.contentType;
  }
}
