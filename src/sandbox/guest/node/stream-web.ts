import type * as webBlobModule from '../web/blob.ts';
import type * as webStreamsModule from '../web/streams.ts';
import type * as ownBufferModule from './buffer.ts';

/** Bridges between Node's streams and the WHATWG ones: toWeb, fromWeb, and the consumers of stream/consumers. */

interface NodeReadable {
  on(name: string, listener: (...args: never[]) => void): NodeReadable;
  pause(): unknown;
  resume(): unknown;
  destroy(error?: unknown): unknown;
}

interface NodeWritable {
  write(chunk: unknown, callback?: (error?: Error | null) => void): boolean;
  end(callback?: () => void): unknown;
  destroy(error?: unknown): unknown;
}

interface WebReadable {
  getReader(): {
    read(): Promise<{ done: boolean; value: unknown }>;
    cancel(reason: unknown): Promise<void>;
  };
}

interface WebWritable {
  getWriter(): {
    write(chunk: unknown): Promise<void>;
    close(): Promise<void>;
    abort(reason: unknown): Promise<void>;
  };
}

type Make = new (options: object) => object;

interface Module {
  Readable: object;
  Writable: object;
  Duplex: object;
}

function web(): typeof webStreamsModule {
  return require('../web/streams.ts') as typeof webStreamsModule;
}

function readableToWeb(stream: NodeReadable): object {
  return new (web().ReadableStream)({
    start(controller) {
      stream.pause();
      stream.on('data', (chunk: unknown) => {
        const isBytes = chunk instanceof Uint8Array;
        controller.enqueue(isBytes ? new Uint8Array(chunk) : chunk);
        if ((controller.desiredSize ?? 0) <= 0) stream.pause();
      });
      stream.on('end', () => controller.close());
      stream.on('error', (error: unknown) => controller.error(error));
      stream.pause();
    },
    pull() {
      stream.resume();
    },
    cancel(reason) {
      stream.destroy(reason);
    },
  });
}

function readableFromWeb(this: Make, source: WebReadable, options: object = {}): object {
  const reader = source.getReader();
  const Readable = this;
  return new Readable({
    ...options,
    read(this: { push(chunk: unknown): void; destroy(error: unknown): void }) {
      reader.read().then(
        ({ done, value }) => this.push(done ? null : value),
        (error: unknown) => this.destroy(error),
      );
    },
    destroy(error: unknown, callback: (error: unknown) => void) {
      reader.cancel(error).then(
        () => callback(error),
        () => callback(error),
      );
    },
  });
}

function writableToWeb(stream: NodeWritable): object {
  return new (web().WritableStream)({
    write: (chunk) =>
      new Promise<void>((resolve, reject) => {
        stream.write(chunk, (error) => (error ? reject(error) : resolve()));
      }),
    close: () => new Promise<void>((resolve) => void stream.end(resolve)),
    abort(reason) {
      stream.destroy(reason);
    },
  });
}

function writableFromWeb(this: Make, target: WebWritable, options: object = {}): object {
  const writer = target.getWriter();
  const Writable = this;
  return new Writable({
    ...options,
    write(chunk: unknown, _encoding: string, callback: (error?: unknown) => void) {
      writer.write(chunk).then(() => callback(), callback);
    },
    final(callback: (error?: unknown) => void) {
      writer.close().then(() => callback(), callback);
    },
  });
}

/** Adds the static bridges to the stream classes. */
export function adaptStreams(module: Module): void {
  Object.assign(module.Readable, { toWeb: readableToWeb, fromWeb: readableFromWeb });
  Object.assign(module.Writable, { toWeb: writableToWeb, fromWeb: writableFromWeb });
  Object.assign(module.Duplex, {
    toWeb: (stream: NodeReadable & NodeWritable) => ({
      readable: readableToWeb(stream),
      writable: writableToWeb(stream),
    }),
  });
}

async function collect(source: AsyncIterable<unknown>): Promise<Uint8Array> {
  const { Buffer } = require('./buffer.ts') as typeof ownBufferModule;
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) {
    chunks.push(chunk instanceof Uint8Array ? chunk : Buffer.from(chunk));
  }
  return Buffer.concat(chunks);
}

/** The module stream/consumers. */
export const consumers = {
  buffer: collect,
  async text(source: AsyncIterable<unknown>): Promise<string> {
    return String(await collect(source));
  },
  async json(source: AsyncIterable<unknown>): Promise<unknown> {
    return JSON.parse(String(await collect(source)));
  },
  async arrayBuffer(source: AsyncIterable<unknown>): Promise<unknown> {
    return (await collect(source)).slice().buffer;
  },
  async blob(source: AsyncIterable<unknown>): Promise<object> {
    const { Blob } = require('../web/blob.ts') as typeof webBlobModule;
    return new Blob([await collect(source)]);
  },
};
