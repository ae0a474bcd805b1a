import { encodingOf } from '../node/buffer-encodings.ts';
import { makeDomException } from './dom-exception.ts';

const latin1 = encodingOf('latin1');
const base64 = encodingOf('base64');

/** `btoa`: Base64 of a string of byte values. */
export function encodeBase64Text(text: string): string {
  for (let i = 0; i < text.length; i += 1) {
    if (text.charCodeAt(i) > 0xff)
      throw makeDomException('Invalid character', 'InvalidCharacterError');
  }
  return base64?.toText(latin1?.toBytes(text) ?? new Uint8Array()) ?? '';
}

/** `atob`: forgiving Base64 decode of the WHATWG Infra standard. */
export function decodeBase64Text(text: string): string {
  const compact = text.replace(/[\t\n\f\r ]+/g, '');
  const body = compact.length % 4 === 0 ? compact.replace(/={1,2}$/, '') : compact;
  if (body.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(body)) {
    throw makeDomException(
      'The string to be decoded is not correctly encoded.',
      'InvalidCharacterError',
    );
  }
  return latin1?.toText(base64?.toBytes(body) ?? new Uint8Array()) ?? '';
}
