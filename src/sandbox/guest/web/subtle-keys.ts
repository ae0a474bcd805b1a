import { Buffer } from '../node/buffer.ts';
import type * as nodeCryptoKeysModule from '../node/crypto-keys.ts';
import {
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  SecretKeyObject,
} from '../node/crypto-keys.ts';
import { takeRandom } from '../node/crypto-random.ts';
import { type CryptoKey, type KeyAlgorithm, keyObjectOf, makeCryptoKey } from './crypto-key.ts';
import { DOMException } from './dom-exception.ts';
import {
  type Algorithm,
  algorithmOf,
  bytesOf,
  hashName,
  hmacBits,
  isAes,
  USAGES,
} from './subtle-algorithms.ts';

/** importKey, exportKey and generateKey. */

type Jwk = Readonly<Record<string, unknown>>;

const CURVES: Readonly<Record<string, string>> = {
  'P-256': 'prime256v1',
  'P-384': 'secp384r1',
  'P-521': 'secp521r1',
};
const CURVE_BYTES: Readonly<Record<string, number>> = { 'P-256': 32, 'P-384': 48, 'P-521': 66 };
const RSA_ALGS: Readonly<Record<string, string>> = { 'RSASSA-PKCS1-v1_5': 'RS', 'RSA-PSS': 'PS' };

function dataError(message: string, cause?: unknown): DOMException {
  return new DOMException(message, { name: 'DataError', cause });
}

function checkUsages(name: string, type: string, usages: readonly string[]): void {
  const allowed = USAGES[name]?.[type] ?? [];
  if (usages.some((usage) => !allowed.includes(usage))) {
    throw new DOMException(`Unsupported key usage for a ${name} key`, 'SyntaxError');
  }
  if (usages.length === 0 && type !== 'public') {
    throw new DOMException(
      'Usages cannot be empty when importing a private or secret key.',
      'SyntaxError',
    );
  }
}

function importSecret(format: unknown, material: unknown): SecretKeyObject {
  if (format === 'raw' || format === 'raw-secret')
    return new SecretKeyObject(bytesOf(material, 'keyData'));
  const jwk = material as Jwk;
  if (format !== 'jwk' || jwk['kty'] !== 'oct' || typeof jwk['k'] !== 'string')
    throw dataError('Invalid keyData');
  return new SecretKeyObject(new Uint8Array(Buffer.from(jwk['k'], 'base64url')));
}

function base64url(part: Uint8Array): string {
  return Buffer.from(part).toString('base64url');
}

/** A raw public key as a JWK, which the host can read. */
function rawToJwk({ name, namedCurve }: Algorithm, bytes: Uint8Array): Jwk {
  if (name === 'Ed25519' || name === 'X25519')
    return { kty: 'OKP', crv: name, x: base64url(bytes) };
  const size = CURVE_BYTES[String(namedCurve)] ?? 0;
  if (bytes[0] !== 4 || bytes.length !== 2 * size + 1) throw dataError('Invalid keyData');
  return {
    kty: 'EC',
    crv: namedCurve,
    x: base64url(bytes.slice(1, size + 1)),
    y: base64url(bytes.slice(size + 1)),
  };
}

function importAsymmetric(format: unknown, material: unknown, algorithm: Algorithm): KeyObject {
  try {
    if (format === 'spki')
      return createPublicKey({ key: bytesOf(material), format: 'der', type: 'spki' });
    if (format === 'pkcs8')
      return createPrivateKey({ key: bytesOf(material), format: 'der', type: 'pkcs8' });
    if (format === 'raw' || format === 'raw-public') {
      return createPublicKey({ key: rawToJwk(algorithm, bytesOf(material)), format: 'jwk' });
    }
    if (format === 'jwk') {
      const jwk = material as Jwk;
      return 'd' in jwk
        ? createPrivateKey({ key: jwk, format: 'jwk' })
        : createPublicKey({ key: jwk, format: 'jwk' });
    }
  } catch (error) {
    throw dataError('Invalid keyData', error);
  }
  throw new DOMException(
    `Unable to import a key using ${String(format)} format`,
    'NotSupportedError',
  );
}

interface AsymmetricFacts {
  readonly asymmetricKeyDetails?: {
    modulusLength?: number;
    publicExponent?: bigint;
    namedCurve?: string;
  };
}

