/**
 * Cache-Control (RFC 9111 §5.2) and targeted cache control (RFC 9213). Parsing never throws: a shared cache takes wrong
 * input from the network and degrades to the careful reading (RFC 9111 §4.2.1).
 */
import type { Fields } from './fields.ts';
import { fieldValue, fieldValues } from './fields.ts';

/** RFC 9111 §1.2.2: the limit of delta-seconds; a larger value is clamped and means "forever". */
export const MAX_DELTA_SECONDS = 2_147_483_648;

/** One directive. `argument` is unquoted; `undefined` when there was no `=`. */
export interface Directive {
  readonly name: string;
  readonly argument: string | undefined;
}

/** A directive that may be limited to some fields: `true` = the whole response, a list = lower-cased field names. */
export type Qualified = true | readonly string[];

/** RFC 9111 §5.2.2 and RFC 5861, RFC 8246. Seconds are whole, 0 or more; an unreadable lifetime is 0 (stale). */
export interface ResponseDirectives {
  readonly maxAgeSeconds?: number;
  readonly sMaxageSeconds?: number;
  readonly staleWhileRevalidateSeconds?: number;
  readonly staleIfErrorSeconds?: number;
  readonly noStore?: true;
  readonly noCache?: Qualified;
  readonly private?: Qualified;
  readonly public?: true;
  readonly mustRevalidate?: true;
  readonly proxyRevalidate?: true;
  readonly mustUnderstand?: true;
  readonly noTransform?: true;
  readonly immutable?: true;
}

/** RFC 9111 §5.2.1 and RFC 5861 §4. `maxStaleSeconds` is `Infinity` when the directive has no argument. */
export interface RequestDirectives {
  readonly maxAgeSeconds?: number;
  readonly maxStaleSeconds?: number;
  readonly minFreshSeconds?: number;
  readonly staleIfErrorSeconds?: number;
  readonly noCache?: true;
  readonly noStore?: true;
  readonly noTransform?: true;
  readonly onlyIfCached?: true;
}

const NO_RESPONSE_DIRECTIVES: ResponseDirectives = {};
const NO_REQUEST_DIRECTIVES: RequestDirectives = {};

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;

/** Index of the first comma at or after `start` that is not inside a quoted string, or the length of the value. */
function endOfMember(value: string, start: number): number {
  let quoted = false;
  for (let i = start; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code === BACKSLASH && quoted) i++;
    else if (code === QUOTE) quoted = !quoted;
    else if (code === COMMA && !quoted) return i;
  }
  return value.length;
}

/**
 * Members of a comma-separated list (RFC 9110 §5.6.1), trimmed, empty ones left out. Commas inside quoted strings do not
 * separate, and an escaped quote (RFC 9110 §5.6.4) does not end the string.
 */
export function listMembers(value: string): string[] {
  const members: string[] = [];
  for (let start = 0; start < value.length; ) {
    const end = endOfMember(value, start);
    const member = value.slice(start, end).trim();
    if (member !== '') members.push(member);
    start = end + 1;
  }
  return members;
}

function unquote(text: string): string {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text;
  return text.slice(1, -1).replaceAll(/\\(.)/gs, '$1');
}

/** All directives in order, names in lower case. Duplicates are kept: the first one counts (RFC 9111 §4.2.1). */
export function parseDirectives(value: string): Directive[] {
  return listMembers(value).map((member) => {
    const equals = member.indexOf('=');
    if (equals === -1) return { name: member.toLowerCase(), argument: undefined };
    // No whitespace may surround "=" (RFC 9111 §5.2); what has some is a directive of another name, or no number.
    return {
      name: member.slice(0, equals).toLowerCase(),
      argument: unquote(member.slice(equals + 1)),
    };
  });
}

/** RFC 9111 §1.2.2. `undefined` for anything but digits; clamped to {@link MAX_DELTA_SECONDS}. */
export function parseDeltaSeconds(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d+$/.test(text)) return undefined;
  return Math.min(Number(text), MAX_DELTA_SECONDS);
}

