/** Validation of stored responses with the origin (RFC 9111 §4.3). Pure. */
import type { EpochMs } from '../../base/clock.ts';
import type { CachePolicy } from '../../config/config.ts';
import { CONDITIONAL_FIELDS } from '../../http/conditionals.ts';
import { parseEntityTag, strongMatch, weakMatch } from '../../http/entity-tag.ts';
import { type Fields, fieldValue, withoutFields } from '../../http/fields.ts';
import { hopByHopNames } from '../../http/hop-by-hop.ts';
import { formatHttpDate } from '../../http/http-date.ts';
import type { RequestHead, ResponseHead } from '../../http/message.ts';
import type { StoredHead, StoredResponse } from '../stored-response.ts';
import type { NotStoredReason } from './admission.ts';
import { admit } from './admit.ts';
import type { ExchangeTimes } from './age.ts';

/**
 * The fields of a request that validates: preconditions of the viewer removed, ours added (RFC 9111 §4.3.1). With several
 * candidates (variants after a vary-miss) only entity tags are used. `undefined` when no candidate has a validator.
 */
export function validationFields(
  request: Fields,
  candidates: readonly StoredHead[],
): Fields | undefined {
  const tags = new Set<string>();
  for (const { entityTag } of candidates) if (entityTag !== undefined) tags.add(entityTag);
  const lastModified = candidates.length === 1 ? candidates[0]?.lastModified : undefined;
  if (tags.size === 0 && lastModified === undefined) return undefined;
  const fields = unconditionalFields(request);
  if (tags.size > 0) fields.push('If-None-Match', [...tags].join(', '));
  if (lastModified !== undefined) fields.push('If-Modified-Since', lastModified);
  return fields;
}

const NOT_FOR_FILLS: ReadonlySet<string> = new Set([...CONDITIONAL_FIELDS, 'range']);

/** The request fields without preconditions and Range: what a request sends whose response is to be stored whole. */
export function unconditionalFields(request: Fields): string[] {
  return withoutFields(request, NOT_FOR_FILLS);
}

/**
 * The stored response that a 304 is about (RFC 9111 §4.3.4). `undefined`: none, so the 304 must not be used, and the request
 * has to be sent again without preconditions. `candidates` are newest first.
 */
export function selectValidated(
  candidates: readonly StoredResponse[],
  notModified: ResponseHead,
): StoredResponse | undefined {
  const tagText = fieldValue(notModified.fields, 'etag');
  if (tagText !== undefined) {
    const tag = parseEntityTag(tagText);
    const matches = tag.weak ? weakMatch : strongMatch;
    return candidates.find(
      ({ entityTag }) => entityTag !== undefined && matches(parseEntityTag(entityTag), tag),
    );
  }
  const lastModified = fieldValue(notModified.fields, 'last-modified');
  if (lastModified !== undefined) {
    const dated = candidates.find((stored) => stored.lastModified === lastModified);
    if (dated !== undefined) return dated;
  }
  // A 304 without a validator that we know answers the only question that was asked.
  return candidates.length === 1 && lastModified === undefined ? candidates[0] : undefined;
}

/** Fields of a 304 that say nothing about the stored content, or describe a content that it does not have. */
const NOT_UPDATED: readonly string[] = ['content-length', 'content-encoding', 'content-range'];

/** RFC 9111 §3.2: every field of the update replaces all stored lines of its name; the others stay. */
export function mergedFields(stored: Fields, update: Fields, respondedAt: EpochMs): Fields {
  const incoming = withoutFields(update, new Set([...hopByHopNames(update), ...NOT_UPDATED]));
  const replaced = new Set(
    incoming.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase()),
  );
  const hasDate = replaced.has('date');
  // Without a new Date the response would look as old as before (RFC 9110 §6.6.1).
  replaced.add('date');
  const merged = [...withoutFields(stored, replaced), ...incoming];
  if (!hasDate) merged.push('Date', formatHttpDate(respondedAt));
  return merged;
}

/** What the exchange that validated looks like. */
export interface ValidationInput {
  readonly policy: CachePolicy;
  readonly request: RequestHead;
  readonly response: ResponseHead;
  readonly times: ExchangeTimes;
  readonly authorizationForwarded?: boolean;
}

/** `updated` serves this request in any case; `notStored` means that the stored response must go. */
export type Freshening =
  | {
      readonly kind: 'freshened';
      readonly updated: StoredResponse;
      /** See `Admission`. */
      readonly withheldFields: Fields;
    }
  | {
      readonly kind: 'notStored';
      readonly updated: StoredResponse;
      readonly reason: NotStoredReason;
    };

/** The stored response after a 304 (RFC 9111 §4.3.4): its content, the new fields, a new freshness lifetime. */
export function freshen(stored: StoredResponse, input: ValidationInput): Freshening {
  const { times } = input;
  const fields = mergedFields(stored.fields, input.response.fields, times.respondedAt);
  const merged = { status: stored.status, reason: stored.reason, fields };
  const admission = admit({
    ...input,
    key: stored.key,
    // HEAD and GET are validated alike; what is stored answers a GET.
    request: { ...input.request, method: 'GET' },
    response: merged,
    lengthBytes: stored.content.byteLength,
    maxResponseBytes: stored.content.byteLength,
  });
  if (admission.kind === 'stored') {
    const { head, withheldFields } = admission;
    return { kind: 'freshened', updated: { ...head, content: stored.content }, withheldFields };
  }
  const updated = { ...stored, fields, ...times, staleAt: times.respondedAt, initialAgeMs: 0 };
  return { kind: 'notStored', updated, reason: admission.reason };
}

/**
 * RFC 9111 §4.3.5: whether a 200 to HEAD describes the stored content, so that it freshens like a 304; otherwise the stored
 * response is out of date.
 */
export function headDescribes(stored: StoredResponse, head: ResponseHead): boolean {
  if (head.status !== 200 || stored.status !== 200) return false;
  const { fields } = head;
  const length = fieldValue(fields, 'content-length');
  return (
    (length === undefined || Number(length) === stored.content.byteLength) &&
    agrees(stored.entityTag, fieldValue(fields, 'etag')) &&
    agrees(stored.lastModified, fieldValue(fields, 'last-modified'))
  );
}

function agrees(stored: string | undefined, received: string | undefined): boolean {
  return stored === undefined || received === undefined || stored === received;
}
