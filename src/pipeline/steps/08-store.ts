import { pump } from '../../cache/fill.ts';
import type { CacheQuery, OriginExchange } from '../../cache/http-cache.ts';
import type { Admission } from '../../cache/policy/admission.ts';
import { freshForSeconds } from '../../cache/policy/reuse.ts';
import { selectValidated } from '../../cache/policy/revalidation.ts';
import { respondFromStored } from '../../cache/respond.ts';
import type { StoredResponse } from '../../cache/stored-response.ts';
import { type Fields, fieldValue, hasField, withoutFields } from '../../http/fields.ts';
import type { Content, ResponseHead } from '../../http/message.ts';
import { customErrorRule } from '../custom-error-page.ts';
import type { Exchange, OriginLeg, PendingResponse } from '../exchange.ts';
import { serveFill } from '../serve.ts';

const AGE: ReadonlySet<string> = new Set(['age']);

/**
 * Runs on every response of an origin, or one that the origin-request hook generated, before the viewer-response hook. A 304 to our own
 * validation becomes the freshened response; a response that may be stored is pumped into the fill, from which its viewer
 * and all that wait read it; everything else passes through untouched. Goes back to `originRequest` only when a 304 is about
 * nothing that is stored.
 */
export function store(exchange: Exchange): 'viewerResponse' | 'originRequest' {
  const { response, origin, query } = exchange;
  if (response === undefined || origin === undefined || query === undefined)
    return 'viewerResponse';
  const { head } = response;
  exchange.result = resultOf(head, origin);
  exchange.note.forwardStatus = head.status;
  if (head.status === 304 && origin.validates) return useValidation(exchange, head, origin);
  if (exchange.fill !== undefined)
    fillFrom(
      exchange,
      response,
      originExchange(exchange, response.head, knownLength(response.content, response.head)),
    );
  else afterPassing(exchange, response);
  return 'viewerResponse';
}

function resultOf(head: ResponseHead, origin: OriginLeg): Exchange['result'] {
  if (origin.generated) return 'LambdaGeneratedResponse';
  return head.status >= 400 ? 'Error' : 'Miss';
}

function originExchange(
  exchange: Exchange,
  head: ResponseHead,
  lengthBytes: number | undefined,
): OriginExchange {
  const { origin, request } = exchange;
  const rule = customErrorRule(exchange, head.status);
  const now = exchange.edge.clock.now();
  return {
    response: head,
    times: origin?.times ?? { requestedAt: now, respondedAt: now },
    authorizationForwarded:
      hasField(request.fields, 'authorization') &&
      hasField(origin?.request.fields ?? [], 'authorization'),
    ...(lengthBytes !== undefined && { lengthBytes }),
    ...(rule && { errorMinTtlSeconds: rule.cachingMinTtlSeconds }),
  };
}

function knownLength(content: Content, head: ResponseHead): number | undefined {
  switch (content.kind) {
    case 'none':
      return 0;
    case 'bytes':
      return content.bytes.byteLength;
    case 'stream': {
      const declared = fieldValue(head.fields, 'content-length');
      return content.lengthBytes ?? (declared === undefined ? undefined : Number(declared));
    }
    default:
      return content satisfies never;
  }
}

function fillFrom(exchange: Exchange, response: PendingResponse, facts: OriginExchange): void {
  const { edge, fill, query, note, stale } = exchange;
  if (fill === undefined || query === undefined) return;
  exchange.fill = undefined;
  const admission = edge.cache.admit(query, facts);
  noteAdmission(exchange, admission);
  // What is stored is out of date, also when its successor cannot take its place.
  const superseded = response.head.status < 500 ? stale : undefined;
  edge.cache.begin(fill, admission, {
    ...(facts.lengthBytes !== undefined && { lengthBytes: facts.lengthBytes }),
    ...(superseded && { superseded }),
  });
  if (admission.kind === 'notStored') {
    fill.leave();
    return;
  }
  note.ttlSeconds = freshForSeconds(admission.head, edge.clock.now());
  serveFill(exchange, fill, admission.head);
  asFetched(exchange, facts.response, admission.withheldFields);
  pump(response.content, fill);
}

function noteAdmission(exchange: Exchange, admission: Admission): void {
  exchange.edge.events.admitted(admission.kind === 'stored' ? 'stored' : admission.reason);
  if (admission.kind === 'stored') exchange.note.stored = true;
  else exchange.notStored = admission.reason;
}

function useValidation(
  exchange: Exchange,
  head: ResponseHead,
  origin: OriginLeg,
): 'viewerResponse' | 'originRequest' {
  const { edge, query, fill } = exchange;
  const stored = selectValidated(candidatesOf(exchange), head);
  if (stored === undefined || query === undefined) {
    // RFC 9111 §4.3.4: a 304 that selects nothing must not be used; the request goes out again without preconditions.
    exchange.stale = undefined;
    exchange.lookup = undefined;
    exchange.origin = undefined;
    return 'originRequest';
  }
  const freshening = edge.cache.freshen(
    query,
    stored,
    { response: head, times: origin.times },
    fill,
  );
  fill?.leave();
  exchange.fill = undefined;
  const now = edge.clock.now();
  exchange.response = respondFromStored(exchange.request, freshening.updated, now);
  asFetched(exchange, head, freshening.kind === 'freshened' ? freshening.withheldFields : []);
  exchange.result = 'RefreshHit';
  exchange.note.stored = freshening.kind === 'freshened';
  exchange.note.ttlSeconds = freshForSeconds(freshening.updated, now);
  return 'viewerResponse';
}

/**
 * Gives the request that fetched the response what is not for others. RFC 9111 §5.1: Age tells that the origin did not generate or
 * validate the response for this request; here it just did.
 */
function asFetched(exchange: Exchange, received: ResponseHead, withheld: Fields): void {
  const { response } = exchange;
  if (response === undefined) return;
  const { fields } = response.head;
  const aged = hasField(received.fields, 'age') ? fields : withoutFields(fields, AGE);
  const own = withheld.length === 0 ? aged : [...aged, ...withheld];
  exchange.response = { head: { ...response.head, fields: own }, content: response.content };
}

function candidatesOf(exchange: Exchange): readonly StoredResponse[] {
  if (exchange.stale !== undefined) return [exchange.stale];
  return exchange.lookup?.kind === 'miss' ? exchange.lookup.candidates : [];
}

/** RFC 9110 §9.3.3: the response to a POST may answer later GETs, when it says so. */
function storePosted(exchange: Exchange, response: PendingResponse, query: CacheQuery): void {
  const { head, content } = response;
  const facts = originExchange(exchange, head, knownLength(content, head));
  const fill = exchange.edge.cache.beginPosted(query, facts);
  if (fill === undefined) return;
  exchange.note.stored = true;
  exchange.response = { head, content: fill.content() };
  pump(content, fill);
}

/** A response that no fill carries: nothing is stored, but it may say something about what is. */
function afterPassing(exchange: Exchange, response: PendingResponse): void {
  const { edge, query, request, stale } = exchange;
  if (query === undefined) return;
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    edge.cache.invalidate(query, response.head);
    storePosted(exchange, response, query);
    return;
  }
  if (request.method === 'HEAD' && stale !== undefined) {
    edge.cache.freshenFromHead(query, stale, originExchange(exchange, response.head, undefined));
  }
}
