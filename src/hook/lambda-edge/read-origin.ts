import { isIP } from 'node:net';
import type { Fields } from '../../http/fields.ts';
import { isDeniedCustomHeader } from '../../http/origin-custom-headers.ts';
import { isDisallowed, titleCase } from './header-rules.ts';
import { LIMITS } from './limits.ts';
import { type CustomOrigin, type LambdaOrigin, originMember, type S3Origin } from './origin.ts';
import { readEntries } from './read-headers.ts';
import { isRefusal, type Read, type Refusal } from './refusal.ts';
import { bytesOf, describeValue, isMembers, type Members, quote } from './text.ts';

/** What `request.origin` is read against. */
export interface OriginContext {
  /** The origin as the function saw it. */
  readonly delivered: LambdaOrigin | undefined;
  /** Lower-case names of the request as delivered, and as returned. */
  readonly deliveredNames: ReadonlySet<string>;
  readonly returnedNames: ReadonlySet<string>;
}

/** The origin to use; the delivered object itself when nothing was changed. */
export interface ReturnedOrigin {
  readonly origin: LambdaOrigin | undefined;
}

type Kind = LambdaOrigin['kind'];

/** One member of `custom` or `s3`: who must have it, and the rule for a value that was changed. */
interface MemberRule {
  readonly name: string;
  readonly isRequired: boolean;
  /** What is expected, when the value breaks the rule. */
  readonly check: (value: unknown, members: Members) => string | undefined;
}

