import type { EpochMs } from '../base/clock.ts';
import type { Fields } from '../http/fields.ts';
import type { Selection } from '../http/vary.ts';

/** Primary cache key, and the URL by which an operator purges what is stored under it. */
export interface CacheKey {
  /** Readable and unambiguous; what the stores use. */
  readonly text: string;
  /** Lower-cased Host of the request; `''` when all hosts share the stored response. */
  readonly host: string;
  /** `/path` or `/path?query`, with only the part of the query that is in the key. */
  readonly target: string;
}

/** What the response says about its reuse, worked out once when it is stored. Seconds as sent, 0 or more. */
export interface ReuseRules {
  /** `no-cache`: never without validation (RFC 9111 §5.2.2.4). */
  readonly alwaysValidate: boolean;
  /** `must-revalidate` or `proxy-revalidate`: never stale, whatever happens (RFC 9111 §5.2.2.2, §5.2.2.8). */
  readonly neverStale: boolean;
  /** `s-maxage`: stale only where stale-while-revalidate or stale-if-error says so (RFC 9111 §5.2.2.10). */
  readonly staleNeedsPermission: boolean;
  readonly immutable: boolean;
  readonly staleWhileRevalidateSeconds?: number;
  readonly staleIfErrorSeconds?: number;
}

/** Everything about a stored response but its content. */
export interface StoredHead {
  readonly key: CacheKey;
  readonly status: number;
  readonly reason: string;
  /** As a hit sends them, but for Age: end-to-end, with a Date, without fields that must not be reused. */
  readonly fields: Fields;
  /** Selecting fields of the request (RFC 9111 §4.1); empty = every request matches. */
  readonly selection: Selection;
  /** `request_time` and `response_time` of RFC 9111 §4.2.3. */
  readonly requestedAt: EpochMs;
  readonly respondedAt: EpochMs;
  /** `corrected_initial_age` of RFC 9111 §4.2.3, in milliseconds. */
  readonly initialAgeMs: number;
  /** Date of the response, or when it arrived. */
  readonly dateAt: EpochMs;
  /** From here on it is stale; may lie in the past. */
  readonly staleAt: EpochMs;
  /** From here on it is of no use and counts as absent. */
  readonly deleteAt: EpochMs;
  readonly rules: ReuseRules;
  /** Validators as received. */
  readonly entityTag: string | undefined;
  readonly lastModified: string | undefined;
}

/** A complete stored response. Never changed: freshening makes a new one that shares the content. */
export interface StoredResponse extends StoredHead {
  /** One contiguous, exact buffer that nobody writes to. */
  readonly content: Uint8Array;
}
