/** The primary cache key (RFC 9111 §2; for CloudFront policies what the policy lists). Pure. */
import type { CachePolicy, NameSelection } from '../../config/config.ts';
import { combinedValue, type Fields, fieldValues } from '../../http/fields.ts';
import type { RequestHead } from '../../http/message.ts';
import type { CacheKey } from '../stored-response.ts';
import type { CloudfrontPolicy } from './freshness.ts';

/** All three TTLs 0: CloudFront neither caches nor collapses. */
export function isCachingDisabled(policy: CachePolicy): boolean {
  return (
    policy.kind === 'cloudfront' &&
    policy.minTtlSeconds === 0 &&
    policy.defaultTtlSeconds === 0 &&
    policy.maxTtlSeconds === 0
  );
}

/**
 * Computes the key after the viewer-request hook. `host` is the Host that the viewer named.
 *
 * `rfc9111`: `host/path?query`, so GET and HEAD share it; Vary is the secondary key.
 * `cloudfront`: `/path?query` with the selected part of the query, then after spaces the selected headers, cookies and the
 * normalised Accept-Encoding: `/a?x=1 h:host=example.com c:session=5 ae=br,gzip`. A space cannot be in a request target
 * and is escaped in values, so two different selections never give one key.
 */
export function cacheKey(policy: CachePolicy, host: string, request: RequestHead): CacheKey {
  const lowerHost = host.toLowerCase();
  if (policy.kind === 'rfc9111') {
    const target = request.query === '' ? request.path : `${request.path}?${request.query}`;
    return { text: lowerHost + target, host: lowerHost, target };
  }
  return cloudfrontKey(policy, lowerHost, request);
}

function cloudfrontKey(policy: CloudfrontPolicy, host: string, request: RequestHead): CacheKey {
  const query = selectedQuery(policy.queryStrings, request.query);
  const url = query === '' ? request.path : `${request.path}?${query}`;
  // A hook may have put a space into the path.
  const target = url.includes(' ') ? url.replaceAll(' ', '%20') : url;
  let text = target;
  for (const [name, value] of selectedHeaders(policy.headers, host, request.fields)) {
    // An absent header is a variant of its own, different from an empty one.
    text += value === undefined ? ` h:${name}` : ` h:${name}=${escapeValue(value)}`;
  }
  for (const [name, value] of selectedCookies(policy.cookies, request.fields)) {
    text += ` c:${escapeValue(name)}=${escapeValue(value)}`;
  }
  const encoding = normaliseAcceptEncoding(policy, request.fields);
  if (encoding.kind === 'keyed') text += ` ae=${encoding.value}`;
  return { text, host: isSelected(policy.headers, 'host') ? host : '', target };
}

function escapeValue(value: string): string {
  return value.replaceAll('%', '%25').replaceAll(' ', '%20').replaceAll('\t', '%09');
}

/** Whether a name is selected; names are compared as they are. */
export function isSelected(selection: NameSelection, name: string): boolean {
  switch (selection.kind) {
    case 'all':
      return true;
    case 'none':
      return false;
    case 'include':
      return selection.names.includes(name);
    case 'exclude':
      return !selection.names.includes(name);
  }
}

/** The selected parameters, in the order and the spelling of the request. Only `&` separates. */
export function selectedQuery(selection: NameSelection, query: string): string {
  if (selection.kind === 'none' || query === '') return '';
  if (selection.kind === 'all') return query;
  return query
    .split('&')
    .filter((parameter) => isSelected(selection, parameter.split('=', 1)[0] ?? ''))
    .join('&');
}

function selectedHeaders(
  selection: NameSelection,
  host: string,
  fields: Fields,
): [name: string, value: string | undefined][] {
  return headerNames(selection, fields).map((name) => [
    name,
    name === 'host' ? host : combinedValue(fields, name),
  ]);
}

function headerNames(selection: NameSelection, fields: Fields): readonly string[] {
  if (selection.kind === 'none') return [];
  if (selection.kind === 'include') return selection.names.toSorted();
  const names = new Set(fields.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase()));
  return [...names].filter((name) => isSelected(selection, name)).sort();
}

/** Well-formed cookies of the request that are selected, sorted by name; names and values are case-sensitive. */
export function selectedCookies(
  selection: NameSelection,
  fields: Fields,
): readonly (readonly [name: string, value: string])[] {
  if (selection.kind === 'none') return [];
  const cookies: [string, string][] = [];
  for (const line of fieldValues(fields, 'cookie')) {
    for (const pair of line.split(';')) {
      const equals = pair.indexOf('=');
      const name = pair.slice(0, equals).trim();
      if (equals <= 0 || name === '' || name.startsWith('$') || !isSelected(selection, name))
        continue;
      cookies.push([name, pair.slice(equals + 1).trim()]);
    }
  }
  return cookies.sort(([a], [b]) => (a < b ? -1 : Number(a > b)));
}

/**
 * What becomes of Accept-Encoding. `keyed`: in the key, and what the origin gets. `identity`: the origin gets `identity`.
 * `absent`: neither sent nor keyed. `unmanaged`: the policy leaves it to its header list.
 */
export type AcceptEncoding =
  | { readonly kind: 'keyed'; readonly value: 'br,gzip' | 'br' | 'gzip' }
  | { readonly kind: 'identity' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unmanaged' };

/** CloudFront's normalisation, so that the many spellings of Accept-Encoding give at most three variants. */
export function normaliseAcceptEncoding(policy: CloudfrontPolicy, fields: Fields): AcceptEncoding {
  if (!policy.acceptEncodingGzip && !policy.acceptEncodingBrotli) return { kind: 'unmanaged' };
  const value = combinedValue(fields, 'accept-encoding');
  if (value === undefined) return { kind: 'absent' };
  const accepted = acceptedCodings(value);
  const brotli = policy.acceptEncodingBrotli && accepted.has('br');
  const gzip = policy.acceptEncodingGzip && accepted.has('gzip');
  if (brotli) return { kind: 'keyed', value: gzip ? 'br,gzip' : 'br' };
  return gzip ? { kind: 'keyed', value: 'gzip' } : { kind: 'identity' };
}

function acceptedCodings(value: string): ReadonlySet<string> {
  const codings = new Set<string>();
  for (const member of value.toLowerCase().split(',')) {
    const [coding = '', ...parameters] = member.split(';').map((part) => part.trim());
    // RFC 9110 §12.4.2: a weight of 0 means "not acceptable".
    if (!parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter))) codings.add(coding);
  }
  return codings;
}
