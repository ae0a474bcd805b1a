/** Status codes as caches see them (RFC 9110 §15). */

/** RFC 9110 §15.1: may be reused with heuristic freshness. 206 is left out, partial content is not stored. */
const HEURISTICALLY_CACHEABLE: ReadonlySet<number> = new Set([
  200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501,
]);

/** Final codes whose caching requirements this cache implements (RFC 9111 §5.2.2.3, must-understand). */
const UNDERSTOOD: ReadonlySet<number> = new Set([
  200, 203, 204, 300, 301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 406, 408, 409, 410, 411,
  412, 413, 414, 415, 417, 421, 422, 426, 429, 431, 451, 500, 501, 502, 503, 504, 505,
]);

/** Whether heuristic freshness may be used without `public`. */
export function isHeuristicallyCacheable(status: number): boolean {
  return HEURISTICALLY_CACHEABLE.has(status);
}

/** Whether `must-understand` may override `no-store` (RFC 9111 §5.2.2.3). */
export function isUnderstoodStatus(status: number): boolean {
  return UNDERSTOOD.has(status);
}

/** RFC 9110 §6.4.1: a response with this status never has content. */
export function forbidsContent(status: number): boolean {
  return status < 200 || status === 204 || status === 304;
}

/** RFC 9110 §9.2.1. */
export function isSafeMethod(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS' || method === 'TRACE';
}
