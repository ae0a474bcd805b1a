/** Builds the head of a stored response from what the origin sent. */
import type { EpochMs } from '../../base/clock.ts';
import type { ResponseDirectives } from '../../http/cache-control.ts';
import { type Fields, fieldValue, hasField, withoutFields } from '../../http/fields.ts';
import { hopByHopNames } from '../../http/hop-by-hop.ts';
import { formatHttpDate, parseHttpDate } from '../../http/http-date.ts';
import type { Selection } from '../../http/vary.ts';
import type { ReuseRules, StoredHead } from '../stored-response.ts';
import type { AdmissionInput } from './admission.ts';
import { dateOf, type ExchangeTimes, initialAgeMs } from './age.ts';
import type { Lifetime } from './freshness.ts';

/**
 * How long a stale response is kept for validation and for times when the origin fails, unless a window or a policy says
 * otherwise. The store is bounded in bytes, so this only has to be long enough for an outage.
 */
export const STALE_RETENTION_SECONDS = 86_400;

/** What {@link storedHead} needs beside the exchange itself. */
export interface StoredHeadParts {
  readonly lifetime: Lifetime;
  readonly rules: ReuseRules;
  readonly selection: Selection;
  /** Lower-cased names of fields that must not be stored, beside the hop-by-hop ones. */
  readonly droppedFields: readonly string[];
  /** How long it is kept after it became stale. */
  readonly retentionSeconds: number;
}

/** The rules of reuse that the directives give (RFC 9111 §5.2.2, RFC 5861). */
export function reuseRules(directives: ResponseDirectives): ReuseRules {
  const whileRevalidating = directives.staleWhileRevalidateSeconds;
  const ifError = directives.staleIfErrorSeconds;
  return {
    alwaysValidate: directives.noCache === true,
    neverStale: directives.mustRevalidate === true || directives.proxyRevalidate === true,
    staleNeedsPermission: directives.sMaxageSeconds !== undefined,
    immutable: directives.immutable === true,
    ...(whileRevalidating === undefined ? {} : { staleWhileRevalidateSeconds: whileRevalidating }),
    ...(ifError === undefined ? {} : { staleIfErrorSeconds: ifError }),
  };
}

/** Fields that `no-cache="…"` and `private="…"` keep from being reused (RFC 9111 §5.2.2.4, §5.2.2.7). */
export function qualifiedFields(directives: ResponseDirectives): string[] {
  const names: string[] = [];
  if (Array.isArray(directives.noCache)) names.push(...directives.noCache);
  if (Array.isArray(directives.private)) names.push(...directives.private);
  return names;
}

function storedFields(fields: Fields, dropped: readonly string[], times: ExchangeTimes): Fields {
  const names = new Set([...hopByHopNames(fields), 'age', ...dropped]);
  const kept = withoutFields(fields, names);
  // RFC 9110 §6.6.1: a recipient with a clock adds the Date that is missing when it stores the response.
  if (parseHttpDate(fieldValue(kept, 'date'), times.respondedAt) === undefined) {
    const dated = withoutFields(kept, new Set(['date']));
    dated.push('Date', formatHttpDate(times.respondedAt));
    return dated;
  }
  return kept;
}

const NO_FIELDS: Fields = [];

/** The lines of the dropped names: what the store does not keep, and one viewer may have all the same. */
export function withheldFields(fields: Fields, dropped: readonly string[]): Fields {
  if (dropped.length === 0) return NO_FIELDS;
  const names = new Set(dropped);
  return fields.flatMap((name, i) =>
    i % 2 === 0 && names.has(name.toLowerCase()) ? [name, fields[i + 1] ?? ''] : [],
  );
}

function staleAtOf(lifetime: Lifetime, ageMs: number, respondedAt: EpochMs): EpochMs {
  switch (lifetime.kind) {
    case 'none':
      return respondedAt;
    case 'policy':
      return respondedAt + lifetime.seconds * 1000;
    default:
      return respondedAt + lifetime.seconds * 1000 - ageMs;
  }
}

/** The head of the stored response; its content follows when it is complete. */
export function storedHead(input: AdmissionInput, parts: StoredHeadParts): StoredHead {
  const { response, times, key } = input;
  const ageMs = initialAgeMs(response.fields, times);
  const staleAt = parts.rules.alwaysValidate
    ? times.respondedAt
    : staleAtOf(parts.lifetime, ageMs, times.respondedAt);
  return {
    key,
    status: response.status,
    reason: response.reason,
    fields: storedFields(response.fields, parts.droppedFields, times),
    selection: parts.selection,
    requestedAt: times.requestedAt,
    respondedAt: times.respondedAt,
    initialAgeMs: ageMs,
    dateAt: dateOf(response.fields, times),
    staleAt,
    deleteAt: Math.max(staleAt, times.respondedAt) + parts.retentionSeconds * 1000,
    rules: parts.rules,
    entityTag: fieldValue(response.fields, 'etag'),
    lastModified: fieldValue(response.fields, 'last-modified'),
  };
}

/** Whether requests that wait for this response may have it: fresh on arrival, no validation needed. */
export function isShareable(head: StoredHead): boolean {
  return !head.rules.alwaysValidate && head.staleAt > head.respondedAt;
}

/** Whether keeping it serves any purpose: it is fresh for a while, can be validated, or may be served stale. */
export function isWorthStoring(fields: Fields, lifetime: Lifetime, rules: ReuseRules): boolean {
  if (hasField(fields, 'etag') || hasField(fields, 'last-modified')) return true;
  if (rules.alwaysValidate) return false;
  const windowSeconds = (rules.staleWhileRevalidateSeconds ?? 0) + (rules.staleIfErrorSeconds ?? 0);
  return windowSeconds > 0 || (lifetime.kind !== 'none' && lifetime.seconds > 0);
}
