import type * as webBlobModule from '../web/blob.ts';
import type * as webStreamsModule from '../web/streams.ts';
import type * as ownBufferModule from './buffer.ts';

/**
 * Bridges between Node's streams and the WHATWG ones: toWeb, fromWeb, and the consumers of
 * stream/consumers.
 */

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

interface Readable {
  push(chunk: unknown): void;
  destroy(error: unknown): void;
}

async function pullChunk(
  reader: ReturnType<WebReadable['getReader']>,
  target: Readable,
): Promise<void> {
  try {
    const { done, value } = await reader.read();
    target.push(done ? null : value);
  } catch (error) {
    target.destroy(error);
  }
}

/** Tells a stream's callback how a promise settled. */
async function report(promise: Promise<unknown>, tell: (error?: unknown) => void): Promise<void> {
  let failure: { error: unknown } | undefined;
  try {
    await promise;
  } catch (error) {
    failure = { error };
  }
  tell(failure?.error);
}

function readableFromWeb(this: Make, source: WebReadable, options: object = {}): object {
  const reader = source.getReader();
  const made: unknown = Reflect.construct(this, [
    {
      ...options,
      read(this: Readable) {
        void pullChunk(reader, this);
      },
      destroy(error: unknown, callback: (error: unknown) => void) {
        void report(reader.cancel(error), () => callback(error));
      },
    },
  ]);
  return made as object;
}

function writableToWeb(stream: NodeWritable): object {
  return new (web().WritableStream)({
    write: (chunk) =>
      new Promise<void>((resolve, reject) => {
        stream.write(chunk, (error) => {
          if (error) reject(error);
          else resolve();
        });
      }),
    close: () => new Promise<void>((resolve) => void stream.end(resolve)),
    abort(reason) {
      stream.destroy(reason);
    },
  });
}

function writableFromWeb(this: Make, target: WebWritable, options: object = {}): object {
  const writer = target.getWriter();
  const made: unknown = Reflect.construct(this, [
    {
      ...options,
      write(chunk: unknown, _encoding: string, callback: (error?: unknown) => void) {
        void report(writer.write(chunk), callback);
      },
      final(callback: (error?: unknown) => void) {
        void report(writer.close(), callback);
      },
    },
  ]);
  return made as object;
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
