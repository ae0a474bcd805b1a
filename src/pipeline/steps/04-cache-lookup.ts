import { assertNever } from '../../base/assert.ts';
import { EdgeError } from '../../base/edge-error.ts';
import type { Fill } from '../../cache/fill.ts';
import type { Lookup } from '../../cache/http-cache.ts';
import { fieldValue } from '../../http/fields.ts';
import { refreshExchange } from '../create-exchange.ts';
import { discardContent } from '../custom-error-page.ts';
import type { Exchange } from '../exchange.ts';
import { serveFill, serveStored } from '../serve.ts';

type Next = 'viewerResponse' | 'originRequest' | 'fail';

/**
 * Runs after the viewer-request hook: the key is final from here on. A hit is answered in the same turn. A miss leads a fill,
 * or follows one under way; what cannot be stored goes on alone. Default for everything else: `originRequest`.
 */
export function cacheLookup(exchange: Exchange): Next | Promise<Next> {
  const { edge, request, behavior } = exchange;
  const host = fieldValue(request.fields, 'host') ?? '';
  const query = edge.cache.query(behavior.cachePolicy, host, request);
  exchange.query = query;
  const lookup = edge.cache.lookup(query);
  if (lookup instanceof Promise) return lookup.then((found) => decide(exchange, found));
  return decide(exchange, lookup);
}

function decide(exchange: Exchange, lookup: Lookup): Next | Promise<Next> {
  exchange.lookup = lookup;
  const { note, edge } = exchange;
  switch (lookup.kind) {
    case 'hit':
      edge.events.lookup('hit');
      serveStored(exchange, lookup.stored, lookup.freshForSeconds);
      return 'viewerResponse';
    case 'stale':
      return decideStale(exchange, lookup);
    case 'miss':
      edge.events.lookup('miss');
      note.forward = lookup.reason;
      return joinFill(exchange, lookup, true);
    case 'unsatisfied':
      edge.events.lookup('miss');
      exchange.failure = new EdgeError(
        'EDGE_CACHE_UNSATISFIED',
        `Cannot serve "${exchange.request.path}" from the cache: nothing usable is stored`,
      );
      return 'fail';
    case 'bypass':
      edge.events.lookup('bypass');
      note.forward = lookup.reason === 'method' ? 'method' : 'bypass';
      return 'originRequest';
    default:
      return assertNever(lookup);
  }
}

function decideStale(
  exchange: Exchange,
  lookup: Extract<Lookup, { kind: 'stale' }>,
): Next | Promise<Next> {
  const { note, edge } = exchange;
  edge.events.lookup('stale');
  exchange.stale = lookup.stored;
  switch (lookup.handling) {
    case 'validate':
      note.forward = lookup.reason === 'request' ? 'request' : 'stale';
      return joinFill(exchange, lookup, true);
    case 'while-revalidating':
      serveStored(exchange, lookup.stored, lookup.freshForSeconds);
      note.detail = 'stale-while-revalidate';
      refresh(exchange, lookup);
      return 'viewerResponse';
    case 'origin-failing':
      serveStored(exchange, lookup.stored, lookup.freshForSeconds);
      note.detail = 'stale-if-error';
      return 'viewerResponse';
    default:
      return assertNever(lookup.handling);
  }
}

/** Refreshes what is stored while its stale response is sent; one at a time for each response. */
function refresh(exchange: Exchange, lookup: Lookup): void {
  const { edge, query } = exchange;
  if (query === undefined) return;
  const get = { ...query, request: { ...query.request, method: 'GET' } };
  const fill = edge.cache.joinInBackground(get, lookup);
  if (fill === undefined) return;
  const background = refreshExchange(exchange);
  background.query = get;
  background.request = get.request;
  background.fill = fill;
  // Nobody reads the response: what is not stored of it must not hold up the origin.
  void Promise.resolve(edge.run(background, 'originRequest')).then(discardContent, () => undefined);
}

function joinFill(exchange: Exchange, lookup: Lookup, mayRetry: boolean): Next | Promise<Next> {
  const { edge, query } = exchange;
  const joined = query === undefined ? undefined : edge.cache.join(query, lookup);
  if (joined === undefined) return 'originRequest';
  if (joined.role === 'leader') {
    exchange.fill = joined.fill;
    return 'originRequest';
  }
  return follow(exchange, joined.fill, mayRetry);
}

/** Waits for the leader. What it cannot give, the follower fetches itself, in parallel with all others. */
async function follow(exchange: Exchange, fill: Fill, mayRetry: boolean): Promise<Next> {
  const { edge, note } = exchange;
  const filled = await fill.head;
  switch (filled.kind) {
    case 'shared':
      if (!fill.matches(exchange.request)) return goAlone(exchange, fill, mayRetry);
      edge.events.lookup('collapsed');
      serveFill(exchange, fill, filled.head);
      exchange.result = filled.head.status >= 400 ? 'Error' : 'Hit';
      break;
    case 'stored':
      if (!fill.matches(exchange.request)) return goAlone(exchange, fill, mayRetry);
      fill.leave();
      edge.events.lookup('collapsed');
      serveStored(exchange, filled.stored, 0);
      break;
    case 'notShared':
      return goAlone(exchange, fill, mayRetry);
    case 'failed':
      fill.leave();
      exchange.failure = filled.error;
      return 'fail';
    default:
      return assertNever(filled);
  }
  note.ttlSeconds = undefined;
  note.collapsed = true;
  return 'viewerResponse';
}

function goAlone(exchange: Exchange, fill: Fill, mayRetry: boolean): Next | Promise<Next> {
  fill.leave();
  const { lookup } = exchange;
  return mayRetry && lookup !== undefined ? joinFill(exchange, lookup, false) : 'originRequest';
}
