/** Replies made from stored responses: Age, preconditions, ranges, HEAD. Synchronous and pure. */
import { assertNever } from '../base/assert.ts';
import type { EpochMs } from '../base/clock.ts';
import { evaluatePreconditions, ifRangeHolds, isConditional } from '../http/conditionals.ts';
import { parseEntityTag } from '../http/entity-tag.ts';
import { type Fields, fieldValue, fieldValues, withoutFields } from '../http/fields.ts';
import { parseHttpDate } from '../http/http-date.ts';
import { type Content, NO_CONTENT, type RequestHead, type ResponseHead } from '../http/message.ts';
import {
  type ByteRange,
  formatContentRange,
  formatUnsatisfiedRange,
  parseRange,
} from '../http/ranges.ts';
import { forbidsContent } from '../http/status.ts';
import { currentAgeSeconds } from './policy/age.ts';
import type { StoredHead, StoredResponse } from './stored-response.ts';

/** Which part of the stored content a reply has. */
export type ContentPart =
  | { readonly kind: 'none' }
  | { readonly kind: 'whole' }
  | { readonly kind: 'range'; readonly range: ByteRange };

/** A reply whose content is still to be taken from the store or from a fill. */
export interface PartialReply {
  readonly head: ResponseHead;
  readonly part: ContentPart;
}

/** A complete reply; it fits the viewer's `ViewerReply`. */
export interface StoredReply {
  readonly head: ResponseHead;
  readonly content: Content;
}

const NONE: ContentPart = { kind: 'none' };
const WHOLE: ContentPart = { kind: 'whole' };

/** RFC 9110 §15.4.5: metadata of the representation is left out of a 304, but for what guides cache updates. */
const NOT_IN_304: ReadonlySet<string> = new Set([
  'content-encoding',
  'content-language',
  'content-length',
  'content-range',
  'content-type',
]);
const CONTENT_LENGTH: ReadonlySet<string> = new Set(['content-length']);

function withAge(fields: Fields, stored: StoredHead, now: EpochMs): string[] {
  const copy = fields.slice();
  copy.push('Age', String(currentAgeSeconds(stored, now)));
  return copy;
}

/**
 * The head of the reply to a GET or HEAD, and which content goes with it. `lengthBytes` is the length of the content, where it
 * is known: without it a Range is ignored, as RFC 9110 §14.2 allows.
 */
export function replyHead(
  request: RequestHead,
  stored: StoredHead,
  lengthBytes: number | undefined,
  now: EpochMs,
): PartialReply {
  // RFC 9110 §13.2.1: preconditions count only where the answer would otherwise be 2xx.
  if (stored.status >= 200 && stored.status < 300 && isConditional(request.fields)) {
    const reply = conditionalReply(request, stored, now);
    if (reply !== undefined) return reply;
  }
  if (stored.status === 200 && lengthBytes !== undefined && request.method === 'GET') {
    const value = fieldValue(request.fields, 'range');
    if (value !== undefined) {
      const reply = rangeReply(request, stored, { value, lengthBytes }, now);
      if (reply !== undefined) return reply;
    }
  }
  const fields = withAge(stored.fields, stored, now);
  const head = { status: stored.status, reason: stored.reason, fields };
  const isEmpty = request.method === 'HEAD' || forbidsContent(stored.status);
  return { head, part: isEmpty ? NONE : WHOLE };
}

function conditionalReply(
  request: RequestHead,
  stored: StoredHead,
  now: EpochMs,
): PartialReply | undefined {
  const lastModifiedAt = parseHttpDate(stored.lastModified, now) ?? stored.dateAt;
  const entityTag = stored.entityTag === undefined ? undefined : parseEntityTag(stored.entityTag);
  const result = evaluatePreconditions(request, { entityTag, lastModifiedAt }, now);
  if (result === 'proceed') return undefined;
  if (result === 'not-modified') {
    const fields = withAge(withoutFields(stored.fields, NOT_IN_304), stored, now);
    return { head: { status: 304, reason: 'Not Modified', fields }, part: NONE };
  }
  const fields = ['Content-Length', '0'];
  return { head: { status: 412, reason: 'Precondition Failed', fields }, part: NONE };
}

function rangeReply(
  request: RequestHead,
  stored: StoredHead,
  asked: { readonly value: string; readonly lengthBytes: number },
  now: EpochMs,
): PartialReply | undefined {
  const { lastModified, dateAt } = stored;
  const entityTag = stored.entityTag === undefined ? undefined : parseEntityTag(stored.entityTag);
  if (!ifRangeHolds(request.fields, { entityTag, lastModified, dateAt }, now)) return undefined;
  // Several Range lines cannot be one request for ranges.
  if (fieldValues(request.fields, 'range').length > 1) return undefined;
  const result = parseRange(asked.value, asked.lengthBytes);
  switch (result.kind) {
    case 'whole':
      return undefined;
    case 'unsatisfiable': {
      const unsatisfied = formatUnsatisfiedRange(asked.lengthBytes);
      const fields = ['Content-Range', unsatisfied, 'Content-Length', '0'];
      return { head: { status: 416, reason: 'Range Not Satisfiable', fields }, part: NONE };
    }
    case 'partial': {
      const { range } = result;
      const fields = withAge(withoutFields(stored.fields, CONTENT_LENGTH), stored, now);
      fields.push('Content-Range', formatContentRange(range, asked.lengthBytes));
      fields.push('Content-Length', String(range.last - range.first + 1));
      const head = { status: 206, reason: 'Partial Content', fields };
      return { head, part: { kind: 'range', range } };
    }
    default:
      return assertNever(result);
  }
}

/** The reply to a GET or HEAD from a complete stored response. */
export function respondFromStored(
  request: RequestHead,
  stored: StoredResponse,
  now: EpochMs,
): StoredReply {
  const { head, part } = replyHead(request, stored, stored.content.byteLength, now);
  switch (part.kind) {
    case 'none':
      return { head, content: NO_CONTENT };
    case 'whole':
      return { head, content: { kind: 'bytes', bytes: stored.content } };
    case 'range': {
      const bytes = stored.content.subarray(part.range.first, part.range.last + 1);
      return { head, content: { kind: 'bytes', bytes } };
    }
    default:
      return assertNever(part);
  }
}
