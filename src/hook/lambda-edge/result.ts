import { invariant } from '../../base/assert.ts';
import type { EdgeError } from '../../base/edge-error.ts';
import type { Fields } from '../../http/fields.ts';
import type { ResponseHead } from '../../http/message.ts';
import { addedLines } from '../../wire/added-lines.ts';
import { decodeResult, isEcho } from '../../wire/event-codec.ts';
import { type HookEvent, isRequestPoint } from './event.ts';
import { sizeLimitsAt } from './limits.ts';
import { tooLarge } from './read-body.ts';
import { plainlyAdded } from './read-headers.ts';
import { type RequestChanges, type ReturnedRequest, readReturnedRequest } from './read-request.ts';
import {
  type GeneratedResponse,
  type ReturnedContent,
  type ReturnedResponse,
  readGeneratedResponse,
  readPassedResponse,
} from './read-response.ts';
import { isRefusal, type Read, type Refusal, refusalError } from './refusal.ts';
import { describeValue, isMembers } from './text.ts';

export type { RequestChanges, ReturnedRequest } from './read-request.ts';
export type { GeneratedResponse, ReturnedContent, ReturnedResponse } from './read-response.ts';

/**
 * What a hook decided. `warnings` name what was accepted although CloudFront's documentation
 * forbids it or does not say; they belong in one log line.
 */
export type HookVerdict = HookDecision | { readonly kind: 'refused'; readonly error: EdgeError };

/** A verdict that can be followed. */
export type HookDecision =
  | {
      readonly kind: 'continue-request';
      readonly request: ReturnedRequest;
      readonly changed: RequestChanges;
      readonly warnings: readonly string[];
    }
  | {
      readonly kind: 'continue-response';
      readonly response: ReturnedResponse;
      readonly warnings: readonly string[];
    }
  | {
      readonly kind: 'respond';
      readonly response: GeneratedResponse;
      readonly warnings: readonly string[];
    };

const NO_CHANGES: RequestChanges = {
  path: false,
  query: false,
  fields: false,
  body: false,
  origin: false,
};
const FIELDS_CHANGED: RequestChanges = { ...NO_CHANGES, fields: true };
const NO_WARNINGS: readonly string[] = [];
const KEEP: ReturnedContent = { kind: 'keep' };

/**
 * Reads the text that a guest returned for an event: {@link decodeResult}, then {@link
 * readHookResult}. A result that repeats the event, or repeats it and adds ordinary headers, is
 * recognised by its text, without decoding.
 */
export function readHookResultText(
  text: string,
  event: HookEvent,
  functionName: string,
): HookVerdict {
  if (isEcho(text, event.encoded)) return passed(event, undefined);
  const { point } = event.input;
  const limit = sizeLimitsAt(point).resultCharacters;
  if (text.length > limit) {
    const found = `the result is ${text.length} characters long`;
    const refusal = tooLarge('result-size', found, text.length, limit);
    return { kind: 'refused', error: refusalError(refusal, functionName, point) };
  }
  return withAddedHeaders(text, event) ?? readDecoded(text, event, functionName);
}

function readDecoded(text: string, event: HookEvent, functionName: string): HookVerdict {
  let raw: unknown;
  try {
    raw = decodeResult(text);
  } catch (error) {
    // Only a guest that was tampered with sends such a text. The refusal says what was wrong with
    // it.
    const found = error instanceof Error ? error.message : String(error);
    const refusal: Refusal = { rule: 'result-shape', found, expected: 'a result of the guest' };
    return { kind: 'refused', error: refusalError(refusal, functionName, event.input.point) };
  }
  return readHookResult(raw, event, functionName);
}

/** The short way for what most functions do; `undefined` when the result has to be read in full. */
function withAddedHeaders(text: string, event: HookEvent): HookDecision | undefined {
  const added = addedLines(text, event.encoded);
  if (added === undefined) return undefined;
  const { input, flat } = event;
  const delivered =
    flat.response === undefined || input.response === undefined
      ? { fields: input.request.fields, lines: flat.request.headers }
      : { fields: input.response.fields, lines: flat.response.headers };
  const fields = plainlyAdded(added, delivered, input.point);
  return fields === undefined ? undefined : passed(event, fields);
}

/** What was delivered, whole or with other fields. */
function passed(event: HookEvent, changedFields: Fields | undefined): HookDecision {
  const { request, response, origin, point } = event.input;
  if (response === undefined || isRequestPoint(point)) {
    const { path, query } = request;
    const fields = changedFields ?? request.fields;
    return {
      kind: 'continue-request',
      request: { path, query, fields, ...(origin === undefined ? undefined : { origin }) },
      changed: changedFields === undefined ? NO_CHANGES : FIELDS_CHANGED,
      warnings: NO_WARNINGS,
    };
  }
  const { status, reason } = response;
  const fields = changedFields ?? response.fields;
  return {
    kind: 'continue-response',
    response: { status, reason, fields, body: KEEP },
    warnings: NO_WARNINGS,
  };
}

/**
 * Reads what a function returned for an event. The only reader of what comes out of an isolate:
 * `raw` may be anything that JSON can say. Every rule of the hook point is checked on what was
 * changed; the first that is broken makes the verdict `refused`, with `EDGE_HOOK_VALIDATION` and a
 * message that names the rule, the member or header, and the value.
 */
export function readHookResult(raw: unknown, event: HookEvent, functionName: string): HookVerdict {
  const { point } = event.input;
  const decision = isRequestPoint(point) ? readAtRequest(raw, event) : readAtResponse(raw, event);
  if (!isRefusal(decision)) return decision;
  return { kind: 'refused', error: refusalError(decision, functionName, point) };
}

/** A result with a `status` is a response, whatever else it holds. */
function readAtRequest(raw: unknown, event: HookEvent): Read<HookDecision> {
  if (!isMembers(raw)) return wrongResult(raw, 'a request or a response');
  if (raw['status'] !== undefined) {
    const read = readGeneratedResponse(raw, event.input.point);
    return isRefusal(read) ? read : { kind: 'respond', ...read };
  }
  if (raw['uri'] === undefined) {
    return wrongResult(raw, 'a request (with "uri") or a response (with "status")');
  }
  const read = readReturnedRequest(raw, event);
  return isRefusal(read) ? read : { kind: 'continue-request', ...read };
}

function readAtResponse(raw: unknown, event: HookEvent): Read<HookDecision> {
  if (!isMembers(raw) || raw['status'] === undefined) {
    return wrongResult(raw, 'a response (with "status")');
  }
  const read = readPassedResponse(raw, event, deliveredResponse(event));
  return isRefusal(read) ? read : { kind: 'continue-response', ...read };
}

function deliveredResponse(event: HookEvent): ResponseHead {
  const { response } = event.input;
  invariant(response !== undefined, 'an event of a response hook point holds a response');
  return response;
}

function wrongResult(raw: unknown, expected: string): Refusal {
  const found =
    raw === null
      ? 'it is null (a handler that returns undefined gives null)'
      : `it is ${describeValue(raw)}`;
  return { rule: 'result-shape', found, expected };
}
