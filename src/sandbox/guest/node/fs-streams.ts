import { Buffer } from './buffer.ts';
import { bytesAt, putFile } from './file-tree.ts';
import { Readable, Writable } from './stream.ts';

interface ReadOptions {
  readonly encoding?: string;
  readonly start?: number;
  readonly end?: number;
  readonly highWaterMark?: number;
}

interface Made {
  push(chunk: unknown): void;
  emit(name: string, ...args: unknown[]): boolean;
}

type StreamClass = new (options: object) => Made;

const CHUNK_BYTES = 64 * 1024;

export class ReadStream extends (Readable as unknown as StreamClass) {
  readonly path: string;
  bytesRead = 0;

  constructor(path: string, given?: unknown) {
    const options = (typeof given === 'string' ? { encoding: given } : (given ?? {})) as ReadOptions;
    let rest: Uint8Array | undefined;
    super({
      ...options,
      read(this: ReadStream & { destroy(error: unknown): void }) {
        try {
          if (rest === undefined) {
            rest = bytesAt(path, 'open').subarray(options.start ?? 0, (options.end ?? Number.POSITIVE_INFINITY) + 1);
            this.emit('open', 0);
            this.emit('ready');
          }
        } catch (error) {
          this.destroy(error);
          return;
        }
        const chunk = rest.subarray(0, options.highWaterMark ?? CHUNK_BYTES);
        rest = rest.subarray(chunk.length);
        this.bytesRead += chunk.length;
        this.push(chunk.length === 0 ? null : Buffer.from(chunk));
      },
    });
    this.path = path;
  }
}

export class WriteStream extends (Writable as unknown as StreamClass) {
  readonly path: string;
  bytesWritten = 0;

  constructor(path: string, given?: unknown) {
    const flags = (given as { flags?: string } | undefined)?.flags ?? 'w';
    const chunks: Uint8Array[] = [];
    const store = (callback: (error?: unknown) => void): void => {
      try {
        putFile(path, Buffer.concat(chunks), 'open');
        callback();
      } catch (error) {
        callback(error);
      }
    };
    super({
      construct(callback: (error?: unknown) => void) {
        try {
          if (flags.startsWith('a')) chunks.push(bytesAt(path, 'open'));
        } catch {
          // Appending to a file that does not exist makes it.
        }
        store(callback);
      },
      write(this: WriteStream, chunk: Uint8Array, _encoding: string, callback: () => void) {
        chunks.push(chunk);
        this.bytesWritten += chunk.length;
        callback();
      },
      final: store,
    });
    this.path = path;
  }
}

export function createReadStream(path: string, options?: unknown): ReadStream {
  return new ReadStream(path, options);
}

export function createWriteStream(path: string, options?: unknown): WriteStream {
  return new WriteStream(path, options);
}
