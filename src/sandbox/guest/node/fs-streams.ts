import { Buffer } from './buffer.ts';
import { bytesAt, nodeAt, putFile } from './file-tree.ts';
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

/** Opens in the `construct` phase, so that a missing file is an error even if nobody reads. */
function opening(stream: Made, callback: (error?: unknown) => void, open: () => void): void {
  try {
    open();
  } catch (error) {
    callback(error);
    return;
  }
  callback();
  stream.emit('open', 0);
  stream.emit('ready');
}

export class ReadStream extends (Readable as unknown as StreamClass) {
  readonly path: string;
  bytesRead = 0;

  constructor(path: string, given?: unknown) {
    const options = (
      typeof given === 'string' ? { encoding: given } : (given ?? {})
    ) as ReadOptions;
    let rest = new Uint8Array(0) as Uint8Array;
    super({
      ...options,
      construct(this: ReadStream, callback: (error?: unknown) => void) {
        const end = (options.end ?? Number.POSITIVE_INFINITY) + 1;
        opening(this, callback, () => {
          rest = bytesAt(path, 'open').subarray(options.start ?? 0, end);
        });
      },
      read(this: ReadStream) {
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
      construct(this: WriteStream, callback: (error?: unknown) => void) {
        opening(this, callback, () => {
          if (flags.startsWith('a') && nodeAt(path) !== undefined)
            chunks.push(bytesAt(path, 'open'));
          putFile(path, Buffer.concat(chunks), 'open');
        });
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
