import type { FieldNames } from '../../http/fields.ts';
import type { HookPoint } from '../hook-point.ts';

/**
 * Headers that functions never see and may not add (CloudFront: disallowed headers). Prefixes are
 * below.
 */
const DISALLOWED: FieldNames = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'trailer',
  'upgrade',
  'x-accel-buffering',
  'x-accel-charset',
  'x-accel-limit-rate',
  'x-accel-redirect',
  'x-amzn-auth',
  'x-amzn-cf-billing',
  'x-amzn-cf-id',
  'x-amzn-cf-xff',
  'x-amzn-errortype',
  'x-amzn-fle-profile',
  'x-amzn-header-count',
  'x-amzn-header-order',
  'x-amzn-lambda-integration-tag',
  'x-amzn-requestid',
  'x-cache',
  'x-forwarded-proto',
  'x-real-ip',
]);

const DISALLOWED_PREFIXES = ['x-amz-cf-', 'x-edge-'];

/** What these say must be true of the content, so a function does not decide about them alone. */
export const FRAMING_FIELDS: FieldNames = new Set(['content-length', 'transfer-encoding']);

/** Headers that functions see and must return as delivered, present or absent. */
export const READ_ONLY: Readonly<Record<HookPoint, FieldNames>> = {
  'viewer-request': new Set(['cdn-loop', 'content-length', 'host', 'transfer-encoding', 'via']),
  'origin-request': new Set([
    'accept-encoding',
    'cdn-loop',
    'content-length',
    'if-modified-since',
    'if-none-match',
    'if-range',
    'if-unmodified-since',
    'transfer-encoding',
    'via',
  ]),
  'origin-response': new Set(['transfer-encoding', 'via']),
  'viewer-response': new Set([
    'content-encoding',
    'content-length',
    'transfer-encoding',
    'via',
    'warning',
  ]),
};

/**
 * Headers that may be removed, but not added or changed: what the edge itself says about a viewer.
 */
export const NOT_SETTABLE: Readonly<Record<HookPoint, FieldNames>> = {
  'viewer-request': new Set(['cloudfront-viewer-country']),
  'origin-request': new Set(),
  'origin-response': new Set(),
  'viewer-response': new Set(),
};

function beginsWithOneOf(lowerName: string, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => lowerName.startsWith(prefix));
}

/** Whether functions may neither see nor add this header. */
export function isDisallowed(lowerName: string): boolean {
  return DISALLOWED.has(lowerName) || beginsWithOneOf(lowerName, DISALLOWED_PREFIXES);
}

/** What there is to know about a field name as it was received. */
export interface HeaderName {
  readonly lower: string;
  /** Not exposed to functions. */
  readonly isHidden: boolean;
}

/**
 * Names seen so far. Viewers choose names, so the table stops growing at a size that ordinary
 * traffic never reaches; names beyond it are worked out each time.
 */
const seenNames = new Map<string, HeaderName>();
const MOST_SEEN_NAMES = 2048;

/**
 * The lower-case form of a field name, and whether functions see it. One table lookup for a name
 * seen before.
 */
export function headerName(name: string): HeaderName {
  const seen = seenNames.get(name);
  if (seen !== undefined) return seen;
  const lower = name.toLowerCase();
  const fresh: HeaderName = { lower, isHidden: isDisallowed(lower) || !isToken(lower) };
  if (seenNames.size < MOST_SEEN_NAMES && name.length <= 64) seenNames.set(name, fresh);
  return fresh;
}

const NOT_TOKEN = /[^-!#$%&'*+.^_`|~0-9a-z]/i;

/** Whether the text is a field name (RFC 9110 §5.6.2: token). */
export function isToken(text: string): boolean {
  return text !== '' && !NOT_TOKEN.test(text);
}

/** The name of a header entry without `key`: the first letter of each part in upper case. */
export function titleCase(lowerName: string): string {
  return lowerName
    .split('-')
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1))
    .join('-');
}
