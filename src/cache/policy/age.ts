import type { EpochMs } from '../../base/clock.ts';
import { parseDeltaSeconds } from '../../http/cache-control.ts';
import { type Fields, fieldValue } from '../../http/fields.ts';
import { parseHttpDate } from '../../http/http-date.ts';
import type { StoredHead } from '../stored-response.ts';

/** When a request was sent and its response head came (`request_time`, `response_time` of RFC 9111 §4.2.3). */
export interface ExchangeTimes {
  readonly requestedAt: EpochMs;
  readonly respondedAt: EpochMs;
}

/**
 * `age_value` in seconds. RFC 9111 §5.1: of several values the first one counts, an invalid one is ignored; parameters, which
 * Age does not have, are cut off, since taking such a response for new would be the worse mistake.
 */
export function ageValueSeconds(fields: Fields): number {
  const value = fieldValue(fields, 'age');
  if (value === undefined) return 0;
  const first = value.split(/[,;]/, 1)[0] ?? '';
  return parseDeltaSeconds(first.trim()) ?? 0;
}

/** `date_value`: the Date of the response, or the time it arrived when there is no valid one (RFC 9110 §6.6.1). */
export function dateOf(fields: Fields, times: ExchangeTimes): EpochMs {
  return parseHttpDate(fieldValue(fields, 'date'), times.respondedAt) ?? times.respondedAt;
}

/**
 * `corrected_initial_age` in milliseconds (RFC 9111 §4.2.3). Time spent in transit counts too, or a slow origin would make
 * responses look younger. A Date in the future gives an apparent age of 0.
 */
export function initialAgeMs(fields: Fields, times: ExchangeTimes): number {
  // Date has whole seconds: without rounding down, a response would be up to a second old at birth.
  const apparentMs = Math.floor((times.respondedAt - dateOf(fields, times)) / 1000) * 1000;
  const delayMs = Math.max(0, times.respondedAt - times.requestedAt);
  return Math.max(0, apparentMs, ageValueSeconds(fields) * 1000 + delayMs);
}

/** `current_age` in whole seconds (RFC 9111 §4.2.3). A clock that went backwards does not make it younger than at birth. */
export function currentAgeSeconds(
  stored: Pick<StoredHead, 'initialAgeMs' | 'respondedAt'>,
  now: EpochMs,
): number {
  return Math.floor((stored.initialAgeMs + Math.max(0, now - stored.respondedAt)) / 1000);
}