function fieldNamesOf(argument: string | undefined): Qualified {
  if (argument === undefined) return true;
  const names = listMembers(argument).map((name) => name.toLowerCase());
  // An argument that names nothing cannot limit the directive.
  return names.length === 0 ? true : names;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type SecondsKey<T> = {
  [K in keyof T]-?: NonNullable<T[K]> extends number ? K : never;
}[keyof T];
type FlagKey<T> = { [K in keyof T]-?: NonNullable<T[K]> extends true ? K : never }[keyof T];

const RESPONSE_SECONDS = {
  'max-age': 'maxAgeSeconds',
  's-maxage': 'sMaxageSeconds',
  'stale-while-revalidate': 'staleWhileRevalidateSeconds',
  'stale-if-error': 'staleIfErrorSeconds',
} as const satisfies Record<string, SecondsKey<ResponseDirectives>>;

const RESPONSE_FLAGS = {
  'no-store': 'noStore',
  public: 'public',
  'must-revalidate': 'mustRevalidate',
  'proxy-revalidate': 'proxyRevalidate',
  'must-understand': 'mustUnderstand',
  'no-transform': 'noTransform',
  immutable: 'immutable',
} as const satisfies Record<string, FlagKey<ResponseDirectives>>;

const REQUEST_SECONDS = {
  'max-age': 'maxAgeSeconds',
  'min-fresh': 'minFreshSeconds',
  'stale-if-error': 'staleIfErrorSeconds',
} as const satisfies Record<string, SecondsKey<RequestDirectives>>;

const REQUEST_FLAGS = {
  'no-cache': 'noCache',
  'no-store': 'noStore',
  'no-transform': 'noTransform',
  'only-if-cached': 'onlyIfCached',
} as const satisfies Record<string, FlagKey<RequestDirectives>>;

function own<T extends object>(table: T, name: string): T[keyof T] | undefined {
  return Object.hasOwn(table, name) ? table[name as keyof T] : undefined;
}

/** Response directives from the combined field value. */
export function parseResponseDirectives(value: string): ResponseDirectives {
  const found: Mutable<ResponseDirectives> = {};
  for (const { name, argument } of parseDirectives(value)) {
    const seconds = own(RESPONSE_SECONDS, name);
    const flag = own(RESPONSE_FLAGS, name);
    // An unreadable lifetime or window means none: stale at once, never "fresh by accident" (RFC 9111 §4.2.1).
    if (seconds !== undefined) found[seconds] ??= parseDeltaSeconds(argument) ?? 0;
    else if (flag !== undefined) found[flag] = true;
    else if (name === 'no-cache') found.noCache = wider(found.noCache, fieldNamesOf(argument));
    else if (name === 'private') found.private = wider(found.private, fieldNamesOf(argument));
  }
  return found;
}

function wider(earlier: Qualified | undefined, later: Qualified): Qualified {
  if (earlier === undefined) return later;
  return earlier === true || later === true ? true : [...earlier, ...later];
}

/** Request directives from the combined field value. Unreadable numbers are ignored, except max-age, which becomes 0. */
export function parseRequestDirectives(value: string): RequestDirectives {
  const found: Mutable<RequestDirectives> = {};
  for (const { name, argument } of parseDirectives(value)) {
    const seconds = own(REQUEST_SECONDS, name);
    const flag = own(REQUEST_FLAGS, name);
    if (seconds !== undefined) {
      const parsed = parseDeltaSeconds(argument) ?? (name === 'max-age' ? 0 : undefined);
      if (parsed !== undefined) found[seconds] ??= parsed;
    } else if (flag !== undefined) found[flag] = true;
    else if (name === 'max-stale') {
      const limit = argument === undefined ? Infinity : parseDeltaSeconds(argument);
      if (limit !== undefined) found.maxStaleSeconds ??= limit;
    }
  }
  return found;
}

/** The request directives of a field section; shares one empty object when there is no Cache-Control. */
export function requestDirectives(fields: Fields): RequestDirectives {
  const first = fieldValue(fields, 'cache-control');
  if (first === undefined) return NO_REQUEST_DIRECTIVES;
  return parseRequestDirectives(fieldValues(fields, 'cache-control').join(','));
}

/** Where the directives that govern a response came from. */
export type DirectiveSource = 'cdn-cache-control' | 'cache-control' | 'none';

/** The response directives that count for this cache, and the field that gave them. */
export interface GoverningDirectives {
  readonly source: DirectiveSource;
  readonly directives: ResponseDirectives;
}

/**
 * RFC 9213 §2.2: a valid, non-empty CDN-Cache-Control replaces Cache-Control (and Expires) for a CDN cache; an invalid one is
 * ignored whole.
 */
export function responseDirectives(fields: Fields): GoverningDirectives {
  const targeted = targetedDirectives(fieldValues(fields, 'cdn-cache-control').join(','));
  if (targeted !== undefined) return { source: 'cdn-cache-control', directives: targeted };
  const lines = fieldValues(fields, 'cache-control');
  if (lines.length === 0) return { source: 'none', directives: NO_RESPONSE_DIRECTIVES };
  return { source: 'cache-control', directives: parseResponseDirectives(lines.join(',')) };
}

// RFC 9651 §3.2: key, and the bare items that can be a directive's argument, each with optional parameters.
const KEY = '[a-z*][a-z0-9_.*-]*';
const NUMBER = String.raw`-?\d{1,15}|-?\d{1,12}\.\d{1,3}`;
const STRING = String.raw`"(?:[ !#-\[\]-~]|\\["\\])*"`;
const TOKEN = String.raw`[A-Za-z*][!#$%&'*+.^_\`|~0-9A-Za-z:/-]*`;
const BARE_ITEM = `(?:${NUMBER}|${STRING}|${TOKEN}|\\?[01])`;
const DICTIONARY_MEMBER = new RegExp(
  `^(${KEY})(?:=(${BARE_ITEM}))?(?:; *${KEY}(?:=${BARE_ITEM})?)*$`,
);

function targetedDirectives(value: string): ResponseDirectives | undefined {
  const members = listMembers(value);
  if (members.length === 0) return undefined;
  const plain: string[] = [];
  for (const member of members) {
    const match = DICTIONARY_MEMBER.exec(member);
    if (match === null) return undefined;
    const [, name = '', argument] = match;
    // RFC 9213 §2.1: a directive whose value is of the wrong type makes the field invalid, lifetimes are Integers.
    if (own(RESPONSE_SECONDS, name) !== undefined && !/^\d+$/.test(argument ?? ''))
      return undefined;
    if (argument !== '?0')
      plain.push(argument === undefined || argument === '?1' ? name : `${name}=${argument}`);
  }
  return parseResponseDirectives(plain.join(','));
}
