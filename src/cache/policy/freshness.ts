/** Freshness lifetime of a response (RFC 9111 §4.2.1; for CloudFront policies its own table). Pure. */
import type { CachePolicy } from '../../config/config.ts';
import { parseResponseDirectives, type ResponseDirectives } from '../../http/cache-control.ts';
import { combinedValue, type Fields, fieldValue, fieldValues } from '../../http/fields.ts';
import { parseHttpDate } from '../../http/http-date.ts';
import type { ResponseHead } from '../../http/message.ts';
import { isHeuristicallyCacheable } from '../../http/status.ts';
import { dateOf, type ExchangeTimes } from './age.ts';

export type CloudfrontPolicy = Extract<CachePolicy, { kind: 'cloudfront' }>;

/**
 * How long a response is fresh, and why. `explicit` and `heuristic` lifetimes began when the origin made the response, so its
 * initial age counts; a `policy` lifetime begins when the response arrives.
 */
export type Lifetime =
  | {
      readonly kind: 'explicit';
      readonly source: 's-maxage' | 'max-age' | 'expires';
      readonly seconds: number;
    }
  | { readonly kind: 'heuristic'; readonly seconds: number }
  | {
      readonly kind: 'policy';
      readonly source: 'min-ttl' | 'default-ttl' | 'error-min-ttl';
      readonly seconds: number;
    }
  | { readonly kind: 'none' };

/** Share of the time since Last-Modified that counts as fresh (RFC 9111 §4.2.2 suggests 10 %). */
const HEURISTIC_FRACTION = 0.1;
/** A guess is not trusted for longer than a day. */
const MAX_HEURISTIC_SECONDS = 86_400;
/** CloudFront's default error caching minimum TTL. */
export const DEFAULT_ERROR_MIN_TTL_SECONDS = 10;

const NONE: Lifetime = { kind: 'none' };

/** s-maxage, else max-age, else Expires; `undefined` when the origin sent none of them. */
export function explicitLifetime(
  directives: ResponseDirectives,
  fields: Fields,
  times: ExchangeTimes,
): Extract<Lifetime, { kind: 'explicit' }> | undefined {
  if (directives.sMaxageSeconds !== undefined) {
    return { kind: 'explicit', source: 's-maxage', seconds: directives.sMaxageSeconds };
  }
  if (directives.maxAgeSeconds !== undefined) {
    return { kind: 'explicit', source: 'max-age', seconds: directives.maxAgeSeconds };
  }
  const seconds = expiresSeconds(fields, times);
  return seconds === undefined ? undefined : { kind: 'explicit', source: 'expires', seconds };
}

/** Expires minus Date. Several lines or an invalid date mean "already expired" (RFC 9111 §5.3, §4.2.1). */
function expiresSeconds(fields: Fields, times: ExchangeTimes): number | undefined {
  const values = fieldValues(fields, 'expires');
  if (values.length === 0) return undefined;
  const expiresAt = values.length === 1 ? parseHttpDate(values[0], times.respondedAt) : undefined;
  if (expiresAt === undefined) return 0;
  return Math.max(0, Math.floor((expiresAt - dateOf(fields, times)) / 1000));
}

function heuristicSeconds(fields: Fields, times: ExchangeTimes): number | undefined {
  const lastModifiedAt = parseHttpDate(fieldValue(fields, 'last-modified'), times.respondedAt);
  if (lastModifiedAt === undefined) return undefined;
  const unchangedSeconds = (dateOf(fields, times) - lastModifiedAt) / 1000;
  const seconds = Math.floor(unchangedSeconds * HEURISTIC_FRACTION);
  return Math.min(Math.max(0, seconds), MAX_HEURISTIC_SECONDS);
}

/** What `rfc9111Lifetime` reads. `targeted`: the directives come from CDN-Cache-Control, so Expires does not count. */
export interface FreshnessInput {
  readonly response: ResponseHead;
  readonly directives: ResponseDirectives;
  readonly targeted: boolean;
  readonly times: ExchangeTimes;
}

/** RFC 9111 §4.2.1 and §4.2.2 for a shared cache. */
export function rfc9111Lifetime(input: FreshnessInput): Lifetime {
  const { response, directives, times } = input;
  // RFC 9213 §2.2: a cache that uses a targeted field ignores Expires.
  const fields = input.targeted ? [] : response.fields;
  const explicit = explicitLifetime(directives, fields, times);
  if (explicit !== undefined) return explicit;
  if (!isHeuristicallyCacheable(response.status) && directives.public !== true) return NONE;
  const seconds = heuristicSeconds(response.fields, times);
  return seconds === undefined ? NONE : { kind: 'heuristic', seconds };
}

/** The Cache-Control directives alone: CloudFront does not know CDN-Cache-Control. */
export function cloudfrontDirectives(fields: Fields): ResponseDirectives {
  return parseResponseDirectives(combinedValue(fields, 'cache-control') ?? '');
}

/** `no-cache`, `no-store` or `private` for the whole response: what MinTTL overrides. */
export function restriction(
  directives: ResponseDirectives,
): 'no-store' | 'private' | 'no-cache' | undefined {
  if (directives.noStore === true) return 'no-store';
  if (directives.private === true) return 'private';
  return directives.noCache === true ? 'no-cache' : undefined;
}

/** The TTL table of CloudFront for statuses below 400. */
export function cloudfrontLifetime(
  policy: CloudfrontPolicy,
  response: ResponseHead,
  times: ExchangeTimes,
): Lifetime {
  const { minTtlSeconds, defaultTtlSeconds, maxTtlSeconds } = policy;
  const directives = cloudfrontDirectives(response.fields);
  if (restriction(directives) !== undefined) {
    return { kind: 'policy', source: 'min-ttl', seconds: minTtlSeconds };
  }
  const explicit = explicitLifetime(directives, response.fields, times);
  if (explicit === undefined) {
    const seconds = Math.max(minTtlSeconds, defaultTtlSeconds);
    return { kind: 'policy', source: 'default-ttl', seconds };
  }
  const capped = Math.min(explicit.seconds, maxTtlSeconds);
  if (capped >= minTtlSeconds) return { ...explicit, seconds: capped };
  return { kind: 'policy', source: 'min-ttl', seconds: minTtlSeconds };
}

/** The error TTL of CloudFront: the minimum, or the lifetime that the origin gave up to MaxTTL if that is longer. */
export function cloudfrontErrorLifetime(
  policy: CloudfrontPolicy,
  response: ResponseHead,
  times: ExchangeTimes,
  errorMinTtlSeconds: number,
): Lifetime {
  const directives = cloudfrontDirectives(response.fields);
  const explicit = explicitLifetime(directives, response.fields, times);
  const capped = Math.min(explicit?.seconds ?? 0, policy.maxTtlSeconds);
  if (
    explicit !== undefined &&
    capped > errorMinTtlSeconds &&
    restriction(directives) === undefined
  ) {
    return { ...explicit, seconds: capped };
  }
  return { kind: 'policy', source: 'error-min-ttl', seconds: errorMinTtlSeconds };
}
