/** What an unsafe request invalidates (RFC 9111 §4.4). Pure. */
import { fieldValue } from '../../http/fields.ts';
import type { RequestHead, ResponseHead } from '../../http/message.ts';
import { isSafeMethod } from '../../http/status.ts';
import type { CacheKey } from '../stored-response.ts';

/**
 * The target (`/path?query`) of a URI reference, when it is on the host of the key; `undefined` otherwise. The scheme does not
 * count, since http and https share their stored responses.
 */
export function sameOriginTarget(
  reference: string,
  key: Pick<CacheKey, 'host' | 'target'>,
): string | undefined {
  const base = URL.parse(`http://${key.host}${key.target}`);
  if (base === null) return undefined;
  const url = URL.parse(reference, base);
  if (url === null || hostOf(url) !== hostOf(base)) return undefined;
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  return url.pathname + url.search;
}

/** Default ports of both schemes are left out, as the Host of most requests does. */
function hostOf(url: URL): string {
  return url.port === '80' || url.port === '443' ? url.hostname : url.host;
}

/**
 * Targets on the same host whose stored responses are invalid after this exchange; empty when nothing is. RFC 9111 §4.4: the
 * target URI of an unsafe request, and what Location and Content-Location name, after a non-error response.
 */
export function invalidatedTargets(
  request: RequestHead,
  response: ResponseHead,
  key: CacheKey,
): readonly string[] {
  if (isSafeMethod(request.method) || response.status < 200 || response.status >= 400) return [];
  const targets = new Set([key.target]);
  for (const name of ['location', 'content-location']) {
    const reference = fieldValue(response.fields, name);
    if (reference === undefined) continue;
    const target = sameOriginTarget(reference, key);
    if (target !== undefined) targets.add(target);
  }
  return [...targets];
}
