import { askHost } from '../core/host.ts';
import { dataBytes } from '../node/crypto-bytes.ts';
import type { KeyAlgorithm } from './crypto-key.ts';
import { DOMException } from './dom-exception.ts';

/** Names of the Web Cryptography API, in their canonical spelling, and what OpenSSL calls them. */

export interface Algorithm {
  readonly name: string;
  readonly [parameter: string]: unknown;
}

const NAMES = [
  'RSASSA-PKCS1-v1_5',
  'RSA-PSS',
  'RSA-OAEP',
  'ECDSA',
  'ECDH',
  'Ed25519',
  'X25519',
  'HMAC',
  'AES-GCM',
  'AES-CBC',
  'AES-CTR',
  'AES-KW',
  'PBKDF2',
  'HKDF',
];

const HASHES: Readonly<Record<string, string>> = {
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

/** Usages of each algorithm: of secret keys, or of public and private ones. */
export const USAGES: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'RSASSA-PKCS1-v1_5': { public: ['verify'], private: ['sign'] },
  'RSA-PSS': { public: ['verify'], private: ['sign'] },
  'RSA-OAEP': { public: ['encrypt', 'wrapKey'], private: ['decrypt', 'unwrapKey'] },
  ECDSA: { public: ['verify'], private: ['sign'] },
  Ed25519: { public: ['verify'], private: ['sign'] },
  ECDH: { public: [], private: ['deriveKey', 'deriveBits'] },
  X25519: { public: [], private: ['deriveKey', 'deriveBits'] },
  HMAC: { secret: ['sign', 'verify'] },
  'AES-GCM': { secret: ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'] },
  'AES-CBC': { secret: ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'] },
  'AES-CTR': { secret: ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'] },
  'AES-KW': { secret: ['wrapKey', 'unwrapKey'] },
  PBKDF2: { secret: ['deriveKey', 'deriveBits'] },
  HKDF: { secret: ['deriveKey', 'deriveBits'] },
};

export function unrecognized(): DOMException {
  return new DOMException('Unrecognized algorithm name', 'NotSupportedError');
}

/** An algorithm argument with its canonical name. */
export function algorithmOf(given: unknown): Algorithm {
  const record: Algorithm = typeof given === 'string' ? { name: given } : (given as Algorithm);
  if (typeof record !== 'object' || record === null || typeof record.name !== 'string') {
    throw new TypeError('Failed to normalize algorithm: "name" is required');
  }
  const name = NAMES.find((each) => each.toLowerCase() === record.name.toLowerCase());
  if (name === undefined) throw unrecognized();
  return { ...record, name };
}

/** The canonical name of a hash argument. */
export function hashName(given: unknown): string {
  const name = String(
    typeof given === 'string' ? given : (given as { name?: unknown } | undefined)?.name,
  );
  const found = Object.keys(HASHES).find((each) => each === name.toUpperCase());
  if (found === undefined) throw unrecognized();
  return found;
}

/** The digest name for OpenSSL. */
export function digestOf(given: unknown): string {
  return HASHES[hashName(given)] ?? 'sha256';
}

export function bytesOf(value: unknown, name = 'data'): Uint8Array {
  if (typeof value === 'string')
    throw new TypeError(`"${name}" is not an instance of BufferSource`);
  return dataBytes(value, name).slice();
}

export function operationError(cause: unknown): DOMException {
  return new DOMException('The operation failed for an operation-specific reason', {
    name: 'OperationError',
    cause,
  });
}

/** Runs a host operation; what fails is an OperationError. */
export function compute(operation: string, ...args: unknown[]): unknown {
  try {
    return askHost(operation, ...args);
  } catch (error) {
    throw operationError(error);
  }
}

/** Key size of an AES algorithm in bits. */
export function isAes(algorithm: KeyAlgorithm | Algorithm): boolean {
  return algorithm.name.startsWith('AES-');
}

const BLOCK_BITS: Readonly<Record<string, number>> = {
  'SHA-1': 512,
  'SHA-256': 512,
  'SHA-384': 1024,
  'SHA-512': 1024,
};

/** Default length of a generated HMAC key: the block size of its hash. */
export function hmacBits(hash: string): number {
  return BLOCK_BITS[hash] ?? 512;
}
