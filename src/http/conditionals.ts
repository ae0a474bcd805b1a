/** Preconditions (RFC 9110 §13) of a viewer request against a selected representation, which here is a stored response. */
import type { EpochMs } from '../base/clock.ts';
import {
  type EntityTag,
  parseEntityTag,
  parseEntityTagList,
  strongMatch,
  weakMatch,
} from './entity-tag.ts';
import { combinedValue, type Fields, fieldValue } from './fields.ts';
import { parseHttpDate } from './http-date.ts';
import type { RequestHead } from './message.ts';

/** What the preconditions of a request decide: answer normally, 304, or 412. */
export type PreconditionResult = 'proceed' | 'not-modified' | 'precondition-failed';

/** What preconditions compare with. `lastModifiedAt` may be Date or the time of receipt (RFC 9111 §4.3.2). */
export interface Validators {
  readonly entityTag: EntityTag | undefined;
  readonly lastModifiedAt: EpochMs | undefined;
}

const CONDITIONAL_NAMES = [
  'if-none-match',
  'if-modified-since',
  'if-match',
  'if-unmodified-since',
] as const;

/** Lower-cased names of every precondition field and If-Range. */
export const CONDITIONAL_FIELDS: ReadonlySet<string> = new Set([...CONDITIONAL_NAMES, 'if-range']);

/** Whether the request has a precondition at all: the cheap test in front of {@link evaluatePreconditions}. */
export function isConditional(fields: Fields): boolean {
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] ?? '';
    // Every conditional field begins with "If-", and hardly any other does.
    if (name.length >= 8 && name.length <= 19 && name.charCodeAt(2) === 0x2d) {
      if (CONDITIONAL_NAMES.includes(name.toLowerCase() as (typeof CONDITIONAL_NAMES)[number])) {
        return true;
      }
    }
  }
  return false;
}

/**
 * RFC 9110 §13.2.2, in its order of precedence. Preconditions apply to GET and HEAD here; the caller forwards other methods.
 * Differs: If-Match and If-Unmodified-Since are evaluated too, although a cache may ignore them (RFC 9111 §4.3.2): a fresh
 * stored response is the selected representation, and a viewer that asked for 412 should not get other content.
 */
export function evaluatePreconditions(
  request: RequestHead,
  validators: Validators,
  now: EpochMs,
): PreconditionResult {
  const { fields } = request;
  const ifMatch = combinedValue(fields, 'if-match');
  if (ifMatch !== undefined) {
    if (!anyTagMatches(ifMatch, validators.entityTag, strongMatch)) return 'precondition-failed';
  } else if (modifiedSince(fields, 'if-unmodified-since', validators, now) === true) {
    return 'precondition-failed';
  }
  const ifNoneMatch = combinedValue(fields, 'if-none-match');
  if (ifNoneMatch !== undefined) {
    return anyTagMatches(ifNoneMatch, validators.entityTag, weakMatch) ? 'not-modified' : 'proceed';
  }
  const modified = modifiedSince(fields, 'if-modified-since', validators, now);
  return modified === false ? 'not-modified' : 'proceed';
}

function anyTagMatches(
  list: string,
  current: EntityTag | undefined,
  matches: (a: EntityTag, b: EntityTag) => boolean,
): boolean {
  const tags = parseEntityTagList(list);
  // `*` is true for any current representation (RFC 9110 §13.1.1), and a stored response is one.
  if (tags === '*') return true;
  return current !== undefined && tags.some((tag) => matches(tag, current));
}

/** `undefined` when the field is absent, is not a date, or there is nothing to compare with: it is then ignored. */
function modifiedSince(
  fields: Fields,
  lowerName: string,
  validators: Validators,
  now: EpochMs,
): boolean | undefined {
  const since = parseHttpDate(fieldValue(fields, lowerName), now);
  if (since === undefined || validators.lastModifiedAt === undefined) return undefined;
  return Math.floor(validators.lastModifiedAt / 1000) > Math.floor(since / 1000);
}

/** What If-Range (RFC 9110 §13.1.5) compares with; the date must be a real Last-Modified that is a strong validator. */
export interface StrongValidators {
  readonly entityTag: EntityTag | undefined;
  readonly lastModified: string | undefined;
  /** The Date of the stored response, which tells whether Last-Modified is strong (RFC 9110 §8.8.2.2). */
  readonly dateAt: EpochMs;
}

/** Whether Range may be honoured: true without If-Range; false means "answer 200 with the whole representation". */
export function ifRangeHolds(fields: Fields, current: StrongValidators, now: EpochMs): boolean {
  const value = fieldValue(fields, 'if-range');
  if (value === undefined) return true;
  const since = parseHttpDate(value, now);
  if (since === undefined) {
    return current.entityTag !== undefined && strongMatch(parseEntityTag(value), current.entityTag);
  }
  const lastModifiedAt = parseHttpDate(current.lastModified, now);
  // RFC 9110 §8.8.2.2: a date is strong only if it is at least a second older than the response.
  return lastModifiedAt === since && current.dateAt - lastModifiedAt >= 1000;
}