const PROTOCOLS: readonly unknown[] = ['http', 'https'];
const SSL_PROTOCOLS: readonly unknown[] = ['TLSv1.2', 'TLSv1.1', 'TLSv1', 'SSLv3'];
const AUTH_METHODS: readonly unknown[] = ['none', 'origin-access-identity'];
const HOST_LABELS =
  /^(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.?$/i;
const URL_TEXT = /^[!-~]*$/;

const CUSTOM_RULES: readonly MemberRule[] = [
  { name: 'domainName', isRequired: true, check: checkDomainName },
  { name: 'path', isRequired: true, check: checkPath },
  { name: 'port', isRequired: true, check: checkPort },
  { name: 'protocol', isRequired: true, check: checkProtocol },
  { name: 'sslProtocols', isRequired: true, check: checkSslProtocols },
  { name: 'readTimeout', isRequired: true, check: checkTimeout },
  { name: 'keepaliveTimeout', isRequired: true, check: checkTimeout },
  { name: 'responseCompletionTimeout', isRequired: false, check: checkCompletionTimeout },
];

const S3_RULES: readonly MemberRule[] = [
  { name: 'domainName', isRequired: true, check: checkBucket },
  { name: 'path', isRequired: true, check: checkPath },
  { name: 'authMethod', isRequired: true, check: checkAuthMethod },
  { name: 'region', isRequired: false, check: checkRegion },
  { name: 'readTimeout', isRequired: false, check: checkTimeout },
  { name: 'responseCompletionTimeout', isRequired: false, check: checkCompletionTimeout },
];

function checkDomainName(value: unknown): string | undefined {
  const limit = LIMITS.customDomainName.value;
  const isName =
    typeof value === 'string' &&
    value.length <= limit &&
    isIP(value) === 0 &&
    HOST_LABELS.test(value);
  return isName ? undefined : `a DNS name of 1 to ${limit} characters, no IP address and no port`;
}

function checkBucket(value: unknown): string | undefined {
  const limit = LIMITS.s3DomainName.value;
  const isName =
    typeof value === 'string' &&
    value !== '' &&
    value.length <= limit &&
    value === value.toLowerCase() &&
    URL_TEXT.test(value) &&
    !/[:/?#@]/.test(value);
  return isName ? undefined : `a bucket's domain name in lower case, 1 to ${limit} characters`;
}

function checkPath(value: unknown): string | undefined {
  const limit = LIMITS.originPath.value;
  const isPath =
    value === '' ||
    (typeof value === 'string' &&
      value.length <= limit &&
      value.startsWith('/') &&
      !value.endsWith('/') &&
      URL_TEXT.test(value) &&
      !/[?#]/.test(value));
  if (isPath) return undefined;
  return `"" or a URL-encoded path of at most ${limit} characters: "/" before it, none behind`;
}

function checkPort(value: unknown): string | undefined {
  const { lowestPort, highestPort } = LIMITS;
  const isPort =
    value === 80 || value === 443 || isIntegerWithin(value, lowestPort.value, highestPort.value);
  return isPort ? undefined : `the number 80, 443, or ${lowestPort.value} to ${highestPort.value}`;
}

function checkProtocol(value: unknown): string | undefined {
  return PROTOCOLS.includes(value) ? undefined : '"http" or "https"';
}

function checkSslProtocols(value: unknown): string | undefined {
  const isSubset = Array.isArray(value) && value.every((one) => SSL_PROTOCOLS.includes(one));
  return isSubset ? undefined : `a list of ${SSL_PROTOCOLS.join(', ')}`;
}

function checkTimeout(value: unknown): string | undefined {
  const { shortestTimeout, longestTimeout } = LIMITS;
  if (isIntegerWithin(value, shortestTimeout.value, longestTimeout.value)) return undefined;
  return `a whole number of ${shortestTimeout.value} to ${longestTimeout.value} seconds`;
}

function checkCompletionTimeout(value: unknown, members: Members): string | undefined {
  if (value === 0) return undefined;
  const readTimeout = Number(members['readTimeout'] ?? LIMITS.shortestTimeout.value);
  if (isIntegerWithin(value, readTimeout, Number.MAX_SAFE_INTEGER)) return undefined;
  return `0, or a whole number of seconds that is not less than readTimeout (${readTimeout})`;
}

function checkAuthMethod(value: unknown): string | undefined {
  return AUTH_METHODS.includes(value) ? undefined : '"none" or "origin-access-identity"';
}

function checkRegion(value: unknown): string | undefined {
  return typeof value === 'string' ? undefined : "the bucket's region";
}

function isIntegerWithin(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
}

/**
 * Reads `request.origin` at origin-request. Rules hold for what was changed: configuration may do
 * more than functions.
 */
export function readOrigin(raw: unknown, context: OriginContext): Read<ReturnedOrigin> {
  const { delivered } = context;
  if (raw === undefined) return { origin: delivered };
  if (!isMembers(raw)) return wrongOrigin(`origin is ${describeValue(raw)}`, 'an object');
  const { custom, s3 } = raw;
  if ((custom === undefined) === (s3 === undefined)) {
    return wrongOrigin(`origin is ${describeValue(raw)}`, 'exactly one of "custom" and "s3"');
  }
  const kind: Kind = s3 === undefined ? 'custom' : 's3';
  const members = kind === 's3' ? s3 : custom;
  if (!isMembers(members)) {
    return wrongOrigin(`origin.${kind} is ${describeValue(members)}`, 'an object');
  }
  const before = deliveredMembers(delivered, kind);
  const refusal = refuseMembers(kind, members, before) ?? refuseIdentity(kind, members, before);
  if (refusal !== undefined) return refusal;
  const headers = readCustomHeaders(kind, members['customHeaders'], before, context);
  if (isRefusal(headers)) return headers;
  const origin = kind === 's3' ? s3Of(members, headers) : customOf(members, headers);
  return { origin: isSameOrigin(origin, delivered) ? delivered : origin };
}

/** The members that the function was given, if the origin was of this kind. */
function deliveredMembers(delivered: LambdaOrigin | undefined, kind: Kind): Members {
  if (delivered?.kind !== kind) return {};
  return (originMember(delivered) as Record<Kind, Members>)[kind];
}

function refuseMembers(kind: Kind, members: Members, before: Members): Refusal | undefined {
  for (const { name, isRequired, check } of kind === 's3' ? S3_RULES : CUSTOM_RULES) {
    const value = members[name];
    if (value === undefined && !isRequired) continue;
    const isUnchanged = JSON.stringify(value) === JSON.stringify(before[name]);
    if (value !== undefined && isUnchanged && name !== 'responseCompletionTimeout') continue;
    const expected = check(value, members);
    if (expected !== undefined) {
      return wrongOrigin(`origin.${kind}.${name} is ${describeValue(value)}`, expected, name);
    }
  }
  return undefined;
}

/**
 * An access identity is the distribution's: a function may keep it or drop it, and nothing else.
 */
function refuseIdentity(kind: Kind, members: Members, before: Members): Refusal | undefined {
  const { authMethod, region = '' } = members;
  if (kind !== 's3' || authMethod !== 'origin-access-identity') return undefined;
  if (before['authMethod'] !== 'origin-access-identity') {
    const found = 'origin.s3.authMethod was changed to "origin-access-identity"';
    return wrongOrigin(
      found,
      '"none", or an origin that was delivered with that identity',
      'authMethod',
    );
  }
  if (region !== '') return undefined;
  return wrongOrigin(
    'origin.s3.region is missing',
    "the bucket's region, for an access identity",
    'region',
  );
}

function readCustomHeaders(
  kind: Kind,
  raw: unknown,
  before: Members,
  context: OriginContext,
): Read<Fields> {
  const what = `origin.${kind}.customHeaders`;
  if (raw === undefined) return [];
  if (!isMembers(raw)) {
    return wrongOrigin(`${what} is ${describeValue(raw)}`, 'a map of headers', 'customHeaders');
  }
  const deliveredMap = isMembers(before['customHeaders']) ? before['customHeaders'] : {};
  const fields: string[] = [];
  for (const name of Object.keys(raw)) {
    const list = raw[name];
    if (!Array.isArray(list)) {
      return wrongOrigin(
        `${what} has a header ${quote(name)} that is ${describeValue(list)}`,
        'a list',
        'customHeaders',
      );
    }
    const lower = name.toLowerCase();
    const entries = readEntries(lower, list);
    if (isRefusal(entries)) return entries;
    const isUnchanged = JSON.stringify(list) === JSON.stringify(deliveredMap[lower]);
    for (const entry of entries) {
      const refusal = refuseCustomHeader(entry.name.toLowerCase(), isUnchanged, context);
      if (refusal !== undefined) return refusal;
      fields.push(entry.name, bytesOf(entry.value));
    }
  }
  return fields;
}

function refuseCustomHeader(
  lower: string,
  isUnchanged: boolean,
  context: OriginContext,
): Refusal | undefined {
  const header = titleCase(lower);
  const facts = { header };
  if (!isUnchanged && isDisallowed(lower)) {
    const found = `custom header "${header}" of the origin is disallowed`;
    return { rule: 'disallowed-header', found, expected: 'another name', facts };
  }
  if (!isUnchanged && isDeniedCustomHeader(lower)) {
    const found = `custom header "${header}" is one that origins may not have`;
    return { rule: 'origin-header', found, expected: 'another name', facts };
  }
  const wasBoth = isUnchanged && context.deliveredNames.has(lower);
  if (wasBoth || !context.returnedNames.has(lower)) return undefined;
  const found = `custom header "${header}" of the origin is a header of the request too`;
  return { rule: 'origin-header', found, expected: 'it to be in one of them', facts };
}

function customOf(members: Members, customHeaders: Fields): CustomOrigin {
  // refuseMembers() has checked each member.
  const checked = members as unknown as {
    readonly domainName: string;
    readonly path: string;
    readonly port: number;
    readonly protocol: 'http' | 'https';
    readonly sslProtocols: readonly string[];
    readonly readTimeout: number;
    readonly keepaliveTimeout: number;
  };
  return {
    kind: 'custom',
    domainName: checked.domainName,
    path: checked.path,
    port: checked.port,
    protocol: checked.protocol,
    sslProtocols: checked.sslProtocols,
    readTimeoutSeconds: checked.readTimeout,
    keepaliveTimeoutSeconds: checked.keepaliveTimeout,
    ...completionOf(members),
    customHeaders,
  };
}

function s3Of(members: Members, customHeaders: Fields): S3Origin {
  const checked = members as unknown as {
    readonly domainName: string;
    readonly path: string;
    readonly authMethod: S3Origin['authMethod'];
    readonly region?: string;
    readonly readTimeout?: number;
  };
  const { domainName, path, authMethod, region = '', readTimeout } = checked;
  return {
    kind: 's3',
    domainName,
    path,
    authMethod,
    region,
    ...(readTimeout === undefined ? {} : { readTimeoutSeconds: readTimeout }),
    ...completionOf(members),
    customHeaders,
  };
}

/** 0 means the same as no limit. */
function completionOf(members: Members): { responseCompletionTimeoutSeconds?: number } {
  const seconds = members['responseCompletionTimeout'];
  return typeof seconds === 'number' && seconds > 0
    ? { responseCompletionTimeoutSeconds: seconds }
    : {};
}

function isSameOrigin(origin: LambdaOrigin, delivered: LambdaOrigin | undefined): boolean {
  return (
    delivered !== undefined &&
    JSON.stringify(originMember(origin)) === JSON.stringify(originMember(delivered))
  );
}

function wrongOrigin(found: string, expected: string, member = 'origin'): Refusal {
  return { rule: 'origin', found, expected, facts: { member } };
}
