import { node } from './node-modules.ts';
import {
  bytesArgument,
  type OperationTable,
  ownBytes,
  recordArgument,
  textArgument,
} from './own-bytes.ts';

/**
 * Symmetric ciphers, whole messages at a time: the guest collects what `update` was given and sends
 * it once. The length of what each `update` would have returned follows from the block size, so the
 * guest can cut the output.
 */

interface CipherSettings {
  readonly algorithm: string;
  readonly key: Uint8Array;
  readonly iv: Uint8Array | null;
  readonly aad: Uint8Array | undefined;
  readonly authTag: Uint8Array | undefined;
  readonly authTagLength: number | undefined;
  readonly plaintextLength: number | undefined;
  readonly autoPadding: boolean;
}

function optionalBytes(value: unknown): Uint8Array | undefined {
  return value instanceof Uint8Array ? value : undefined;
}

function optionalNumber(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function settingsOf(value: unknown): CipherSettings {
  const given = recordArgument(value);
  return {
    algorithm: textArgument(given['algorithm']),
    key: bytesArgument(given['key']),
    iv: optionalBytes(given['iv']) ?? null,
    aad: optionalBytes(given['aad']),
    authTag: optionalBytes(given['authTag']),
    authTagLength: optionalNumber(given['authTagLength']),
    plaintextLength: optionalNumber(given['plaintextLength']),
    autoPadding: given['autoPadding'] !== false,
  };
}

/** The authenticated-mode methods; the typings split them over overloads by algorithm name. */
interface AnyCipher {
  update(bytes: Uint8Array): Buffer;
  final(): Buffer;
  setAutoPadding(autoPadding: boolean): unknown;
  setAAD(bytes: Uint8Array, options?: { plaintextLength: number }): unknown;
  setAuthTag(tag: Uint8Array): unknown;
  getAuthTag(): Buffer;
}

function make(settings: CipherSettings, isEncrypting: boolean): AnyCipher {
  const { algorithm, key, iv, authTagLength } = settings;
  const options = authTagLength === undefined ? {} : { authTagLength };
  const create = isEncrypting ? node.crypto.createCipheriv : node.crypto.createDecipheriv;
  const cipher = create(algorithm, key, iv, options as never) as unknown as AnyCipher;
  if (settings.authTag !== undefined && !isEncrypting) cipher.setAuthTag(settings.authTag);
  if (settings.aad !== undefined) {
    const { plaintextLength } = settings;
    cipher.setAAD(settings.aad, plaintextLength === undefined ? undefined : { plaintextLength });
  }
  if (!settings.autoPadding) cipher.setAutoPadding(false);
  return cipher;
}

const AUTHENTICATED = /gcm|ccm|ocb|poly1305/i;

function encrypt([value, content]: readonly unknown[]): object {
  const settings = settingsOf(value);
  const cipher = make(settings, true);
  const bytes = Buffer.concat([cipher.update(bytesArgument(content)), cipher.final()]);
  if (!AUTHENTICATED.test(settings.algorithm)) return { bytes: ownBytes(bytes) };
  return { bytes: ownBytes(bytes), authTag: ownBytes(cipher.getAuthTag()) };
}

function decrypt([value, content]: readonly unknown[]): Uint8Array {
  const cipher = make(settingsOf(value), false);
  return ownBytes(Buffer.concat([cipher.update(bytesArgument(content)), cipher.final()]));
}

/** What `update` alone gives: for decryption, before any tag is checked. */
function update([value, content, isEncrypting]: readonly unknown[]): Uint8Array {
  return ownBytes(make(settingsOf(value), isEncrypting === true).update(bytesArgument(content)));
}

/** Throws what createCipheriv would throw: unknown cipher, wrong key or IV length. */
function check([value, isEncrypting]: readonly unknown[]): object | undefined {
  const settings = settingsOf(value);
  make(settings, isEncrypting === true);
  const info = node.crypto.getCipherInfo(settings.algorithm);
  return info === undefined ? undefined : { ...info };
}

function info([name, options]: readonly unknown[]): object | undefined {
  const found = node.crypto.getCipherInfo(name as string, recordArgument(options));
  return found === undefined ? undefined : { ...found };
}

export const CIPHER_OPERATIONS: OperationTable = {
  'crypto.cipherCheck': check,
  'crypto.cipherInfo': info,
  'crypto.encrypt': encrypt,
  'crypto.decrypt': decrypt,
  'crypto.cipherUpdate': update,
};
