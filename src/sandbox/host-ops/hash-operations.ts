import crypto from 'node:crypto';
import {
  bytesArgument,
  numberArgument,
  type OperationTable,
  ownBytes,
  recordArgument,
  textArgument,
} from './own-bytes.ts';

/** Most random bytes of one call; more than any protocol needs at once. */
const LARGEST_RANDOM_BYTES = 16 * 2 ** 20;
const LARGEST_KEY_BYTES = 2 ** 20;

function hash([algorithm, bytes, options]: readonly unknown[]): Uint8Array {
  const { outputLength } = recordArgument(options);
  const made = crypto.createHash(
    textArgument(algorithm),
    typeof outputLength === 'number' ? { outputLength } : {},
  );
  return ownBytes(made.update(bytesArgument(bytes)).digest());
}

function hmac([algorithm, key, bytes]: readonly unknown[]): Uint8Array {
  const made = crypto.createHmac(textArgument(algorithm), bytesArgument(key));
  return ownBytes(made.update(bytesArgument(bytes)).digest());
}

function random([count]: readonly unknown[]): Uint8Array {
  const size = numberArgument(count);
  if (size > LARGEST_RANDOM_BYTES) {
    throw new RangeError(`Cannot make ${size} random bytes: the limit is ${LARGEST_RANDOM_BYTES}`);
  }
  return ownBytes(crypto.randomBytes(size));
}

function keyLength(value: unknown): number {
  const size = numberArgument(value);
  if (size > LARGEST_KEY_BYTES) {
    throw new RangeError(`Cannot derive ${size} bytes: the limit is ${LARGEST_KEY_BYTES}`);
  }
  return size;
}

function pbkdf2([password, salt, iterations, length, digest]: readonly unknown[]): Uint8Array {
  return ownBytes(
    crypto.pbkdf2Sync(
      bytesArgument(password),
      bytesArgument(salt),
      numberArgument(iterations),
      keyLength(length),
      textArgument(digest),
    ),
  );
}

function scrypt([password, salt, length, options]: readonly unknown[]): Uint8Array {
  const made = crypto.scryptSync(
    bytesArgument(password),
    bytesArgument(salt),
    keyLength(length),
    recordArgument(options),
  );
  return ownBytes(made);
}

function hkdf([digest, key, salt, info, length]: readonly unknown[]): Uint8Array {
  const made = crypto.hkdfSync(
    textArgument(digest),
    bytesArgument(key),
    bytesArgument(salt),
    bytesArgument(info),
    keyLength(length),
  );
  return new Uint8Array(made);
}

/** Digests, random numbers and key derivation. */
export const HASH_OPERATIONS: OperationTable = {
  'crypto.hash': hash,
  'crypto.hmac': hmac,
  'crypto.random': random,
  'crypto.uuid': () => crypto.randomUUID(),
  'crypto.pbkdf2': pbkdf2,
  'crypto.scrypt': scrypt,
  'crypto.hkdf': hkdf,
  'crypto.hashes': () => crypto.getHashes(),
  'crypto.ciphers': () => crypto.getCiphers(),
  'crypto.curves': () => crypto.getCurves(),
  'crypto.constants': () => ({ ...crypto.constants }),
};
