import type { CachePolicy, NameSelection, OriginRequestPolicy } from '../config/config.ts';
import { normalizedAcceptEncoding } from '../http/accept-encoding.ts';
import { cookiePairs } from '../http/cookie-pairs.ts';
import {
  combinedValue,
  type FieldNames,
  type Fields,
  fieldValue,
  hasField,
  withoutFields,
} from '../http/fields.ts';
import { isSelected } from '../http/name-selection.ts';
import { connectionFieldNames } from './connection-fields.ts';
import type { OriginTarget } from './origin-client.ts';

/** The part of a viewer request that decides the origin-side fields; a `ViewerRequest` is one. */
export interface ForwardableRequest {
  readonly fields: Fields;
  readonly httpVersion: '1.0' | '1.1';
  readonly clientIp: string;
  readonly protocol: 'http' | 'https';
}

/** The policies of the cache behavior and the origin that the request goes to. */
export interface ForwardRules {
  readonly cachePolicy: CachePolicy;
  readonly originRequestPolicy?: OriginRequestPolicy | undefined;
  readonly target: Pick<OriginTarget, 'protocol' | 'hostname' | 'port'>;
  /** The pseudonym in Via (RFC 9110 §7.6.3). */
  readonly viaName: string;
}

/** What CloudFront sends in place of the viewer's User-Agent. Functions and origins compare with it, so it is kept here. */
export const EDGE_USER_AGENT = 'Amazon CloudFront';

const NONE: NameSelection = { kind: 'none' };

// Written by `finishFields` for every request, whatever was received.
const REPLACED_ALWAYS: FieldNames = new Set(['expect', 'via', 'x-forwarded-for']);
const REPLACED_WHEN_WHOLE: FieldNames = new Set(['x-forwarded-host', 'x-forwarded-proto']);

// CloudFront developer guide: these pass without being listed, because content, ranges and conditions would break without them.
const AUTOMATIC_NAMES: FieldNames = new Set([
  'content-length',
  'content-md5',
  'content-type',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'range',
]);

// A viewer could use these to lie about itself to the origin, so "all headers" does not include them; naming one does.
const ONLY_WHEN_NAMED: FieldNames = new Set(['x-forwarded-proto', 'x-real-ip']);

// The cookie selection and the Accept-Encoding flags decide about these two.
const DECIDED_APART: FieldNames = new Set(['cookie', 'accept-encoding']);

function names(selection: NameSelection, name: string): boolean {
  return selection.kind === 'include' && selection.names.includes(name);
}

function selectionsOf(rules: ForwardRules, of: 'headers' | 'cookies' | 'queryStrings') {
  const keyed = rules.cachePolicy.kind === 'cloudfront' ? rules.cachePolicy[of] : NONE;
  return [keyed, rules.originRequestPolicy?.[of] ?? NONE] as const;
}

/** True if requests go to the origin whole, as RFC 9110 proxies send them. */
function forwardsWhole(rules: ForwardRules): boolean {
  return rules.cachePolicy.kind === 'rfc9111' && rules.originRequestPolicy === undefined;
}

function originHost(target: ForwardRules['target']): string {
  const host = target.hostname.includes(':') ? `[${target.hostname}]` : target.hostname;
  const usual = target.protocol === 'https' ? 443 : 80;
  return target.port === usual ? host : `${host}:${target.port}`;
}

function appended(list: string | undefined, member: string): string {
  return list === undefined || list === '' ? member : `${list}, ${member}`;
}

function pushAlways(fields: string[], request: ForwardableRequest, rules: ForwardRules): void {
  const via = combinedValue(request.fields, 'via');
  fields.push('Via', appended(via, `${request.httpVersion} ${rules.viaName}`));
  const forwardedFor = combinedValue(request.fields, 'x-forwarded-for');
  fields.push('X-Forwarded-For', appended(forwardedFor, request.clientIp));
}

function wholeRequestFields(request: ForwardableRequest, rules: ForwardRules): string[] {
  const dropped = new Set([
    ...connectionFieldNames(request.fields),
    ...REPLACED_ALWAYS,
    ...REPLACED_WHEN_WHOLE,
  ]);
  const fields = withoutFields(request.fields, dropped);
  const viewerHost = fieldValue(request.fields, 'host');
  // An HTTP/1.0 viewer may send no Host; the origin is owed one (RFC 9112 §3.2).
  if (viewerHost === undefined) fields.push('Host', originHost(rules.target));
  else fields.push('X-Forwarded-Host', viewerHost);
  fields.push('X-Forwarded-Proto', request.protocol);
  pushAlways(fields, request, rules);
  return fields;
}

function passesPolicies(name: string, rules: ForwardRules): boolean {
  if (AUTOMATIC_NAMES.has(name)) return true;
  const selections = selectionsOf(rules, 'headers');
  if (ONLY_WHEN_NAMED.has(name) || name.startsWith('x-edge-')) {
    return selections.some((selection) => names(selection, name));
  }
  return selections.some((selection) => isSelected(selection, name));
}

