import type crypto from 'node:crypto';
import { keyOf, privateKeyOf, publicKeyOf } from './keys.ts';
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

/**
 * Public-key operations. Keys travel as what the program gave (PEM, DER, JWK); parsed ones are
 * remembered by `keys.ts`.
 */

/** What the guest must know of a key to make its KeyObject. */
function describe(key: crypto.KeyObject): object {
  const details = key.asymmetricKeyDetails;
  const shown: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(details ?? {})) shown[name] = value;
  return {
    type: key.type,
    asymmetricKeyType: key.asymmetricKeyType,
    asymmetricKeyDetails: shown,
    der: ownBytes(
      key.type === 'private'
        ? key.export({ type: 'pkcs8', format: 'der' })
        : key.export({ type: 'spki', format: 'der' }),
    ),
  };
}

function exportKey([input, options]: readonly unknown[]): unknown {
  const exported: unknown = keyOf(input).export(recordArgument(options) as never);
  return exported instanceof Uint8Array ? ownBytes(exported) : exported;
}

interface SignOptions {
  padding?: number;
  saltLength?: number;
  dsaEncoding?: 'der' | 'ieee-p1363';
}

function signOptions(value: unknown): SignOptions {
  const { padding, saltLength, dsaEncoding } = recordArgument(value);
  const options: SignOptions = {};
  if (typeof padding === 'number') options.padding = padding;
  if (typeof saltLength === 'number') options.saltLength = saltLength;
  if (dsaEncoding === 'der' || dsaEncoding === 'ieee-p1363') options.dsaEncoding = dsaEncoding;
  return options;
}

function algorithmOf(value: unknown): string | null {
  return value === null || value === undefined ? null : textArgument(value);
}

function sign([algorithm, bytes, input, options]: readonly unknown[]): Uint8Array {
  const key = { key: privateKeyOf(input), ...signOptions(options) };
  return ownBytes(node.crypto.sign(algorithmOf(algorithm), bytesArgument(bytes), key));
}

function verify([algorithm, bytes, input, signature, options]: readonly unknown[]): boolean {
  const key = { key: publicKeyOf(input), ...signOptions(options) };
  return node.crypto.verify(
    algorithmOf(algorithm),
    bytesArgument(bytes),
    key,
    bytesArgument(signature),
  );
}

type RsaName = 'publicEncrypt' | 'publicDecrypt' | 'privateEncrypt' | 'privateDecrypt';

function rsa([name, input, bytes, options]: readonly unknown[]): Uint8Array {
  const names: readonly unknown[] = [
    'publicEncrypt',
    'publicDecrypt',
    'privateEncrypt',
    'privateDecrypt',
  ];
  if (!names.includes(name)) throw new TypeError('Unknown RSA operation');
  const { padding, oaepHash, oaepLabel } = recordArgument(options);
  const isPrivate = name === 'privateEncrypt' || name === 'privateDecrypt';
  const key = {
    key: isPrivate ? privateKeyOf(input) : publicKeyOf(input),
    ...(typeof padding === 'number' ? { padding } : {}),
    ...(typeof oaepHash === 'string' ? { oaepHash } : {}),
    ...(oaepLabel instanceof Uint8Array ? { oaepLabel } : {}),
  };
  return ownBytes(node.crypto[name as RsaName](key, bytesArgument(bytes)));
}

function generatePair([type, options]: readonly unknown[]): object {
  const generate = node.crypto.generateKeyPairSync as (
    type: string,
    options: object,
  ) => { publicKey: crypto.KeyObject; privateKey: crypto.KeyObject };
  const { publicKey, privateKey } = generate(textArgument(type), keyPairOptions(options));
  return { publicKey: describe(publicKey), privateKey: describe(privateKey) };
}

function keyPairOptions(value: unknown): Record<string, unknown> {
  const options = { ...recordArgument(value) };
  // With an encoding Node would give text; the guest encodes itself.
  delete options['publicKeyEncoding'];
  delete options['privateKeyEncoding'];
  const bits = options['modulusLength'];
  if (typeof bits === 'number') checkLimit('key bits', bits, OPERATION_LIMITS.modulusBits);
  return options;
}

