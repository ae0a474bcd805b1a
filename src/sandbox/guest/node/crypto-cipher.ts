import { askHost } from '../core/host.ts';
import { mustBeString, nodeError } from '../core/node-error.ts';
import { Buffer, type BufferLike } from './buffer.ts';
import { type Data, dataBytes, encoded, joinBytes } from './crypto-bytes.ts';
import { secretBytes } from './crypto-keys.ts';
import { LazyTransform } from './crypto-stream.ts';
import type * as ownStringDecoderModule from './string-decoder.ts';

type Done = (error?: unknown, chunk?: unknown) => void;

interface CipherOptions {
  readonly authTagLength?: number;
}

/**
 * Content up to which `update` gives its part at once; of longer content everything comes with
 * `final`.
 */
const PROMPT_BYTES = 256 * 1024;

/**
 * A cipher or decipher. The host works on whole messages: `update` asks for the output of
 * everything so far and returns what is new, `final` asks for the complete output. One `update` and
 * one `final`, the usual case, are two calls.
 */
class CipherBase extends LazyTransform {
  readonly #settings: Record<string, unknown>;
  readonly #isEncrypting: boolean;
  readonly #chunks: Uint8Array[] = [];
  #inputBytes = 0;
  #givenBytes = 0;
  #isFinal = false;
  #authTag: Uint8Array | undefined;
  #decoder: { write(bytes: Uint8Array): string; end(): string } | undefined;

  constructor(settings: Record<string, unknown>, isEncrypting: boolean) {
    super();
    askHost('crypto.cipherCheck', settings, isEncrypting);
    this.#settings = settings;
    this.#isEncrypting = isEncrypting;
  }

  update(data: Data, inputEncoding?: string, outputEncoding?: string): BufferLike | string {
    if (this.#isFinal) throw this.#unsupported('update');
    const bytes = dataBytes(data, 'data', inputEncoding).slice();
    this.#chunks.push(bytes);
    this.#inputBytes += bytes.length;
    if (this.#inputBytes > PROMPT_BYTES && this.#chunks.length > 1) {
      return this.#output(new Uint8Array(0), outputEncoding);
    }
    const all = askHost(
      'crypto.cipherUpdate',
      this.#settings,
      joinBytes(this.#chunks),
      this.#isEncrypting,
    ) as Uint8Array;
    const fresh = all.slice(this.#givenBytes);
    this.#givenBytes = all.length;
    return this.#output(fresh, outputEncoding);
  }

  final(outputEncoding?: string): BufferLike | string {
    if (this.#isFinal) throw this.#unsupported('final');
    this.#isFinal = true;
    const content = joinBytes(this.#chunks);
    let all: Uint8Array;
    if (this.#isEncrypting) {
      const made = askHost('crypto.encrypt', this.#settings, content) as {
        bytes: Uint8Array;
        authTag?: Uint8Array;
      };
      all = made.bytes;
      this.#authTag = made.authTag;
    } else {
      all = askHost('crypto.decrypt', this.#settings, content) as Uint8Array;
    }
    const text = this.#output(all.slice(this.#givenBytes), outputEncoding);
    return typeof text === 'string' ? text + (this.#decoder?.end() ?? '') : text;
  }

  setAutoPadding(autoPadding = true): this {
    this.#settings['autoPadding'] = autoPadding;
    return this;
  }

  setAAD(data: Data, options?: { plaintextLength?: number }): this {
    const added = dataBytes(data, 'buffer');
    const before = this.#settings['aad'];
    this.#settings['aad'] = joinBytes(before instanceof Uint8Array ? [before, added] : [added]);
    if (options?.plaintextLength !== undefined)
      this.#settings['plaintextLength'] = options.plaintextLength;
    return this;
  }

  getAuthTag(): BufferLike {
    if (this.#authTag === undefined) throw this.#unsupported('getAuthTag');
    return Buffer.from(this.#authTag);
  }

  setAuthTag(tag: Data, encoding?: string): this {
    this.#settings['authTag'] = dataBytes(tag, 'buffer', encoding).slice();
    askHost('crypto.cipherCheck', this.#settings, false);
    return this;
  }

  _transform(chunk: Data, encoding: string, done: Done): void {
    done(null, this.update(chunk, encoding));
  }

  _flush(done: Done): void {
    try {
      done(null, this.final());
    } catch (error) {
      done(error);
    }
  }

  #unsupported(name: string): Error {
    return nodeError(Error, 'ERR_CRYPTO_INVALID_STATE', `Invalid state for operation ${name}`);
  }

  /** Encodes a part of the output without cutting characters or Base64 groups. */
  #output(bytes: Uint8Array, encoding?: string): BufferLike | string {
    if (encoding === undefined || encoding === 'buffer') return encoded(bytes);
    if (this.#decoder === undefined) {
      const { StringDecoder } = require('./string-decoder.ts') as typeof ownStringDecoderModule;
      this.#decoder = new StringDecoder(encoding);
    }
    return this.#decoder.write(bytes);
  }
}

export class Cipheriv extends CipherBase {}
export class Decipheriv extends CipherBase {}

function settingsOf([algorithm, key, iv, options]: readonly unknown[]): Record<string, unknown> {
  mustBeString(algorithm, 'cipher');
  const settings: Record<string, unknown> = { algorithm, key: secretBytes(key, 'key').slice() };
  if (iv !== null && iv !== undefined) settings['iv'] = dataBytes(iv, 'iv').slice();
  const { authTagLength } = (options ?? {}) as CipherOptions;
  if (authTagLength !== undefined) settings['authTagLength'] = authTagLength;
  return settings;
}

export function createCipheriv(...args: unknown[]): Cipheriv {
  return new Cipheriv(settingsOf(args), true);
}

export function createDecipheriv(...args: unknown[]): Decipheriv {
  return new Decipheriv(settingsOf(args), false);
}