function forwardedCookie(fields: Fields, rules: ForwardRules): string | undefined {
  const [keyed, requested] = selectionsOf(rules, 'cookies');
  if (keyed.kind === 'none' && requested.kind === 'none') return undefined;
  const pairs = cookiePairs(fields).filter(
    ({ name }) => isSelected(keyed, name) || isSelected(requested, name),
  );
  if (pairs.length === 0) return undefined;
  pairs.sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
  return pairs.map(({ name, value }) => `${name}=${value}`).join('; ');
}

function forwardedAcceptEncoding(
  request: ForwardableRequest,
  rules: ForwardRules,
): string | undefined {
  const received = combinedValue(request.fields, 'accept-encoding');
  const named = selectionsOf(rules, 'headers').some((selection) =>
    names(selection, 'accept-encoding'),
  );
  if (named) return received;
  const policy = rules.cachePolicy;
  if (policy.kind === 'cloudfront' && (policy.acceptEncodingGzip || policy.acceptEncodingBrotli)) {
    // CloudFront developer guide: of an HTTP/1.0 viewer the field is dropped.
    if (request.httpVersion === '1.0') return undefined;
    return normalizedAcceptEncoding(received, {
      gzip: policy.acceptEncodingGzip,
      brotli: policy.acceptEncodingBrotli,
    });
  }
  return passesPolicies('accept-encoding', rules) ? received : undefined;
}

function passingFields(request: ForwardableRequest, rules: ForwardRules): string[] {
  const dropped = connectionFieldNames(request.fields);
  const fields: string[] = [];
  for (let i = 0; i < request.fields.length; i += 2) {
    const name = request.fields[i] ?? '';
    const lowerName = name.toLowerCase();
    if (dropped.has(lowerName) || REPLACED_ALWAYS.has(lowerName)) continue;
    if (DECIDED_APART.has(lowerName) || !passesPolicies(lowerName, rules)) continue;
    fields.push(name, request.fields[i + 1] ?? '');
  }
  return fields;
}

function selectedRequestFields(request: ForwardableRequest, rules: ForwardRules): string[] {
  const fields = passingFields(request, rules);
  if (!hasField(fields, 'host')) fields.unshift('Host', originHost(rules.target));
  if (!hasField(fields, 'user-agent')) fields.push('User-Agent', EDGE_USER_AGENT);
  const acceptEncoding = forwardedAcceptEncoding(request, rules);
  if (acceptEncoding !== undefined) fields.push('Accept-Encoding', acceptEncoding);
  const cookie = forwardedCookie(request.fields, rules);
  if (cookie !== undefined) fields.push('Cookie', cookie);
  pushAlways(fields, request, rules);
  return fields;
}

/**
 * The fields of a request to the origin, as the origin-request hook sees them. Hop-by-hop fields and Expect are dropped, Via
 * and X-Forwarded-For are appended to.
 *
 * Under `Rfc9111` without an origin request policy everything else passes, the viewer's Host too, as behind a reverse proxy
 * of one site; X-Forwarded-Host and X-Forwarded-Proto are set. In every other case only what the cache policy or the origin
 * request policy selects passes (CloudFront developer guide), with what is always sent: Host (the origin's own, unless a policy
 * selects the viewer's), User-Agent (`Amazon CloudFront`, unless a policy selects the viewer's), and the fields that
 * describe content, ranges and conditions. Cookies are sorted by name, Accept-Encoding is normalized (§4.5).
 */
export function originRequestFields(request: ForwardableRequest, rules: ForwardRules): string[] {
  return forwardsWhole(rules)
    ? wholeRequestFields(request, rules)
    : selectedRequestFields(request, rules);
}

/**
 * The query string that goes to the origin: whole, or the parameters whose raw, case-sensitive name a policy selects, in the
 * order received (CloudFront developer guide).
 */
export function originRequestQuery(query: string, rules: ForwardRules): string {
  if (query === '' || forwardsWhole(rules)) return query;
  const [keyed, requested] = selectionsOf(rules, 'queryStrings');
  if (keyed.kind === 'all' || requested.kind === 'all') return query;
  const kept = query.split('&').filter((parameter) => {
    const equals = parameter.indexOf('=');
    const name = equals === -1 ? parameter : parameter.slice(0, equals);
    return isSelected(keyed, name) || isSelected(requested, name);
  });
  return kept.join('&');
}

/**
 * The fields as they go on the wire, after the origin-request hook: what a function may have added for the connection is
 * dropped, and the custom headers of the origin replace lines of the same name (CloudFront developer guide).
 */
export function finalOriginFields(fields: Fields, customHeaders: Fields): string[] {
  const dropped = new Set(connectionFieldNames(fields));
  for (let i = 0; i < customHeaders.length; i += 2) {
    dropped.add((customHeaders[i] ?? '').toLowerCase());
  }
  const final = withoutFields(fields, dropped);
  final.push(...customHeaders);
  return final;
}
