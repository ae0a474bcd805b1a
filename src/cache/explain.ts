import type { CacheStatus } from '../http/cache-status.ts';
import type { Lookup } from './http-cache.ts';

/** The part of a Cache-Status member that a lookup decides; the pipeline adds what became of the request. */
export type LookupStatus = Pick<CacheStatus, 'hit' | 'fwd' | 'ttlSeconds' | 'detail'>;

/** What a lookup looks like in Cache-Status (RFC 9211 §2). A stale response that is sent at once is a hit with a negative ttl. */
export function lookupStatus(lookup: Lookup): LookupStatus {
  switch (lookup.kind) {
    case 'hit':
      return { hit: true, ttlSeconds: lookup.freshForSeconds };
    case 'stale': {
      if (lookup.handling !== 'validate') {
        return { hit: true, ttlSeconds: lookup.freshForSeconds, detail: lookup.handling };
      }
      return { fwd: lookup.reason === 'request' ? 'request' : 'stale' };
    }
    case 'miss':
      return { fwd: lookup.reason };
    case 'unsatisfied':
      return { detail: 'only-if-cached' };
    default:
      return { fwd: lookup.reason === 'method' ? 'method' : 'bypass' };
  }
}
