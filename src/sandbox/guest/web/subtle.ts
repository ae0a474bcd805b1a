import { Buffer } from '../node/buffer.ts';
import type { KeyObject } from '../node/crypto-keys.ts';
import type * as nodeCryptoRandomModule from '../node/crypto-random.ts';
import type * as ownCryptoKeyModule from './crypto-key.ts';
import { type CryptoKey, checkKey } from './crypto-key.ts';
import { type Algorithm, algorithmOf, bytesOf, compute, digestOf } from './subtle-algorithms.ts';
import { decrypt, encrypt } from './subtle-cipher.ts';
import { exportKey, generateKey, importKey } from './subtle-keys.ts';

/**
 * SubtleCrypto. Everything is computed by Node's crypto in the host; the promises settle in a
 * microtask.
 */

function memoryOf(bytes: unknown): ArrayBuffer {
  return new Uint8Array(bytes as Uint8Array).buffer;
}

const PSS_PADDING = 6;

/** Digest name and options of a signature algorithm for the host. */
function signature(
  algorithm: Algorithm,
  key: { hash?: { name: string } },
): [string | null, object] {
  switch (algorithm.name) {
    case 'RSA-PSS':
      return [
        digestOf(key.hash),
        { padding: PSS_PADDING, saltLength: Number(algorithm['saltLength']) },
      ];
    case 'ECDSA':
      return [digestOf(algorithm['hash']), { dsaEncoding: 'ieee-p1363' }];
    case 'Ed25519':
      return [null, {}];
    default:
      return [digestOf(key.hash), {}];
  }
}

function hmac(key: KeyObject, hash: unknown, data: Uint8Array): Uint8Array {
  return compute('crypto.hmac', digestOf(hash), key.bytes, data) as Uint8Array;
}

function derive(algorithm: Algorithm, key: unknown, bits: number, usage: string): Uint8Array {
  const { key: base } = checkKey(key, algorithm.name, usage);
  const length = bits / 8;
  if (algorithm.name === 'PBKDF2') {
    const args = [
      base.bytes,
      bytesOf(algorithm['salt']),
      algorithm['iterations'],
      length,
      digestOf(algorithm['hash']),
    ];
    return compute('crypto.pbkdf2', ...args) as Uint8Array;
  }
  if (algorithm.name === 'HKDF') {
    const args = [
      digestOf(algorithm['hash']),
      base.bytes,
      bytesOf(algorithm['salt']),
      bytesOf(algorithm['info']),
      length,
    ];
    return compute('crypto.hkdf', ...args) as Uint8Array;
  }
  const other = checkPublic(algorithm['public']);
  return (compute('crypto.agree', base.material, other.material) as Uint8Array).slice(
    0,
    length || undefined,
  );
}

function checkPublic(key: unknown): KeyObject {
  const { keyObjectOf } = require('./crypto-key.ts') as typeof ownCryptoKeyModule;
  return keyObjectOf(key);
}

function derivedBits(given: unknown): number {
  const algorithm = algorithmOf(given);
  return Number(algorithm['length'] ?? 256);
}

export class SubtleCrypto {
  async digest(given: unknown, data: unknown): Promise<ArrayBuffer> {
    return memoryOf(compute('crypto.hash', digestOf(given), bytesOf(data)));
  }

  async sign(given: unknown, key: CryptoKey, data: unknown): Promise<ArrayBuffer> {
    const algorithm = algorithmOf(given);
    const { key: object, algorithm: own } = checkKey(key, algorithm.name, 'sign');
    const bytes = bytesOf(data);
    if (algorithm.name === 'HMAC') return memoryOf(hmac(object, own.hash, bytes));
    const [digest, options] = signature(algorithm, own);
    return memoryOf(compute('crypto.sign', digest, bytes, object.material, options));
  }

  async verify(...args: unknown[]): Promise<boolean> {
    const [given, key, signed, data] = args;
    const algorithm = algorithmOf(given);
    const { key: object, algorithm: own } = checkKey(key, algorithm.name, 'verify');
    const signedBytes = bytesOf(signed);
    const bytes = bytesOf(data);
    if (algorithm.name === 'HMAC') {
      const { timingSafeEqual } =
        require('../node/crypto-random.ts') as typeof nodeCryptoRandomModule;
      const expected = hmac(object, own.hash, bytes);
      return expected.length === signedBytes.length && timingSafeEqual(expected, signedBytes);
    }
    const [digest, options] = signature(algorithm, own);
    return compute(
      'crypto.verify',
      digest,
      bytes,
      object.material,
      signedBytes,
      options,
    ) as boolean;
  }

  async encrypt(given: unknown, key: CryptoKey, data: unknown): Promise<ArrayBuffer> {
    const algorithm = algorithmOf(given);
    return memoryOf(encrypt(algorithm, checkKey(key, algorithm.name, 'encrypt'), bytesOf(data)));
  }

  async decrypt(given: unknown, key: CryptoKey, data: unknown): Promise<ArrayBuffer> {
    const algorithm = algorithmOf(given);
    return memoryOf(decrypt(algorithm, checkKey(key, algorithm.name, 'decrypt'), bytesOf(data)));
  }

  async importKey(...args: unknown[]): Promise<CryptoKey> {
    return importKey(args);
  }

  async exportKey(format: string, key: CryptoKey): Promise<unknown> {
    const exported = exportKey(format, key);
    return exported instanceof Uint8Array ? memoryOf(exported) : exported;
  }

  async generateKey(
    given: unknown,
    extractable: boolean,
    usages: readonly string[],
  ): Promise<unknown> {
    return generateKey(algorithmOf(given), extractable, usages);
  }

  async deriveBits(given: unknown, key: CryptoKey, bits: number | null): Promise<ArrayBuffer> {
    return memoryOf(derive(algorithmOf(given), key, bits ?? 0, 'deriveBits'));
  }

  async deriveKey(...args: unknown[]): Promise<CryptoKey> {
    const [given, key, target, extractable, usages] = args;
    const bytes = derive(algorithmOf(given), key, derivedBits(target), 'deriveKey');
    return importKey(['raw', bytes, target, extractable, usages]);
  }

  async wrapKey(...args: unknown[]): Promise<ArrayBuffer> {
    const [format, key, wrapping, given] = args;
    const exported = exportKey(format as string, key as CryptoKey);
    const bytes = exported instanceof Uint8Array ? exported : Buffer.from(JSON.stringify(exported));
    const algorithm = algorithmOf(given);
    return memoryOf(
      encrypt(algorithm, checkKey(wrapping, algorithm.name, 'wrapKey'), bytesOf(bytes)),
    );
  }

  async unwrapKey(...args: unknown[]): Promise<CryptoKey> {
    const [format, wrapped, unwrapping, given, ...rest] = args;
    const algorithm = algorithmOf(given);
    const bytes = decrypt(
      algorithm,
      checkKey(unwrapping, algorithm.name, 'unwrapKey'),
      bytesOf(wrapped),
    );
    const material: unknown = format === 'jwk' ? JSON.parse(Buffer.from(bytes).toString()) : bytes;
    return importKey([format, material, ...rest]);
  }
}
