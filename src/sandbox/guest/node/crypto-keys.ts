import { askHost } from '../core/host.ts';
import { invalidArgType, invalidArgValue, nodeError } from '../core/node-error.ts';
import type * as webCryptoKeyModule from '../web/crypto-key.ts';
import { Buffer, type BufferLike } from './buffer.ts';
import { dataBytes, encoded } from './crypto-bytes.ts';

/** KeyObject and the many forms in which programs give keys. */

/** What the host gets: PEM text, or material with its format. */
export type HostKey = string | Uint8Array | Readonly<Record<string, unknown>>;

interface Described {
  readonly type: 'public' | 'private';
  readonly asymmetricKeyType: string;
  readonly asymmetricKeyDetails: Record<string, unknown>;
  readonly der: Uint8Array;
}

interface ExportOptions {
  readonly format?: 'pem' | 'der' | 'jwk' | 'buffer';
  readonly type?: string;
  readonly cipher?: string;
  readonly passphrase?: unknown;
}

/**
 * A key: secret bytes, or the DER of a public or private key. Operations send the material along.
 */
export class KeyObject {
  readonly #type: 'secret' | 'public' | 'private';
  readonly #bytes: Uint8Array;

  constructor(type: 'secret' | 'public' | 'private', bytes: Uint8Array) {
    this.#type = type;
    this.#bytes = bytes;
  }

  static from(key: unknown): KeyObject {
    const { keyObjectOf } = require('../web/crypto-key.ts') as typeof webCryptoKeyModule;
    return keyObjectOf(key);
  }

  get type(): 'secret' | 'public' | 'private' {
    return this.#type;
  }

  /** The material as the host takes it. */
  get material(): HostKey {
    return { key: this.#bytes, format: 'der', type: this.#type === 'private' ? 'pkcs8' : 'spki' };
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  equals(other: KeyObject): boolean {
    if (!(other instanceof KeyObject)) {
      throw invalidArgType('otherKeyObject', 'an instance of KeyObject', other);
    }
    return other.type === this.type && Buffer.from(this.#bytes).equals(other.bytes);
  }

  toCryptoKey(...args: unknown[]): unknown {
    const { cryptoKeyOf } = require('../web/crypto-key.ts') as typeof webCryptoKeyModule;
    return cryptoKeyOf(this, args);
  }
}
for (const name of ['material', 'bytes']) {
  Object.defineProperty(KeyObject.prototype, name, { enumerable: false });
}

export class SecretKeyObject extends KeyObject {
  constructor(bytes: Uint8Array) {
    super('secret', bytes);
  }

  get symmetricKeySize(): number {
    return this.bytes.length;
  }

  export(options: ExportOptions = {}): unknown {
    if (options.format === 'jwk') {
      return { kty: 'oct', k: Buffer.from(this.bytes).toString('base64url') };
    }
    return Buffer.from(this.bytes);
  }
}

class AsymmetricKeyObject extends KeyObject {
  readonly #kind: string;
  readonly #details: Record<string, unknown>;

  constructor({ type, der, asymmetricKeyType, asymmetricKeyDetails }: Described) {
    super(type, der);
    this.#kind = asymmetricKeyType;
    this.#details = asymmetricKeyDetails;
  }

  get asymmetricKeyType(): string {
    return this.#kind;
  }

  get asymmetricKeyDetails(): Record<string, unknown> {
    return { ...this.#details };
  }

  export(options: ExportOptions = {}): unknown {
    if (typeof options !== 'object') throw invalidArgType('options', 'of type object', options);
    const material = this.material as Record<string, unknown>;
    const passed: Record<string, unknown> = { ...options };
    if (options.passphrase !== undefined && typeof options.passphrase !== 'string') {
      passed['passphrase'] = dataBytes(options.passphrase, 'passphrase');
    }
    const exported = askHost('crypto.exportKey', { kind: this.type, ...material }, passed);
    return exported instanceof Uint8Array ? encoded(exported) : exported;
  }
}

export class PublicKeyObject extends AsymmetricKeyObject {}
export class PrivateKeyObject extends AsymmetricKeyObject {}

/** Makes a KeyObject from what the host says of a key. */
export function describedKey(described: unknown): PublicKeyObject | PrivateKeyObject {
  const { type } = described as Described;
  return type === 'private'
    ? new PrivateKeyObject(described as Described)
    : new PublicKeyObject(described as Described);
}

const BYTE_KINDS = 'ArrayBuffer, Buffer, TypedArray, DataView';
const KEY_KINDS = `of type string or an instance of ${BYTE_KINDS}, KeyObject, or CryptoKey`;

function keyInside(value: unknown): KeyObject | undefined {
  if (value instanceof KeyObject) return value;
  if (Object.prototype.toString.call(value) === '[object CryptoKey]') return KeyObject.from(value);
  return undefined;
}

/** The bytes of a secret: string, bytes, KeyObject or CryptoKey. */
export function secretBytes(value: unknown, name: string, encoding?: unknown): Uint8Array {
  const key = keyInside(value);
  if (key === undefined) {
    if (value === null || value === undefined || typeof value === 'number') {
      throw invalidArgType(name, KEY_KINDS, value);
    }
    return dataBytes(value, name, encoding);
  }
  if (key.type !== 'secret') {
    const message = `Invalid key object type ${key.type}, expected secret.`;
    throw nodeError(TypeError, 'ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE', message);
  }
  return key.bytes;
}

function isJwk(key: unknown, format: unknown): key is object {
  if (format === 'jwk' && (typeof key !== 'object' || key === null)) {
    throw invalidArgType('key.key', 'of type object', key);
  }
  return typeof key === 'object' && key !== null && !isBytes(key);
}

function isBytes(value: unknown): boolean {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer;
}

function passphraseOf(value: unknown): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) return {};
  return { passphrase: typeof value === 'string' ? value : dataBytes(value, 'key.passphrase') };
}

function materialOfObject(value: Record<string, unknown>, encoding: unknown): HostKey {
  const { key, format, type, passphrase, encoding: ownEncoding } = value;
  const inner = keyInside(key);
  if (inner !== undefined) return inner.material;
  if (isJwk(key, format)) return { key: { ...key }, format: 'jwk' };
  const isText = typeof key === 'string' && (format === undefined || format === 'pem');
  return {
    key: isText ? key : dataBytes(key, 'key.key', ownEncoding ?? encoding),
    format: format ?? 'pem',
    ...(type === undefined ? {} : { type }),
    ...passphraseOf(passphrase),
  };
}

/** The material of a public or private key in any of Node's forms. */
export function keyMaterial(value: unknown, encoding?: unknown): HostKey {
  if (typeof value === 'string') return value;
  const key = keyInside(value);
  if (key !== undefined) {
    if (key.type !== 'secret') return key.material;
    const message = 'Invalid key object type secret, expected private or public.';
    throw nodeError(TypeError, 'ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE', message);
  }
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    return { key: dataBytes(value, 'key'), format: 'pem' };
  }
  if (typeof value === 'object' && value !== null) {
    return materialOfObject(value as Record<string, unknown>, encoding);
  }
  throw invalidArgType('key', KEY_KINDS, value);
}

/** The signature options that may be given beside a key. */
export function keyOptions(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || value instanceof KeyObject) return {};
  const { padding, saltLength, dsaEncoding, oaepHash, oaepLabel } = value as Record<
    string,
    unknown
  >;
  return { padding, saltLength, dsaEncoding, oaepHash, oaepLabel };
}

