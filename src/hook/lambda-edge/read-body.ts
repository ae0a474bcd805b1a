import { Buffer } from 'node:buffer';
import type { HookEvent } from './event.ts';
import { sizeLimitsAt } from './limits.ts';
import type { HookRule, Read, Refusal } from './refusal.ts';
import { describeValue, isMembers, quote } from './text.ts';

/**
 * The content of a returned message: `undefined` bytes when the original content goes on, all of
 * it.
 */
export interface ReturnedBody {
  readonly bytes: Uint8Array | undefined;
}

const ORIGINAL: ReturnedBody = { bytes: undefined };

/**
 * Limits of one body, by its UTF-8 form and by the length of its base64 form, and the rule that
 * they belong to.
 */
interface BodyLimits {
  readonly rule: HookRule;
  readonly textBytes: number;
  readonly base64Characters: number;
}

/**
 * Reads `request.body`. Anything but the action `replace` leaves the content alone, even if `data`
 * was changed.
 */
export function readRequestBody(raw: unknown, event: HookEvent): Read<ReturnedBody> {
  if (raw === undefined) return ORIGINAL;
  if (!isMembers(raw)) {
    return wrongBody('body', `body is ${describeValue(raw)}`, 'an object');
  }
  const { action = 'read-only', encoding = 'base64', data } = raw;
  if (action === 'read-only') return ORIGINAL;
  if (action !== 'replace') {
    return wrongBody('body', `body.action is ${describeValue(action)}`, '"read-only" or "replace"');
  }
  if (typeof data !== 'string') {
    return wrongBody('body', `body.data is ${describeValue(data)}`, 'a string');
  }
  const { bodyTextBytes, bodyBase64Characters } = sizeLimitsAt(event.input.point);
  return readBytes(
    { name: 'body.data', text: data, encodingName: 'body.encoding', encoding },
    { rule: 'body-size', textBytes: bodyTextBytes, base64Characters: bodyBase64Characters },
  );
}

/** One text with its encoding, and what both are called in messages. */
interface EncodedText {
  readonly name: string;
  readonly text: string;
  readonly encodingName: string;
  readonly encoding: unknown;
}

/** Reads a text as the bytes that it stands for. */
function readBytes(encoded: EncodedText, limits: BodyLimits): Read<ReturnedBody> {
  const { name, text, encodingName, encoding } = encoded;
  if (encoding === 'text') {
    const sizeBytes = Buffer.byteLength(text, 'utf8');
    if (sizeBytes > limits.textBytes) {
      const found = `${name} is ${sizeBytes} bytes long`;
      return tooLarge(limits.rule, found, sizeBytes, limits.textBytes);
    }
    return { bytes: Buffer.from(text, 'utf8') };
  }
  if (encoding !== 'base64') {
    const found = `${encodingName} is ${describeValue(encoding)}`;
    return wrongBody('body-encoding', found, '"text" or "base64"');
  }
  if (text.length > limits.base64Characters) {
    const found = `${name} is ${text.length} characters of base64 long`;
    return tooLarge(limits.rule, found, text.length, limits.base64Characters);
  }
  const bytes = Buffer.from(text, 'base64');
  if (isBase64(text, bytes)) return { bytes };
  return wrongBody('body-encoding', `${name} is not valid base64: ${quote(text)}`, 'base64');
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * Buffer skips what is not base64, so its answer alone proves nothing (RFC 4648 §4: alphabet and
 * padding).
 */
function isBase64(text: string, bytes: Buffer): boolean {
  if (text.length % 4 !== 0) return false;
  return bytes.toString('base64') === text || BASE64.test(text);
}

/** Reads `body` and `bodyEncoding` of a response; `undefined` bytes when there is no `body`. */
export function readResponseBody(
  body: unknown,
  bodyEncoding: unknown,
  limitBytes: number,
): Read<ReturnedBody> {
  if (body === undefined) return ORIGINAL;
  if (typeof body !== 'string') {
    return wrongBody('body', `body is ${describeValue(body)}`, 'a string');
  }
  const encoding = bodyEncoding === undefined ? 'text' : bodyEncoding;
  return readBytes(
    { name: 'body', text: body, encodingName: 'bodyEncoding', encoding },
    {
      rule: 'response-size',
      textBytes: limitBytes,
      base64Characters: Math.ceil(limitBytes / 3) * 4,
    },
  );
}

function wrongBody(rule: HookRule, found: string, expected: string): Refusal {
  const [member = 'body'] = found.split(' ');
  return { rule, found, expected, facts: { member: member.slice(member.indexOf('.') + 1) } };
}

/** A size over its limit. The message names both. */
export function tooLarge(rule: HookRule, found: string, actual: number, limit: number): Refusal {
  return { rule, found, expected: `at most ${limit}`, facts: { limit, actual } };
}
