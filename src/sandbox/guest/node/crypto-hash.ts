import { askHost } from '../core/host.ts';
import { mustBeString, nodeError } from '../core/node-error.ts';
import { type BufferLike } from './buffer.ts';
import { type Data, dataBytes, encoded, joinBytes } from './crypto-bytes.ts';
import { secretBytes } from './crypto-keys.ts';
import { LazyTransform } from './crypto-stream.ts';

type Done = (error?: unknown, chunk?: unknown) => void;

/** Names that every OpenSSL has; others are checked with the host when the hash is made. */
const KNOWN = new Set(['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512']);
const EMPTY = new Uint8Array(0);

function finalized(): Error {
  return nodeError(Error, 'ERR_CRYPTO_HASH_FINALIZED', 'Digest already called');
}

export class Hash extends LazyTransform {
  readonly #algorithm: string;
  readonly #options: object | undefined;
  #chunks: Uint8Array[] = [];
  #isFinal = false;

  constructor(algorithm: string, options?: object) {
    super();
    mustBeString(algorithm, 'algorithm');
    if (!KNOWN.has(algorithm.toLowerCase()) || options !== undefined) {
      askHost('crypto.hash', algorithm, EMPTY, options);
    }
    this.#algorithm = algorithm;
    this.#options = options;
  }

  update(data: Data, encoding?: string): this {
    if (this.#isFinal) throw finalized();
    const bytes = dataBytes(data, 'data', encoding);
    // The caller may reuse its memory before the digest.
    this.#chunks.push(typeof data === 'string' ? bytes : bytes.slice());
    return this;
  }

  digest(encoding?: string): BufferLike | string {
    if (this.#isFinal) throw finalized();
    this.#isFinal = true;
    const bytes = joinBytes(this.#chunks);
    this.#chunks = [];
    return encoded(
      askHost('crypto.hash', this.#algorithm, bytes, this.#options) as Uint8Array,
      encoding,
    );
  }

  copy(): Hash {
    if (this.#isFinal) throw finalized();
    const twin = new Hash(this.#algorithm, this.#options);
    twin.#chunks = [...this.#chunks];
    return twin;
  }

  _transform(chunk: Data, encoding: string, done: Done): void {
    this.update(chunk, encoding);
    done();
  }

  _flush(done: Done): void {
    done(null, this.digest());
  }
}

export class Hmac extends LazyTransform {
  readonly #algorithm: string;
  readonly #key: Uint8Array;
  #chunks: Uint8Array[] = [];
  #isFinal = false;

  constructor(algorithm: string, key: unknown) {
    super();
    mustBeString(algorithm, 'hmac');
    this.#key = secretBytes(key, 'key');
    if (!KNOWN.has(algorithm.toLowerCase())) askHost('crypto.hmac', algorithm, EMPTY, EMPTY);
    this.#algorithm = algorithm;
  }

  update(data: Data, encoding?: string): this {
    if (this.#isFinal) throw finalized();
    const bytes = dataBytes(data, 'data', encoding);
    this.#chunks.push(typeof data === 'string' ? bytes : bytes.slice());
    return this;
  }

  digest(encoding?: string): BufferLike | string {
    if (this.#isFinal) return encoded(new Uint8Array(0), encoding);
    this.#isFinal = true;
    const bytes = joinBytes(this.#chunks);
    this.#chunks = [];
    return encoded(
      askHost('crypto.hmac', this.#algorithm, this.#key, bytes) as Uint8Array,
      encoding,
    );
  }

  _transform(chunk: Data, encoding: string, done: Done): void {
    this.update(chunk, encoding);
    done();
  }

  _flush(done: Done): void {
    done(null, this.digest());
  }
}
