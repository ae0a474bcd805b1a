import type { EdgeError } from '../../base/edge-error.ts';
import { toEdgeError } from '../../base/edge-error.ts';
import { respondFromStored } from '../../cache/respond.ts';
import type { BehaviorConfig } from '../../config/config.ts';
import { type Fields, fieldValue, withoutFields } from '../../http/fields.ts';
import { failoverDecision, type OriginOutcome } from '../../origin/failover.ts';
import type { OriginResponse } from '../../origin/origin-client.ts';
import { finalOriginFields } from '../../origin/request-fields.ts';
import { originResponseFields } from '../../origin/response-fields.ts';
import { customErrorRule, discardContent } from '../custom-error-page.ts';
import type { Exchange, OriginLeg } from '../exchange.ts';
import { originGroupOf } from '../origin-leg.ts';

type Next = 'originResponse' | 'originRequest' | 'viewerResponse' | 'fail';

/**
 * Runs after the origin-request hook. Sends the request and waits for the head of the response. An origin of a group that fails makes way
 * for the next (`originRequest` again); a stored response that may be used stale takes the place of a failure or of a 5xx
 * (`viewerResponse`).
 */
export async function originFetch(exchange: Exchange): Promise<Next> {
  const leg = exchange.origin;
  if (leg === undefined) return 'fail';
  const startedMs = performance.now();
  try {
    const response = await send(exchange, leg);
    noteOrigin(exchange, leg, String(response.head.status), startedMs);
    return accept(exchange, leg, response);
  } catch (thrown) {
    const error = toEdgeError(thrown);
    noteOrigin(exchange, leg, error.code, startedMs);
    return afterFailure(exchange, error);
  }
}

function send(exchange: Exchange, leg: OriginLeg): Promise<OriginResponse> {
  const { edge, fill, presence } = exchange;
  // A response that others wait for, or that will be stored, does not end with the viewer that asked first.
  const signal = fill === undefined ? presence.signal : fill.abandoned;
  const { method, path, query, fields } = leg.request;
  return edge.origins.fetch(
    {
      target: leg.target,
      method,
      path,
      query,
      fields: finalOriginFields(fields, leg.target.headers),
      content: leg.content,
    },
    signal,
  );
}

function noteOrigin(exchange: Exchange, leg: OriginLeg, outcome: string, startedMs: number): void {
  const elapsedMs = performance.now() - startedMs;
  exchange.originMs = (exchange.originMs ?? 0) + elapsedMs;
  exchange.edge.events.originReplied(leg.originName, outcome, elapsedMs / 1000);
}

/** Fields that this edge writes itself: those of an edge behind us would contradict it. */
const OWN_FIELDS: ReadonlySet<string> = new Set(['x-cache', 'x-request-id', 'x-amz-cf-id']);

const OWN_FIELDS_AND_COOKIES: ReadonlySet<string> = new Set([...OWN_FIELDS, 'set-cookie']);

function cleanFields(fields: Fields, behavior: BehaviorConfig): Fields {
  const unwanted = forwardsCookies(behavior) ? OWN_FIELDS : OWN_FIELDS_AND_COOKIES;
  const clean = originResponseFields(fields);
  const hasUnwanted = [...unwanted].some((name) => fieldValue(clean, name) !== undefined);
  return hasUnwanted ? withoutFields(clean, unwanted) : clean;
}

/** CloudFront developer guide: an origin that gets no cookies under a CloudFront policy does not set any either. */
function forwardsCookies({ cachePolicy, originRequestPolicy }: BehaviorConfig): boolean {
  if (cachePolicy.kind !== 'cloudfront' || cachePolicy.cookies.kind !== 'none') return true;
  return originRequestPolicy !== undefined && originRequestPolicy.cookies.kind !== 'none';
}

function accept(exchange: Exchange, leg: OriginLeg, response: OriginResponse): Next {
  const { status, reason, fields } = response.head;
  leg.times = { requestedAt: response.requestSentAt, respondedAt: response.responseReceivedAt };
  exchange.response = {
    head: { status, reason, fields: cleanFields(fields, exchange.behavior) },
    content: response.content,
  };
  if (failsOver(exchange, { kind: 'response', status })) return nextOrigin(exchange);
  if (status >= 500 && serveStale(exchange, status)) return 'viewerResponse';
  return 'originResponse';
}

function afterFailure(exchange: Exchange, error: EdgeError): Next {
  if (failsOver(exchange, { kind: 'failure', code: error.code })) return nextOrigin(exchange);
  if (error.source === 'origin' && serveStale(exchange, error.status)) return 'viewerResponse';
  exchange.failure = error;
  return 'fail';
}

function failsOver(exchange: Exchange, outcome: OriginOutcome): boolean {
  const group = originGroupOf(exchange);
  if (group === undefined || exchange.originIndex >= group.size - 1) return false;
  return failoverDecision(exchange.request.method, outcome, group.codes).kind === 'failover';
}

function nextOrigin(exchange: Exchange): 'originRequest' {
  discardContent(exchange);
  exchange.response = undefined;
  exchange.originIndex += 1;
  return 'originRequest';
}

/** RFC 5861 §4: the origin failed, and a stale response may be sent in its place. Those that wait get it as well. */
function serveStale(exchange: Exchange, status: number): boolean {
  const { edge, stale, query, note, fill } = exchange;
  if (stale === undefined || query === undefined) return false;
  if (edge.cache.mayServeStaleOnError(query, stale).kind !== 'allowed') return false;
  discardContent(exchange);
  edge.cache.noteOriginFailure(query, customErrorRule(exchange, status)?.cachingMinTtlSeconds);
  fill?.validated(stale);
  fill?.leave();
  exchange.fill = undefined;
  exchange.response = respondFromStored(exchange.request, stale, edge.clock.now());
  exchange.result = 'Hit';
  note.forwardStatus = status;
  note.detail = 'stale-if-error';
  return true;
}
