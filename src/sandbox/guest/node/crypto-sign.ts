import { askHost } from '../core/host.ts';
import { invalidArgType, mustBeString, nodeError } from '../core/node-error.ts';
import type { BufferLike } from './buffer.ts';
import { type Data, dataBytes, encoded, joinBytes } from './crypto-bytes.ts';
import { keyMaterial, keyOptions } from './crypto-keys.ts';
import { LazyTransform } from './crypto-stream.ts';
import type * as ownTimersModule from './timers.ts';

type Callback = (error: unknown, value?: unknown) => void;
type Done = (error?: unknown) => void;

/** What Sign and Verify share: they collect the data until the key is given. */
class Collector extends LazyTransform {
  readonly algorithm: string;
  chunks: Uint8Array[] = [];

  constructor(algorithm: string) {
    super();
    mustBeString(algorithm, 'algorithm');
    this.algorithm = algorithm;
    Object.defineProperty(this, 'chunks', { enumerable: false });
  }

  update(data: Data, encoding?: string): this {
    this.chunks.push(dataBytes(data, 'data', encoding).slice());
    return this;
  }

  _write(chunk: Data, encoding: string, done: Done): void {
    this.update(chunk, encoding);
    done();
  }
}

function missingKey(): Error {
  return nodeError(Error, 'ERR_CRYPTO_SIGN_KEY_REQUIRED', 'No key provided to sign');
}

export class Sign extends Collector {
  sign(key: unknown, encoding?: string): BufferLike | string {
    if (!key) throw missingKey();
    const signature = askHost(
      'crypto.sign',
      this.algorithm,
      joinBytes(this.chunks),
      keyMaterial(key),
      keyOptions(key),
    );
    return encoded(signature as Uint8Array, encoding);
  }
}

export class Verify extends Collector {
  verify(key: unknown, signature: Data, encoding?: string): boolean {
    const bytes = dataBytes(signature, 'signature', encoding);
    return askHost(
      'crypto.verify',
      this.algorithm,
      joinBytes(this.chunks),
      keyMaterial(key),
      bytes,
      keyOptions(key),
    ) as boolean;
  }
}

/** Runs `compute` now, or with a callback in a later turn. */
export function withCallback(compute: () => unknown, callback: unknown): unknown {
  if (callback === undefined) return compute();
  if (typeof callback !== 'function')
    throw invalidArgType('callback', 'of type function', callback);
  const { setImmediate } = require('./timers.ts') as typeof ownTimersModule;
  setImmediate(() => {
    let value: unknown;
    try {
      value = compute();
    } catch (error) {
      (callback as Callback)(error);
      return;
    }
    (callback as Callback)(null, value);
  });
  return undefined;
}

export function sign(algorithm: unknown, data: Data, key: unknown, callback?: Callback): unknown {
  const bytes = dataBytes(data, 'data').slice();
  if (!key) throw missingKey();
  const material = keyMaterial(key);
  return withCallback(
    () =>
      encoded(askHost('crypto.sign', algorithm, bytes, material, keyOptions(key)) as Uint8Array),
    callback,
  );
}

export function verify(...args: unknown[]): unknown {
  const [algorithm, data, key, signature, callback] = args;
  const bytes = dataBytes(data, 'data').slice();
  const signed = dataBytes(signature, 'signature').slice();
  const material = keyMaterial(key);
  return withCallback(
    () => askHost('crypto.verify', algorithm, bytes, material, signed, keyOptions(key)),
    callback,
  );
}

type RsaName = 'publicEncrypt' | 'publicDecrypt' | 'privateEncrypt' | 'privateDecrypt';

/** The four RSA functions: `(key, bytes)`. */
export function rsa(name: RsaName): (key: unknown, data: Data) => BufferLike | string {
  return (key, data) => {
    const { oaepLabel, ...options } = keyOptions(key);
    const passed =
      oaepLabel === undefined
        ? options
        : { ...options, oaepLabel: dataBytes(oaepLabel, 'key.oaepLabel') };
    const bytes = dataBytes(data, 'buffer');
    return encoded(askHost('crypto.rsa', name, keyMaterial(key), bytes, passed) as Uint8Array);
  };
}
