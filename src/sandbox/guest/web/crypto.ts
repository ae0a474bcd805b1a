import { publish } from '../core/publish.ts';
import { randomFillSync, randomUUID } from '../node/crypto-random.ts';
import { CryptoKey } from './crypto-key.ts';
import { DOMException } from './dom-exception.ts';
import { SubtleCrypto } from './subtle.ts';

/** The global `crypto` of the Web Cryptography API. */

const LARGEST_RANDOM_BYTES = 65_536;

export class Crypto {
  readonly #subtle = new SubtleCrypto();

  get subtle(): SubtleCrypto {
    return this.#subtle;
  }

  getRandomValues<T extends ArrayBufferView>(array: T): T {
    const tag = Object.prototype.toString.call(array);
    if (!ArrayBuffer.isView(array) || /Float|DataView/.test(tag)) {
      const message = 'The data argument must be an integer-type TypedArray';
      throw new DOMException(message, 'TypeMismatchError');
    }
    if (array.byteLength > LARGEST_RANDOM_BYTES) {
      const message = `The requested length exceeds 65,536 bytes`;
      throw new DOMException(message, 'QuotaExceededError');
    }
    return randomFillSync(array);
  }

  randomUUID(): string {
    return randomUUID();
  }
}
publish('Crypto', Crypto);
publish('SubtleCrypto', SubtleCrypto);

export const crypto = new Crypto();
export { CryptoKey, SubtleCrypto };
