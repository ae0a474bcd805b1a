import { askHost } from '../core/host.ts';
import { invalidArgType, mustBeFunction } from '../core/node-error.ts';
import { dataBytes, encoded, joinBytes } from './crypto-bytes.ts';
import { withCallback } from './crypto-sign.ts';
import { Transform } from './stream.ts';

/**
 * The zlib module. The host converts whole contents; streams collect and convert at their end (or
 * at a flush).
 */

type Callback = (error: unknown, result?: unknown) => void;
type Done = (error?: unknown, chunk?: unknown) => void;

/** Name of the functions → stream class and host operation. */
const CODECS = {
  gzip: 'Gzip',
  gunzip: 'Gunzip',
  deflate: 'Deflate',
  inflate: 'Inflate',
  deflateRaw: 'DeflateRaw',
  inflateRaw: 'InflateRaw',
  unzip: 'Unzip',
  brotliCompress: 'BrotliCompress',
  brotliDecompress: 'BrotliDecompress',
  zstdCompress: 'ZstdCompress',
  zstdDecompress: 'ZstdDecompress',
} as const;

type Codec = keyof typeof CODECS;

let constants: Record<string, number> | undefined;

function allConstants(): Record<string, number> {
  constants ??= Object.freeze(askHost('zlib.constants') as Record<string, number>);
  return constants;
}

/** Options that can cross to the host. */
function plainOptions(options: unknown): Record<string, unknown> {
  if (typeof options !== 'object' || options === null) return {};
  const plain: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(options)) {
    if (ArrayBuffer.isView(value)) plain[name] = dataBytes(value, name);
    else if (typeof value === 'number' || typeof value === 'boolean') plain[name] = value;
    else if (name === 'params' && typeof value === 'object') plain[name] = { ...value };
  }
  return plain;
}

function convert(codec: Codec, data: unknown, options?: unknown): Uint8Array {
  const bytes = dataBytes(data, 'buffer');
  return askHost(`zlib.${codec}`, bytes, plainOptions(options)) as Uint8Array;
}

interface TransformLike {
  on(name: string, listener: (...args: never[]) => void): TransformLike;
  push(chunk: unknown): void;
  destroy(error?: unknown): void;
}

type TransformConstructor = new (options: object) => TransformLike;

/** The stream of one codec. */
function streamClass(codec: Codec): new (options?: object) => TransformLike {
  class ZlibStream extends (Transform as unknown as TransformConstructor) {
    readonly #options: object | undefined;
    #chunks: Uint8Array[] = [];
    bytesWritten = 0;

    constructor(options?: object) {
      super({ ...options });
      this.#options = options;
    }

    _transform(chunk: Uint8Array, _encoding: string, done: Done): void {
      this.#chunks.push(dataBytes(chunk, 'chunk').slice());
      this.bytesWritten += chunk.length;
      done();
    }

    _flush(done: Done): void {
      try {
        const bytes = joinBytes(this.#chunks);
        this.#chunks = [];
        done(null, encoded(convert(codec, bytes, this.#options)));
      } catch (error) {
        done(error);
      }
    }

    flush(...args: unknown[]): void {
      const callback = args.at(-1);
      if (typeof callback === 'function') Reflect.apply(callback, undefined, []);
    }

    close(callback?: () => void): void {
      if (callback !== undefined) this.on('close', callback);
      this.destroy();
    }

    params(_level: number, _strategy: number, callback?: () => void): void {
      callback?.();
    }

    reset(): void {
      this.#chunks = [];
    }
  }
  Object.defineProperty(ZlibStream, 'name', { value: CODECS[codec] });
  return ZlibStream;
}

const members: Record<string, unknown> = {};
for (const codec of Object.keys(CODECS) as Codec[]) {
  const Class = streamClass(codec);
  const callable = new Proxy(Class, {
    apply: (target, _self, args) => Reflect.construct(target, args) as object,
  });
  members[CODECS[codec]] = callable;
  members[`create${CODECS[codec]}`] = (options?: object) => new Class(options);
  members[`${codec}Sync`] = (data: unknown, options?: unknown) =>
    encoded(convert(codec, data, options));
  members[codec] = (data: unknown, ...rest: unknown[]): void => {
    const callback = rest.pop() as Callback;
    mustBeFunction(callback, 'callback');
    const bytes = dataBytes(data, 'buffer').slice();
    withCallback(() => encoded(convert(codec, bytes, rest[0])), callback);
  };
}

function crc32(data: unknown, start = 0): number {
  if (typeof start !== 'number') throw invalidArgType('value', 'of type number', start);
  return askHost('zlib.crc32', dataBytes(data, 'data'), start) as number;
}

const CODES = {
  Z_OK: 0,
  Z_STREAM_END: 1,
  Z_NEED_DICT: 2,
  Z_ERRNO: -1,
  Z_STREAM_ERROR: -2,
  Z_DATA_ERROR: -3,
  Z_MEM_ERROR: -4,
  Z_BUF_ERROR: -5,
  Z_VERSION_ERROR: -6,
};

export const zlib: Record<string, unknown> = Object.defineProperties(
  { ...members, crc32, codes: Object.freeze(CODES) },
  { constants: { configurable: true, enumerable: true, get: allConstants } },
);
for (const name of [
  'Z_BEST_SPEED',
  'Z_BEST_COMPRESSION',
  'Z_DEFAULT_COMPRESSION',
  'Z_NO_COMPRESSION',
  'Z_SYNC_FLUSH',
  'Z_FINISH',
  'Z_NO_FLUSH',
  'Z_FULL_FLUSH',
  'Z_DEFAULT_WINDOWBITS',
  'Z_DEFAULT_STRATEGY',
]) {
  Object.defineProperty(zlib, name, { configurable: true, get: () => allConstants()[name] });
}
