import * as ponyfill from 'web-streams-polyfill';
import type * as nodeBufferModule from '../node/buffer.ts';
import type * as nodeZlibModule from '../node/zlib.ts';
import type * as ownEncodingModule from './encoding.ts';

/** The WHATWG streams: package web-streams-polyfill, plus the parts of Node it lacks. */

export interface Controller {
  readonly desiredSize: number | null;
  enqueue(chunk: unknown): void;
  close(): void;
  error(error: unknown): void;
}

interface Source {
  type?: 'bytes';
  start?(controller: Controller): unknown;
  pull?(controller: Controller): unknown;
  cancel?(reason: unknown): unknown;
}

interface Sink {
  start?(controller: object): unknown;
  write?(chunk: unknown): unknown;
  close?(): unknown;
  abort?(reason: unknown): unknown;
}

export interface Reader {
  read(): Promise<{ done: boolean; value: unknown }>;
  cancel(reason?: unknown): Promise<void>;
  releaseLock(): void;
}

export interface WebReadableStream {
  readonly locked: boolean;
  getReader(): Reader;
  tee(): [WebReadableStream, WebReadableStream];
  cancel(reason?: unknown): Promise<void>;
  pipeThrough(pair: object): WebReadableStream;
}

interface Transformer {
  transform?(chunk: unknown, controller: Controller): unknown;
  flush?(controller: Controller): unknown;
}

type StreamClass<Given, Made> = new (source?: Given, strategy?: object) => Made;

const streams = ponyfill as unknown as {
  ReadableStream: StreamClass<Source, WebReadableStream>;
  WritableStream: StreamClass<Sink, object>;
  TransformStream: StreamClass<Transformer, { readable: WebReadableStream; writable: object }>;
  [name: string]: unknown;
};

export const { ReadableStream, WritableStream, TransformStream } = streams;

function pairClass(make: (argument: unknown) => Transformer): new (argument?: unknown) => object {
  return class {
    #pair: { readable: object; writable: object };
    constructor(argument?: unknown) {
      this.#pair = new TransformStream(make(argument));
    }
    get readable(): object {
      return this.#pair.readable;
    }
    get writable(): object {
      return this.#pair.writable;
    }
  };
}

function encoding(): typeof ownEncodingModule {
  return require('./encoding.ts') as typeof ownEncodingModule;
}

const TextEncoderStream = pairClass(() => {
  const encoder = new (encoding().TextEncoder)();
  return { transform: (chunk, controller) => controller.enqueue(encoder.encode(String(chunk))) };
});

const TextDecoderStream = pairClass((label) => {
  const decoder = new (encoding().TextDecoder)(label ?? 'utf-8');
  return {
    transform: (chunk, controller) => {
      const text = decoder.decode(chunk, { stream: true });
      if (text !== '') controller.enqueue(text);
    },
    flush: (controller) => {
      const text = decoder.decode();
      if (text !== '') controller.enqueue(text);
    },
  };
});

/**
 * CompressionStream and DecompressionStream: the whole content is kept until the end, then
 * converted at once.
 */
function zlibPair(methods: Readonly<Record<string, string>>): new (argument?: unknown) => object {
  return pairClass((format) => {
    const method = methods[String(format)];
    if (method === undefined)
      throw new TypeError(`Unsupported compression format: ${String(format)}`);
    const chunks: Uint8Array[] = [];
    return {
      transform: (chunk) => void chunks.push(chunk as Uint8Array),
      flush: (controller) => {
        const { Buffer } = require('../node/buffer.ts') as typeof nodeBufferModule;
        const { zlib } = require('../node/zlib.ts') as typeof nodeZlibModule;
        const convert = zlib[method] as (bytes: Uint8Array) => Uint8Array;
        controller.enqueue(new Uint8Array(convert(Buffer.concat(chunks))));
      },
    };
  });
}

const compression = { gzip: 'gzipSync', deflate: 'deflateSync', 'deflate-raw': 'deflateRawSync' };
const decompression = {
  gzip: 'gunzipSync',
  deflate: 'inflateSync',
  'deflate-raw': 'inflateRawSync',
};

function named(name: string, made: unknown): unknown {
  return Object.defineProperty(made, 'name', { value: name, configurable: true });
}

/** All exports of the module stream/web. */
export const webStreams: Readonly<Record<string, unknown>> = {
  ...streams,
  TextEncoderStream: named('TextEncoderStream', TextEncoderStream),
  TextDecoderStream: named('TextDecoderStream', TextDecoderStream),
  CompressionStream: named('CompressionStream', zlibPair(compression)),
  DecompressionStream: named('DecompressionStream', zlibPair(decompression)),
};

const prototype = ReadableStream.prototype as unknown as Record<string | symbol, unknown>;
if (prototype[Symbol.asyncIterator] === undefined) {
  Object.defineProperty(prototype, Symbol.asyncIterator, { value: prototype['values'] });
}