export function createSecretKey(key: unknown, encoding?: string): SecretKeyObject {
  return new SecretKeyObject(secretBytes(key, 'key', encoding).slice());
}

export function createPublicKey(key: unknown): PublicKeyObject {
  if (key instanceof KeyObject && key.type !== 'private') {
    const message = `Invalid key object type ${key.type}, expected private.`;
    throw nodeError(TypeError, 'ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE', message);
  }
  return describedKey(askHost('crypto.publicKey', keyMaterial(key)));
}

export function createPrivateKey(key: unknown): PrivateKeyObject {
  if (key instanceof KeyObject) throw invalidArgType('key', KEY_KINDS, key);
  return describedKey(askHost('crypto.privateKey', keyMaterial(key)));
}

interface Encodings {
  readonly publicKeyEncoding?: ExportOptions;
  readonly privateKeyEncoding?: ExportOptions;
}

interface Pair {
  readonly publicKey: unknown;
  readonly privateKey: unknown;
}

export function generateKeyPairSync(
  type: string,
  options: Encodings & Record<string, unknown> = {},
): Pair {
  const { publicKeyEncoding, privateKeyEncoding, ...rest } = options;
  const made = askHost('crypto.generatePair', type, rest) as Record<
    'publicKey' | 'privateKey',
    unknown
  >;
  const publicKey = describedKey(made.publicKey);
  const privateKey = describedKey(made.privateKey);
  return {
    publicKey: publicKeyEncoding === undefined ? publicKey : publicKey.export(publicKeyEncoding),
    privateKey:
      privateKeyEncoding === undefined ? privateKey : privateKey.export(privateKeyEncoding),
  };
}

export function generateKeySync(type: string, { length }: { length: number }): SecretKeyObject {
  if (type !== 'hmac' && type !== 'aes')
    throw invalidArgValue('type', type, 'must be a supported key type');
  return new SecretKeyObject(askHost('crypto.random', Math.floor(length / 8)) as BufferLike);
}
