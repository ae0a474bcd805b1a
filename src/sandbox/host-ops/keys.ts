import type crypto from 'node:crypto';
import { node } from './node-modules.ts';
import { recordArgument } from './own-bytes.ts';

/**
 * Turns key material of a program into KeyObjects. Parsing costs more than using (some 50 µs for an
 * RSA key), and a function uses the same few keys again and again, so the last ones are remembered,
 * by their exact material.
 */

type Kind = 'public' | 'private';

const REMEMBERED_KEYS = 64;
/** Longer material than any sane key is not worth remembering. */
const LONGEST_REMEMBERED = 16 * 1024;
const remembered = new Map<string, crypto.KeyObject>();

/** Identity of the material; never leaves this process. */
function fingerprint(kind: Kind, input: unknown): string | undefined {
  if (typeof input === 'string') {
    return input.length > LONGEST_REMEMBERED ? undefined : `${kind}:text:${input}`;
  }
  const { key, format, type, passphrase } = recordArgument(input);
  if (typeof key === 'object' && key !== null && !(key instanceof Uint8Array)) return undefined;
  const material = key instanceof Uint8Array ? Buffer.from(key).toString('latin1') : String(key);
  if (material.length > LONGEST_REMEMBERED) return undefined;
  return JSON.stringify([kind, String(format), String(type), String(passphrase), material]);
}

function remember(name: string | undefined, key: crypto.KeyObject): crypto.KeyObject {
  if (name === undefined) return key;
  if (remembered.size >= REMEMBERED_KEYS) {
    const oldest = remembered.keys().next().value;
    if (oldest !== undefined) remembered.delete(oldest);
  }
  remembered.set(name, key);
  return key;
}

/** Node takes a Buffer for PEM and DER; a copied Uint8Array will not do for PEM text. */
function nodeInput(input: unknown): never {
  if (typeof input === 'string') return input as never;
  if (input instanceof Uint8Array) return Buffer.from(input) as never;
  const given = recordArgument(input);
  const { key, passphrase } = given;
  return {
    ...given,
    key: key instanceof Uint8Array ? Buffer.from(key) : key,
    ...(passphrase instanceof Uint8Array ? { passphrase: Buffer.from(passphrase) } : {}),
  } as never;
}

function find(kind: Kind, input: unknown): crypto.KeyObject {
  const name = fingerprint(kind, input);
  const known = name === undefined ? undefined : remembered.get(name);
  if (known !== undefined) return known;
  const create = kind === 'public' ? node.crypto.createPublicKey : node.crypto.createPrivateKey;
  return remember(name, create(nodeInput(input)));
}

/** The public key of PEM, DER, JWK, a certificate or a private key. */
export function publicKeyOf(input: unknown): crypto.KeyObject {
  return find('public', input);
}

export function privateKeyOf(input: unknown): crypto.KeyObject {
  return find('private', input);
}

/** A key of the guest: `{ kind, key, format, type }`. */
export function keyOf(input: unknown): crypto.KeyObject {
  const { kind, ...material } = recordArgument(input);
  return kind === 'private' ? privateKeyOf(material) : publicKeyOf(material);
}
