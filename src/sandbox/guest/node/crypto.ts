import { askHost } from '../core/host.ts';
import { mustBeFunction, notSupported } from '../core/node-error.ts';
import type * as webCryptoModule from '../web/crypto.ts';
import { Cipheriv, createCipheriv, createDecipheriv, Decipheriv } from './crypto-cipher.ts';
import { diffieHellman, ECDH, X509Certificate } from './crypto-exchange.ts';
import { Hash, Hmac } from './crypto-hash.ts';
import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  generateKeySync,
  KeyObject,
} from './crypto-keys.ts';
import * as random from './crypto-random.ts';
import { rsa, Sign, sign, Verify, verify, withCallback } from './crypto-sign.ts';

/**
 * The crypto module. Whatever computes is done by Node's own crypto in the host, on whole messages.
 */

type Anything = (...args: never[]) => unknown;

/** Classes that old code calls without `new`. */
function callable<T extends new (...args: never[]) => object>(Class: T): T {
  return new Proxy(Class, {
    apply: (target, _self, args) => Reflect.construct(target, args) as object,
  });
}

function refusedClass(name: string): Anything {
  return function () {
    throw notSupported(`crypto.${name}`);
  };
}

function refused(name: string): Anything {
  return () => {
    throw notSupported(`crypto.${name}()`);
  };
}

function generateKeyPair(type: string, ...rest: unknown[]): void {
  const callback = rest.pop() as (
    error: unknown,
    publicKey?: unknown,
    privateKey?: unknown,
  ) => void;
  mustBeFunction(callback, 'callback');
  const options = (rest[0] ?? {}) as Record<string, unknown>;
  withCallback(
    () => generateKeyPairSync(type, options),
    (error: unknown, pair?: ReturnType<typeof generateKeyPairSync>) =>
      callback(error, pair?.publicKey, pair?.privateKey),
  );
}

const randomMembers: Record<string, unknown> = { ...random };
delete randomMembers['takeRandom'];

export const crypto: Record<string, unknown> = {
  ...randomMembers,
  pseudoRandomBytes: random.randomBytes,
  prng: random.randomBytes,
  rng: random.randomBytes,
  Certificate: refusedClass('Certificate'),
  Cipheriv,
  Decipheriv,
  ECDH: callable(ECDH),
  Hash: callable(Hash),
  Hmac: callable(Hmac),
  KeyObject,
  Sign: callable(Sign),
  Verify: callable(Verify),
  X509Certificate,
  createCipheriv,
  createDecipheriv,
  createECDH: (curve: string) => new ECDH(curve),
  createHash: (algorithm: string, options?: object) => new Hash(algorithm, options),
  createHmac: (algorithm: string, key: unknown) => new Hmac(algorithm, key),
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  createSign: (algorithm: string) => new Sign(algorithm),
  createVerify: (algorithm: string) => new Verify(algorithm),
  createDiffieHellman: refused('createDiffieHellman'),
  createDiffieHellmanGroup: refused('createDiffieHellmanGroup'),
  getDiffieHellman: refused('getDiffieHellman'),
  diffieHellman,
  generateKey: (type: string, options: { length: number }, callback: unknown) =>
    withCallback(() => generateKeySync(type, options), callback),
  generateKeyPair,
  generateKeyPairSync,
  generateKeySync,
  getCipherInfo: (name: unknown, options?: object) => {
    const info = askHost('crypto.cipherInfo', name, options) as object | undefined;
    return info === undefined ? undefined : (Object.setPrototypeOf(info, null) as object);
  },
  getCiphers: () => askHost('crypto.ciphers'),
  getCurves: () => askHost('crypto.curves'),
  getHashes: () => askHost('crypto.hashes'),
  getFips: () => 0,
  setFips: () => undefined,
  setEngine: refused('setEngine'),
  hash: (algorithm: string, data: string, encoding = 'hex') =>
    new Hash(algorithm).update(data).digest(encoding),
  checkPrimeSync: refused('checkPrimeSync'),
  generatePrimeSync: (bits: number) => (askHost('crypto.prime', bits) as Uint8Array).buffer,
  privateDecrypt: rsa('privateDecrypt'),
  privateEncrypt: rsa('privateEncrypt'),
  publicDecrypt: rsa('publicDecrypt'),
  publicEncrypt: rsa('publicEncrypt'),
  secureHeapUsed: () => ({ total: 0, used: 0, utilization: 0, min: 0 }),
  sign,
  verify,
};

function lazily(name: string, get: () => unknown): void {
  Object.defineProperty(crypto, name, { configurable: true, enumerable: true, get });
}

function web(): typeof webCryptoModule {
  return require('../web/crypto.ts') as typeof webCryptoModule;
}

let constants: unknown;
lazily('constants', () => (constants ??= askHost('crypto.constants')));
lazily('webcrypto', () => web().crypto);
lazily('subtle', () => web().crypto.subtle);
lazily(
  'getRandomValues',
  () =>
    <T extends ArrayBufferView>(array: T): T =>
      web().crypto.getRandomValues(array),
);