function exponentBytes(exponent: bigint): Uint8Array {
  const hex = exponent.toString(16);
  return new Uint8Array(Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex'));
}

/** The algorithm that a key shows. */
function keyAlgorithm(algorithm: Algorithm, key: KeyObject): KeyAlgorithm {
  const { name } = algorithm;
  if (name === 'HMAC') {
    const { length } = (key as SecretKeyObject).bytes;
    return {
      name,
      length: Number(algorithm['length'] ?? length * 8),
      hash: { name: hashName(algorithm['hash']) },
    };
  }
  if (isAes(algorithm)) return { name, length: key.bytes.length * 8 };
  if (name.startsWith('RSA')) {
    const { modulusLength, publicExponent } = (key as AsymmetricFacts).asymmetricKeyDetails ?? {};
    return {
      name,
      modulusLength: modulusLength ?? 0,
      publicExponent: exponentBytes(publicExponent ?? 65_537n),
      hash: { name: hashName(algorithm['hash']) },
    };
  }
  if (name === 'ECDSA' || name === 'ECDH') {
    const { namedCurve } = (key as AsymmetricFacts).asymmetricKeyDetails ?? {};
    if (namedCurve !== CURVES[String(algorithm['namedCurve'])])
      throw dataError('Named curve mismatch');
    return { name, namedCurve: String(algorithm['namedCurve']) };
  }
  return { name };
}

/** `(format, keyData, algorithm, extractable, usages)`. */
export function importKey(args: readonly unknown[]): CryptoKey {
  const [format, material, given, extractable, usages] = args;
  const algorithm = algorithmOf(given);
  const isSecret = USAGES[algorithm.name]?.['secret'] !== undefined;
  const key = isSecret
    ? importSecret(format, material)
    : importAsymmetric(format, material, algorithm);
  checkUsages(algorithm.name, key.type, usages as string[]);
  if (isAes(algorithm) && ![16, 24, 32].includes(key.bytes.length))
    throw dataError('Invalid key length');
  return makeCryptoKey({
    key,
    algorithm: keyAlgorithm(algorithm, key),
    extractable: Boolean(extractable),
    usages: usages as string[],
  });
}

function algOf({ name, hash, length }: KeyAlgorithm): string | undefined {
  const bits = hash?.name.slice('SHA-'.length) ?? '';
  if (name === 'HMAC') return `HS${bits}`;
  if (isAes({ name })) return `A${length ?? 0}${name.slice('AES-'.length)}`;
  if (name === 'RSA-OAEP') return bits === '1' ? 'RSA-OAEP' : `RSA-OAEP-${bits}`;
  const family = RSA_ALGS[name];
  return family === undefined ? undefined : `${family}${bits}`;
}

function exportJwk(key: CryptoKey): Jwk {
  const exported = (keyObjectOf(key) as SecretKeyObject).export({ format: 'jwk' }) as Jwk;
  const alg = key.algorithm.name === 'Ed25519' ? 'Ed25519' : algOf(key.algorithm);
  return {
    key_ops: key.usages,
    ext: key.extractable,
    ...(alg === undefined ? {} : { alg }),
    ...exported,
  };
}

function exportRaw(key: CryptoKey): Uint8Array {
  const object = keyObjectOf(key);
  if (object.type === 'secret') return object.bytes;
  if (object.type === 'private' || key.algorithm.name.startsWith('RSA')) {
    throw new DOMException('Unable to export a raw key of this type', 'NotSupportedError');
  }
  const jwk = (object as SecretKeyObject).export({ format: 'jwk' }) as Readonly<
    Record<'x' | 'y', string | undefined>
  >;
  const x = Buffer.from(jwk.x ?? '', 'base64url');
  return jwk.y === undefined
    ? x
    : Buffer.concat([Buffer.from([4]), x, Buffer.from(jwk.y, 'base64url')]);
}

export function exportKey(format: string, key: CryptoKey): unknown {
  if (!key.extractable) throw new DOMException('key is not extractable', 'InvalidAccessError');
  if (format === 'jwk') return exportJwk(key);
  if (format === 'raw' || format === 'raw-public' || format === 'raw-secret') return exportRaw(key);
  const object = keyObjectOf(key);
  const fits =
    (format === 'spki' && object.type === 'public') ||
    (format === 'pkcs8' && object.type === 'private');
  if (!fits) {
    throw new DOMException(
      `Unable to export a ${object.type} key using ${format} format`,
      'InvalidAccessError',
    );
  }
  return object.bytes;
}

function pairArguments(algorithm: Algorithm): [string, object] {
  const { name } = algorithm;
  if (name.startsWith('RSA')) {
    const exponent = Buffer.from(algorithm['publicExponent']).toString('hex');
    return [
      'rsa',
      { modulusLength: algorithm['modulusLength'], publicExponent: Number.parseInt(exponent, 16) },
    ];
  }
  if (name === 'ECDSA' || name === 'ECDH') return ['ec', { namedCurve: algorithm['namedCurve'] }];
  return [name.toLowerCase(), {}];
}

function generatePair(
  algorithm: Algorithm,
  extractable: boolean,
  usages: readonly string[],
): object {
  const { generateKeyPairSync } = require('../node/crypto-keys.ts') as typeof nodeCryptoKeysModule;
  const pair = generateKeyPairSync(
    ...(pairArguments(algorithm) as [string, Record<string, unknown>]),
  );
  const make = (object: KeyObject, isExtractable: boolean): CryptoKey => {
    const allowed = USAGES[algorithm.name]?.[object.type] ?? [];
    return makeCryptoKey({
      key: object,
      algorithm: keyAlgorithm(algorithm, object),
      extractable: isExtractable,
      usages: usages.filter((usage) => allowed.includes(usage)),
    });
  };
  const privateKey = make(pair.privateKey as KeyObject, extractable);
  if (privateKey.usages.length === 0) {
    throw new DOMException('Usages cannot be empty when creating a key.', 'SyntaxError');
  }
  return { publicKey: make(pair.publicKey as KeyObject, true), privateKey };
}

export function generateKey(
  algorithm: Algorithm,
  extractable: boolean,
  usages: readonly string[],
): unknown {
  if (USAGES[algorithm.name]?.['secret'] === undefined)
    return generatePair(algorithm, extractable, usages);
  checkUsages(algorithm.name, 'secret', usages);
  const bits =
    algorithm.name === 'HMAC'
      ? Number(algorithm['length'] ?? hmacBits(hashName(algorithm['hash'])))
      : Number(algorithm['length']);
  if (isAes(algorithm) && ![128, 192, 256].includes(bits)) {
    throw new DOMException('Invalid key length', 'OperationError');
  }
  const key = new SecretKeyObject(takeRandom(Math.ceil(bits / 8)));
  return makeCryptoKey({ key, algorithm: keyAlgorithm(algorithm, key), extractable, usages });
}
