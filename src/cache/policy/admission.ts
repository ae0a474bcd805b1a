/** The question whether a response may be stored (RFC 9111 §3), and its answer: every refusal has its reason. */
import type { CachePolicy } from '../../config/config.ts';
import { type Fields, hasField } from '../../http/fields.ts';
import type { RequestHead, ResponseHead } from '../../http/message.ts';
import type { CacheKey, StoredHead } from '../stored-response.ts';
import type { ExchangeTimes } from './age.ts';

/** Why a response is not stored. The closed list that logs, metrics and `Cache-Status` print. */
export type NotStoredReason =
  | 'method'
  | 'status'
  | 'partial'
  | 'no-store'
  | 'request-no-store'
  | 'must-understand'
  | 'private'
  | 'no-cache'
  | 'authorization'
  | 'vary-star'
  | 'set-cookie'
  | 'no-freshness'
  | 'too-large'
  | 'disabled';

/** The outcome. */
export type Admission =
  | {
      readonly kind: 'stored';
      readonly head: StoredHead;
      /** Fresh and free of validation duty, so requests that wait for it may have it too. */
      readonly shareable: boolean;
      /** Lines that only the request that fetched the response may have, such as those that `no-cache="…"` names. */
      readonly withheldFields: Fields;
    }
  | { readonly kind: 'notStored'; readonly reason: NotStoredReason };

/** One exchange with the origin, after the origin-response hook. */
export interface AdmissionInput {
  readonly key: CacheKey;
  readonly policy: CachePolicy;
  /** The request as the lookup saw it: after the viewer-request hook, before the origin-request hook. */
  readonly request: RequestHead;
  readonly response: ResponseHead;
  readonly times: ExchangeTimes;
  /** Length of the content where it is known. */
  readonly lengthBytes?: number;
  readonly maxResponseBytes: number;
  /** `cachingMinTtlSeconds` of the error response rule for this status, where the configuration has one. */
  readonly errorMinTtlSeconds?: number;
  /** Whether the origin got the viewer's Authorization; default: whether `request` has one. */
  readonly authorizationForwarded?: boolean;
}

/** A refusal. */
export function notStored(reason: NotStoredReason): Admission {
  return { kind: 'notStored', reason };
}

/** Whether the answer may depend on credentials of one viewer (RFC 9111 §3.5). */
export function isAuthorized(input: AdmissionInput): boolean {
  return input.authorizationForwarded ?? hasField(input.request.fields, 'authorization');
}

/** Whether the origin can be asked "is this still right?". */
export function hasValidator(fields: Fields): boolean {
  return hasField(fields, 'etag') || hasField(fields, 'last-modified');
}
