import { NO_CONTENT } from '../http/message.ts';
import type { ViewerPresence, ViewerRequest } from '../http/viewer-message.ts';
import type { Edge } from './edge.ts';
import type { Exchange } from './exchange.ts';
import { createRequestId } from './request-id.ts';

/** A fresh exchange for a viewer's request. Every member is there from the start, so that all exchanges have one shape. */
export function createExchange(
  edge: Edge,
  viewer: ViewerRequest,
  presence: ViewerPresence,
  purpose: Exchange['purpose'] = 'viewer',
): Exchange {
  const [first] = edge.behaviors;
  if (first === undefined) throw new Error('A configuration without behaviors');
  return {
    edge,
    viewer,
    presence,
    requestId: createRequestId(),
    behavior: first.config,
    request: viewer,
    content: viewer.content,
    query: undefined,
    lookup: undefined,
    stale: undefined,
    fill: undefined,
    originIndex: 0,
    origin: undefined,
    response: undefined,
    failure: undefined,
    notStored: undefined,
    result: 'Miss',
    note: {
      forward: undefined,
      forwardStatus: undefined,
      stored: false,
      collapsed: false,
      ttlSeconds: undefined,
      detail: undefined,
    },
    hookTimings: [],
    originMs: undefined,
    purpose,
  };
}

const NOBODY: ViewerPresence = { aborted: false, signal: new AbortController().signal };

/** An exchange that goes on without the viewer of `source`: to refresh what is stored while the stale response is sent. */
export function refreshExchange(source: Exchange): Exchange {
  const refresh = createExchange(
    source.edge,
    { ...source.viewer, content: NO_CONTENT },
    NOBODY,
    'refresh',
  );
  refresh.behavior = source.behavior;
  refresh.request = source.request;
  refresh.content = NO_CONTENT;
  refresh.query = source.query;
  refresh.lookup = source.lookup;
  refresh.stale = source.stale;
  return refresh;
}