function agree([privateInput, publicInput]: readonly unknown[]): Uint8Array {
  const keys = { privateKey: privateKeyOf(privateInput), publicKey: publicKeyOf(publicInput) };
  return ownBytes(node.crypto.diffieHellman(keys));
}

function ecdhGenerate([curve]: readonly unknown[]): object {
  const ecdh = node.crypto.createECDH(textArgument(curve));
  ecdh.generateKeys();
  return { publicKey: ownBytes(ecdh.getPublicKey()), privateKey: ownBytes(ecdh.getPrivateKey()) };
}

function ecdhPublic([curve, privateKey, format]: readonly unknown[]): Uint8Array {
  const ecdh = node.crypto.createECDH(textArgument(curve));
  ecdh.setPrivateKey(bytesArgument(privateKey));
  return ownBytes(ecdh.getPublicKey(null, format === 'compressed' ? 'compressed' : 'uncompressed'));
}

function ecdhConvert([key, curve, format]: readonly unknown[]): Uint8Array {
  const form = format === 'compressed' ? 'compressed' : 'uncompressed';
  const converted = node.crypto.ECDH.convertKey(
    bytesArgument(key),
    textArgument(curve),
    undefined,
    undefined,
    form,
  );
  return ownBytes(converted);
}

function ecdhSecret([curve, privateKey, otherPublicKey]: readonly unknown[]): Uint8Array {
  const ecdh = node.crypto.createECDH(textArgument(curve));
  ecdh.setPrivateKey(bytesArgument(privateKey));
  return ownBytes(ecdh.computeSecret(bytesArgument(otherPublicKey)));
}

const CERTIFICATE_TEXTS = [
  'subject',
  'subjectAltName',
  'issuer',
  'infoAccess',
  'validFrom',
  'validTo',
  'fingerprint',
  'fingerprint256',
  'fingerprint512',
  'serialNumber',
] as const;

function certificate([input]: readonly unknown[]): object {
  const parsed = new node.crypto.X509Certificate(
    typeof input === 'string' ? input : bytesArgument(input),
  );
  const shown: Record<string, unknown> = {
    ca: parsed.ca,
    raw: ownBytes(parsed.raw),
    pem: parsed.toString(),
  };
  for (const name of CERTIFICATE_TEXTS) shown[name] = parsed[name];
  return { ...shown, keyUsage: parsed.keyUsage, publicKey: describe(parsed.publicKey) };
}

type CertificateCheck = 'checkHost' | 'checkEmail' | 'checkIP';

function certificateCheck([input, name, value]: readonly unknown[]): unknown {
  const parsed = new node.crypto.X509Certificate(bytesArgument(input));
  if (name === 'verify') return parsed.verify(publicKeyOf(value));
  if (name === 'checkPrivateKey') return parsed.checkPrivateKey(privateKeyOf(value));
  if (name === 'checkIssued') {
    return parsed.checkIssued(new node.crypto.X509Certificate(bytesArgument(value)));
  }
  const checks: readonly unknown[] = ['checkHost', 'checkEmail', 'checkIP'];
  if (!checks.includes(name)) throw new TypeError('Unknown certificate check');
  return parsed[name as CertificateCheck](textArgument(value));
}

function prime(bits: number): Uint8Array {
  return new Uint8Array(
    node.crypto.generatePrimeSync(checkLimit('prime bits', bits, OPERATION_LIMITS.modulusBits)),
  );
}

export const KEY_OPERATIONS: OperationTable = {
  'crypto.publicKey': ([input]) => describe(publicKeyOf(input)),
  'crypto.privateKey': ([input]) => describe(privateKeyOf(input)),
  'crypto.exportKey': exportKey,
  'crypto.sign': sign,
  'crypto.verify': verify,
  'crypto.rsa': rsa,
  'crypto.generatePair': generatePair,
  'crypto.agree': agree,
  'crypto.ecdhGenerate': ecdhGenerate,
  'crypto.ecdhPublic': ecdhPublic,
  'crypto.ecdhConvert': ecdhConvert,
  'crypto.ecdhSecret': ecdhSecret,
  'crypto.certificate': certificate,
  'crypto.certificateCheck': certificateCheck,
  'crypto.prime': ([bits]) => prime(numberArgument(bits)),
};
