import type crypto from 'node:crypto';
import { checkLimit, OPERATION_LIMITS } from './limits.ts';
import { node } from './node-modules.ts';
import {
  bytesArgument,
  numberArgument,
  type OperationTable,
  ownBytes,
  recordArgument,
  textArgument,
} from './own-bytes.ts';

function hash([algorithm, bytes, options]: readonly unknown[]): Uint8Array {
  const { outputLength } = recordArgument(options);
  const made = node.crypto.createHash(
    textArgument(algorithm),
    typeof outputLength === 'number' ? { outputLength: keyLength(outputLength) } : {},
  );
  return ownBytes(made.update(bytesArgument(bytes)).digest());
}

function hmac([algorithm, key, bytes]: readonly unknown[]): Uint8Array {
  const made = node.crypto.createHmac(textArgument(algorithm), bytesArgument(key));
  return ownBytes(made.update(bytesArgument(bytes)).digest());
}

function random([count]: readonly unknown[]): Uint8Array {
  const size = checkLimit('random bytes', numberArgument(count), OPERATION_LIMITS.randomBytes);
  return ownBytes(node.crypto.randomBytes(size));
}

function keyLength(value: unknown): number {
  return checkLimit('a key or digest', numberArgument(value), OPERATION_LIMITS.derivedBytes);
}

function pbkdf2([password, salt, iterations, length, digest]: readonly unknown[]): Uint8Array {
  return ownBytes(
    node.crypto.pbkdf2Sync(
      bytesArgument(password),
      bytesArgument(salt),
      numberArgument(iterations),
      keyLength(length),
      textArgument(digest),
    ),
  );
}

function scryptOptions(value: unknown): crypto.ScryptOptions {
  const options = recordArgument(value) as crypto.ScryptOptions;
  if (options.maxmem !== undefined) {
    checkLimit('a scrypt memory', options.maxmem, OPERATION_LIMITS.scryptBytes);
  }
  return options;
}

function scrypt([password, salt, length, options]: readonly unknown[]): Uint8Array {
  const made = node.crypto.scryptSync(
    bytesArgument(password),
    bytesArgument(salt),
    keyLength(length),
    scryptOptions(options),
  );
  return ownBytes(made);
}

function hkdf([digest, key, salt, info, length]: readonly unknown[]): Uint8Array {
  const made = node.crypto.hkdfSync(
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
  'crypto.uuid': () => node.crypto.randomUUID(),
  'crypto.pbkdf2': pbkdf2,
  'crypto.scrypt': scrypt,
  'crypto.hkdf': hkdf,
  'crypto.hashes': () => node.crypto.getHashes(),
  'crypto.ciphers': () => node.crypto.getCiphers(),
  'crypto.curves': () => node.crypto.getCurves(),
  'crypto.constants': () => ({ ...node.crypto.constants }),
};
