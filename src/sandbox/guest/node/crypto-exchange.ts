import { askHost } from '../core/host.ts';
import { nodeError } from '../core/node-error.ts';
import { Buffer, type BufferLike } from './buffer.ts';
import { type Data, dataBytes, encoded } from './crypto-bytes.ts';
import { describedKey, type KeyObject, keyMaterial } from './crypto-keys.ts';

type Format = 'compressed' | 'uncompressed' | 'hybrid';

/** Elliptic-curve Diffie-Hellman with raw points. */
export class ECDH {
  readonly #curve: string;
  #privateKey: Uint8Array | undefined;
  #publicKey: Uint8Array | undefined;

  constructor(curve: string) {
    this.#curve = curve;
    askHost('crypto.ecdhGenerate', curve);
  }

  static convertKey(...args: unknown[]): BufferLike | string {
    const [key, curve, inputEncoding, outputEncoding, format] = args;
    const bytes = dataBytes(key, 'key', inputEncoding);
    return encoded(
      askHost('crypto.ecdhConvert', bytes, curve, format) as Uint8Array,
      outputEncoding,
    );
  }

  generateKeys(encoding?: string, format?: Format): BufferLike | string {
    const made = askHost('crypto.ecdhGenerate', this.#curve) as Record<
      'publicKey' | 'privateKey',
      Uint8Array
    >;
    this.#privateKey = made.privateKey;
    this.#publicKey = made.publicKey;
    return this.getPublicKey(encoding, format);
  }

  computeSecret(other: Data, inputEncoding?: string, outputEncoding?: string): BufferLike | string {
    const bytes = dataBytes(other, 'otherPublicKey', inputEncoding);
    const secret = askHost(
      'crypto.ecdhSecret',
      this.#curve,
      this.#mustHave(this.#privateKey),
      bytes,
    );
    return encoded(secret as Uint8Array, outputEncoding);
  }

  getPrivateKey(encoding?: string): BufferLike | string {
    return encoded(this.#mustHave(this.#privateKey), encoding);
  }

  getPublicKey(encoding?: string, format?: Format): BufferLike | string {
    const key = this.#mustHave(this.#publicKey);
    const shown =
      format === 'compressed'
        ? (askHost('crypto.ecdhConvert', key, this.#curve, format) as Uint8Array)
        : key;
    return encoded(shown, encoding);
  }

  setPrivateKey(key: Data, encoding?: string): void {
    const bytes = dataBytes(key, 'privateKey', encoding).slice();
    this.#publicKey = askHost('crypto.ecdhPublic', this.#curve, bytes) as Uint8Array;
    this.#privateKey = bytes;
  }

  setPublicKey(key: Data, encoding?: string): void {
    this.#publicKey = dataBytes(key, 'publicKey', encoding).slice();
  }

  #mustHave(key: Uint8Array | undefined): Uint8Array {
    if (key === undefined) {
      throw nodeError(
        Error,
        'ERR_CRYPTO_ECDH_INVALID_KEY_PAIR',
        'Failed to get ECDH key: no key pair yet',
      );
    }
    return key;
  }
}

export function diffieHellman(options: {
  privateKey: unknown;
  publicKey: unknown;
}): BufferLike | string {
  const secret = askHost(
    'crypto.agree',
    keyMaterial(options.privateKey),
    keyMaterial(options.publicKey),
  );
  return encoded(secret as Uint8Array);
}

interface CertificateFacts {
  readonly raw: Uint8Array;
  readonly pem: string;
  readonly ca: boolean;
  readonly publicKey: unknown;
  readonly validFrom: string;
  readonly validTo: string;
  readonly [member: string]: unknown;
}

const CERTIFICATE_MEMBERS = [
  'subject',
  'subjectAltName',
  'issuer',
  'infoAccess',
  'validFrom',
  'validTo',
  'fingerprint',
  'fingerprint256',
  'fingerprint512',
  'keyUsage',
  'serialNumber',
  'ca',
] as const;

/** An X.509 certificate, parsed by the host. */
export class X509Certificate {
  readonly #facts: CertificateFacts;

  constructor(input: Data) {
    const given = typeof input === 'string' ? input : dataBytes(input, 'buffer');
    this.#facts = askHost('crypto.certificate', given) as CertificateFacts;
    for (const name of CERTIFICATE_MEMBERS) {
      Object.defineProperty(this, name, { value: this.#facts[name], enumerable: true });
    }
  }

  get raw(): BufferLike {
    return Buffer.from(this.#facts.raw);
  }

  get publicKey(): KeyObject {
    return describedKey(this.#facts.publicKey);
  }

  get validFromDate(): Date {
    return new Date(this.#facts.validFrom);
  }

  get validToDate(): Date {
    return new Date(this.#facts.validTo);
  }

  checkHost(name: string): string | undefined {
    return this.#check('checkHost', name) as string | undefined;
  }

  checkEmail(email: string): string | undefined {
    return this.#check('checkEmail', email) as string | undefined;
  }

  checkIP(address: string): string | undefined {
    return this.#check('checkIP', address) as string | undefined;
  }

  checkIssued(other: X509Certificate): boolean {
    return this.#check('checkIssued', other.#facts.raw) as boolean;
  }

  checkPrivateKey(key: KeyObject): boolean {
    return this.#check('checkPrivateKey', keyMaterial(key)) as boolean;
  }

  verify(key: KeyObject): boolean {
    return this.#check('verify', keyMaterial(key)) as boolean;
  }

  toString(): string {
    return this.#facts.pem;
  }

  toJSON(): string {
    return this.#facts.pem;
  }

  #check(name: string, value: unknown): unknown {
    return askHost('crypto.certificateCheck', this.#facts.raw, name, value);
  }
}
