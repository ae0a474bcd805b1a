import { publish } from '../core/publish.ts';
import type { KeyObject } from '../node/crypto-keys.ts';
import { DOMException } from './dom-exception.ts';

/** CryptoKey: a KeyObject with an algorithm and usages. */

export interface KeyAlgorithm {
  readonly name: string;
  readonly hash?: { readonly name: string };
  readonly length?: number;
  readonly namedCurve?: string;
  readonly modulusLength?: number;
  readonly publicExponent?: Uint8Array;
}

interface Facts {
  readonly key: KeyObject;
  readonly algorithm: KeyAlgorithm;
  readonly extractable: boolean;
  readonly usages: readonly string[];
}

const factsOf = new WeakMap<CryptoKey, Facts>();
let mayConstruct = false;

function facts(key: unknown): Facts {
  const found = factsOf.get(key as CryptoKey);
  if (found === undefined) throw new TypeError('Value of "key" is not a CryptoKey');
  return found;
}

export class CryptoKey {
  constructor() {
    if (!mayConstruct) throw new TypeError('Illegal constructor');
  }

  get type(): string {
    return facts(this).key.type;
  }

  get extractable(): boolean {
    return facts(this).extractable;
  }

  get algorithm(): KeyAlgorithm {
    return facts(this).algorithm;
  }

  get usages(): string[] {
    return [...facts(this).usages];
  }
}
publish('CryptoKey', CryptoKey);

const USAGE_ORDER = [
  'encrypt',
  'decrypt',
  'sign',
  'verify',
  'deriveKey',
  'deriveBits',
  'wrapKey',
  'unwrapKey',
];

export function makeCryptoKey(given: Facts): CryptoKey {
  mayConstruct = true;
  try {
    const key = new CryptoKey();
    const usages = USAGE_ORDER.filter((usage) => given.usages.includes(usage));
    factsOf.set(key, { ...given, usages });
    return key;
  } finally {
    mayConstruct = false;
  }
}

export function keyObjectOf(key: unknown): KeyObject {
  return facts(key).key;
}

/** Throws unless the key is for this algorithm and usage. */
export function checkKey(key: unknown, name: string, usage: string): Facts {
  const found = facts(key);
  if (found.algorithm.name.toLowerCase() !== name.toLowerCase()) {
    throw new DOMException('Key algorithm mismatch', 'InvalidAccessError');
  }
  if (!found.usages.includes(usage)) {
    throw new DOMException(`Unable to use this key to ${usage}`, 'InvalidAccessError');
  }
  return found;
}

/** KeyObject.prototype.toCryptoKey: `(algorithm, extractable, usages)`. */
export function cryptoKeyOf(key: KeyObject, args: readonly unknown[]): CryptoKey {
  const [algorithm, extractable, usages] = args;
  const named = typeof algorithm === 'string' ? { name: algorithm } : (algorithm as KeyAlgorithm);
  return makeCryptoKey({
    key,
    algorithm: named,
    extractable: Boolean(extractable),
    usages: usages as string[],
  });
}
