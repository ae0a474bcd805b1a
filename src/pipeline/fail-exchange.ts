import { toEdgeError } from '../base/edge-error.ts';
import { ERROR_TABLE } from '../base/error-codes.ts';
import { respondFromStored } from '../cache/respond.ts';
import { hookFailureOf } from '../hook/lambda-edge/failure.ts';
import { errorPage } from '../http/error-page.ts';
import { NO_CONTENT } from '../http/message.ts';
import { discardContent } from './custom-error-page.ts';
import type { Exchange } from './exchange.ts';

/**
 * The only place where a failure becomes a response. Ends the fill that this exchange led, so that nobody waits in vain; then serves what
 * is stored, if the hook that failed says `onFailure: "stale"`, else an error page with the status of the error table.
 */
export function failExchange(exchange: Exchange): 'viewerResponse' | 'reply' {
  const failure = exchange.failure ?? toEdgeError(new Error('A failure without an error'));
  const { edge, fill } = exchange;
  exchange.failure = failure;
  edge.events.failed(exchange);
  exchange.fill = undefined;
  discardContent(exchange);
  if (serveStale(exchange)) {
    if (exchange.stale !== undefined) fill?.validated(exchange.stale);
    fill?.leave();
    return 'viewerResponse';
  }
  fill?.fail(failure);
  fill?.leave();
  const page = errorPage({
    status: failure.status,
    message: ERROR_TABLE[failure.code].text,
    requestId: exchange.requestId,
    compat: edge.config.compat,
  });
  exchange.response = {
    head: page.head,
    content: exchange.viewer.method === 'HEAD' ? NO_CONTENT : { kind: 'bytes', bytes: page.bytes },
  };
  exchange.result = hookFailureOf(failure.code)?.word ?? 'Error';
  exchange.note.ttlSeconds = undefined;
  // A failure of the viewer-response hook is final: the hook does not run on its own error page.
  return failure.source === 'origin' ? 'viewerResponse' : 'reply';
}

function serveStale(exchange: Exchange): boolean {
  const { failure, stale, behavior, edge } = exchange;
  const point = failure?.facts['hookPoint'];
  if (stale === undefined || (point !== 'origin-request' && point !== 'origin-response'))
    return false;
  if (behavior.hooks[point]?.onFailure !== 'stale') return false;
  exchange.response = respondFromStored(exchange.request, stale, edge.clock.now());
  exchange.result = 'Hit';
  exchange.note.detail = 'hook-failed';
  return true;
}
