/** The primary cache key (RFC 9111 §2; for CloudFront policies what the policy lists). Pure. */
import type { CachePolicy, NameSelection } from '../../config/config.ts';
import { normalizedAcceptEncoding } from '../../http/accept-encoding.ts';
import { type CookiePair, cookiePairs } from '../../http/cookie-pairs.ts';
import { combinedValue, type Fields } from '../../http/fields.ts';
import type { RequestHead } from '../../http/message.ts';
import { isSelected } from '../../http/name-selection.ts';
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
  for (const { name, value } of selectedCookies(policy.cookies, request.fields)) {
    text += ` c:${escapeValue(name)}=${escapeValue(value)}`;
  }
  const encoding = keyedEncoding(policy, request.fields);
  if (encoding !== undefined) text += ` ae=${encoding}`;
  return { text, host: isSelected(policy.headers, 'host') ? host : '', target };
}

function escapeValue(value: string): string {
  return value.replaceAll('%', '%25').replaceAll(' ', '%20').replaceAll('\t', '%09');
}

/** The selected parameters, in the order and the spelling of the request. Only `&` separates. */
function selectedQuery(selection: NameSelection, query: string): string {
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

/** The selected cookies of a request, sorted by name; names and values are case-sensitive. */
function selectedCookies(selection: NameSelection, fields: Fields): readonly CookiePair[] {
  if (selection.kind === 'none') return [];
  const cookies = cookiePairs(fields).filter(({ name }) => isSelected(selection, name));
  return cookies.sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
}

/** The value of Accept-Encoding that is in the key; `undefined` when none is. */
function keyedEncoding(policy: CloudfrontPolicy, fields: Fields): string | undefined {
  const flags = { gzip: policy.acceptEncodingGzip, brotli: policy.acceptEncodingBrotli };
  if (!flags.gzip && !flags.brotli) return undefined;
  const value = normalizedAcceptEncoding(combinedValue(fields, 'accept-encoding'), flags);
  return value === 'identity' ? undefined : value;
}
