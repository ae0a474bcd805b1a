import { joinBytes } from '../node/crypto-bytes.ts';
import type { KeyObject } from '../node/crypto-keys.ts';
import type { KeyAlgorithm } from './crypto-key.ts';
import {
  type Algorithm,
  bytesOf,
  compute,
  digestOf,
  operationError,
  unrecognized,
} from './subtle-algorithms.ts';

interface Keyed {
  readonly key: KeyObject;
  readonly algorithm: KeyAlgorithm;
}

const OAEP_PADDING = 4;
const DEFAULT_TAG_BITS = 128;
const MODES: Readonly<Record<string, string>> = {
  'AES-GCM': 'gcm',
  'AES-CBC': 'cbc',
  'AES-CTR': 'ctr',
};
/** The fixed IV of RFC 3394. */
const WRAP_IV = new Uint8Array(8).fill(0xa6);

function settings(algorithm: Algorithm, { key }: Keyed): Record<string, unknown> {
  const bits = key.bytes.length * 8;
  if (algorithm.name === 'AES-KW')
    return { algorithm: `id-aes${bits}-wrap`, key: key.bytes, iv: WRAP_IV };
  const mode = MODES[algorithm.name];
  if (mode === undefined) throw unrecognized();
  const iv = bytesOf(algorithm[mode === 'ctr' ? 'counter' : 'iv'], 'algorithm.iv');
  const given: Record<string, unknown> = { algorithm: `aes-${bits}-${mode}`, key: key.bytes, iv };
  if (mode === 'gcm') {
    given['authTagLength'] = Number(algorithm['tagLength'] ?? DEFAULT_TAG_BITS) / 8;
    if (algorithm['additionalData'] !== undefined)
      given['aad'] = bytesOf(algorithm['additionalData']);
  }
  return given;
}

function oaep(
  name: 'publicEncrypt' | 'privateDecrypt',
  algorithm: Algorithm,
  keyed: Keyed,
  data: Uint8Array,
): Uint8Array {
  const options: Record<string, unknown> = {
    padding: OAEP_PADDING,
    oaepHash: digestOf(keyed.algorithm.hash),
  };
  if (algorithm['label'] !== undefined) options['oaepLabel'] = bytesOf(algorithm['label']);
  return compute('crypto.rsa', name, keyed.key.material, data, options) as Uint8Array;
}

export function encrypt(algorithm: Algorithm, keyed: Keyed, data: Uint8Array): Uint8Array {
  if (algorithm.name === 'RSA-OAEP') return oaep('publicEncrypt', algorithm, keyed, data);
  const made = compute('crypto.encrypt', settings(algorithm, keyed), data) as {
    bytes: Uint8Array;
    authTag?: Uint8Array;
  };
  return made.authTag === undefined ? made.bytes : joinBytes([made.bytes, made.authTag]);
}

export function decrypt(algorithm: Algorithm, keyed: Keyed, data: Uint8Array): Uint8Array {
  if (algorithm.name === 'RSA-OAEP') return oaep('privateDecrypt', algorithm, keyed, data);
  const given = settings(algorithm, keyed);
  let content = data;
  if (algorithm.name === 'AES-GCM') {
    const tagAt = data.length - (given['authTagLength'] as number);
    if (tagAt < 0) throw operationError(new Error('The provided data is too small'));
    given['authTag'] = data.slice(tagAt);
    content = data.slice(0, tagAt);
  }
  return compute('crypto.decrypt', given, content) as Uint8Array;
}
