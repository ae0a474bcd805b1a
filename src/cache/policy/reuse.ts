/** May a stored response be used for this request, now (RFC 9111 §4, §5.2.1; RFC 5861)? Pure. */
import type { EpochMs } from '../../base/clock.ts';
import type { CachePolicy } from '../../config/config.ts';
import { type RequestDirectives, requestDirectives } from '../../http/cache-control.ts';
import type { Fields } from '../../http/fields.ts';
import { selectionMatches } from '../../http/vary.ts';
import type { StoredHead, StoredResponse } from '../stored-response.ts';
import { currentAgeSeconds } from './age.ts';

/** Why a stored response must be validated first. `request`: the viewer asked for it. */
export type StaleReason = 'expired' | 'no-cache' | 'request';

/** `fresh` covers what a viewer accepts with max-stale. */
export type Reuse =
  | { readonly kind: 'fresh' }
  | { readonly kind: 'stale'; readonly reason: StaleReason };

const FRESH: Reuse = { kind: 'fresh' };
const STALE: Readonly<Record<StaleReason, Reuse>> = {
  expired: { kind: 'stale', reason: 'expired' },
  'no-cache': { kind: 'stale', reason: 'no-cache' },
  request: { kind: 'stale', reason: 'request' },
};
const IGNORED: RequestDirectives = {};

/** What the viewer's Cache-Control says; nothing under a CloudFront policy, which ignores it. */
export function effectiveRequestDirectives(policy: CachePolicy, fields: Fields): RequestDirectives {
  return policy.kind === 'rfc9111' ? requestDirectives(fields) : IGNORED;
}

/** The newest variant that this request selects and that is not past its retention (RFC 9111 §4.1). */
export function selectStored(
  variants: readonly StoredResponse[],
  request: Fields,
  now: EpochMs,
): StoredResponse | undefined {
  for (const stored of variants) {
    if (stored.deleteAt <= now) continue;
    if (stored.selection.length === 0 || selectionMatches(stored.selection, request)) return stored;
  }
  return undefined;
}

/** Remaining freshness in whole seconds; negative when stale. */
export function freshForSeconds(stored: StoredHead, now: EpochMs): number {
  return Math.ceil((stored.staleAt - now) / 1000);
}

/** Decides between using a stored response as it is and validating it first. */
export function reuseOf(stored: StoredHead, directives: RequestDirectives, now: EpochMs): Reuse {
  if (stored.rules.alwaysValidate) return STALE['no-cache'];
  if (directives.noCache === true) return STALE.request;
  const isFresh = now < stored.staleAt;
  if (!isYoungEnough(stored, directives, now, isFresh)) {
    return STALE.request;
  }
  if (isFresh) return FRESH;
  return acceptsStale(stored, directives, now) ? FRESH : STALE.expired;
}

function isYoungEnough(
  stored: StoredHead,
  directives: RequestDirectives,
  now: EpochMs,
  isFresh: boolean,
): boolean {
  const { maxAgeSeconds, minFreshSeconds } = directives;
  if (minFreshSeconds !== undefined && freshForSeconds(stored, now) < minFreshSeconds) return false;
  if (maxAgeSeconds === undefined) return true;
  // RFC 8246 §2: reloading a page need not validate what its origin calls immutable.
  if (isFresh && stored.rules.immutable) return true;
  // max-age=0 means "validate", also in the second in which the response came.
  return maxAgeSeconds > 0 && currentAgeSeconds(stored, now) <= maxAgeSeconds;
}

/** RFC 9111 §5.2.1.2, subject to §4.2.4: what the origin forbids, the viewer cannot allow. */
function acceptsStale(stored: StoredHead, directives: RequestDirectives, now: EpochMs): boolean {
  const { maxStaleSeconds } = directives;
  if (maxStaleSeconds === undefined) return false;
  if (stored.rules.neverStale || stored.rules.staleNeedsPermission) return false;
  return now - stored.staleAt <= maxStaleSeconds * 1000;
}

/** Why a stale response may, or may not, be sent without successful validation. */
export type StaleUse =
  | { readonly kind: 'allowed' }
  | {
      readonly kind: 'refused';
      readonly reason: 'no-cache' | 'must-revalidate' | 's-maxage' | 'window' | 'request' | 'error';
    };

const ALLOWED: StaleUse = { kind: 'allowed' };

function refused(reason: Extract<StaleUse, { kind: 'refused' }>['reason']): StaleUse {
  return { kind: 'refused', reason };
}

function forbidden(stored: StoredHead, directives: RequestDirectives): StaleUse | undefined {
  if (stored.rules.alwaysValidate) return refused('no-cache');
  if (stored.rules.neverStale) return refused('must-revalidate');
  if (directives.noCache === true) return refused('request');
  return undefined;
}

function withinWindow(stored: StoredHead, seconds: number, now: EpochMs): StaleUse {
  const endsAt = Math.min(stored.staleAt + seconds * 1000, stored.deleteAt);
  return now < endsAt ? ALLOWED : refused('window');
}

/**
 * RFC 5861 §3: may it be sent now while it is validated in the background?
 * Differs: an explicit stale-while-revalidate counts beside s-maxage, although s-maxage implies proxy-revalidate (RFC 9111
 * §5.2.2.10): nobody writes the window to have it ignored. A spelled-out must-revalidate or proxy-revalidate wins.
 */
export function staleWhileRevalidating(
  stored: StoredHead,
  directives: RequestDirectives,
  now: EpochMs,
): StaleUse {
  const isDemanding =
    directives.maxAgeSeconds !== undefined || directives.minFreshSeconds !== undefined;
  const no = forbidden(stored, directives) ?? (isDemanding ? refused('request') : undefined);
  if (no !== undefined) return no;
  return withinWindow(stored, stored.rules.staleWhileRevalidateSeconds ?? 0, now);
}

/**
 * May it be sent because the origin failed: unreachable, too slow, or a 5xx (RFC 5861 §4, RFC 9111 §4.2.4 and §4.3.3)?
 * Without stale-if-error it may, as long as it is retained; `stale-if-error=0` forbids it.
 */
export function staleOnError(
  stored: StoredHead,
  directives: RequestDirectives,
  now: EpochMs,
): StaleUse {
  const no = forbidden(stored, directives);
  if (no !== undefined) return no;
  // An old failure is no better than the new one, and says less.
  if (stored.status >= 500) return refused('error');
  const window = stored.rules.staleIfErrorSeconds ?? directives.staleIfErrorSeconds;
  if (stored.rules.staleNeedsPermission && stored.rules.staleIfErrorSeconds === undefined) {
    return refused('s-maxage');
  }
  return withinWindow(stored, window ?? Infinity, now);
}
