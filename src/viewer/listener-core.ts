import { randomUUID } from 'node:crypto';
import type { EdgeError } from '../base/edge-error.ts';
import { type ErrorPage, errorPage } from '../http/error-page.ts';
import type { ViewerListenerOptions } from './viewer-listener.ts';

/** What the connections and exchanges of one listener share. */
export interface ListenerCore {
  readonly options: ViewerListenerOptions;
  requestsInFlight: number;
  /** Set once: every reply from now on is the last of its connection. */
  draining: boolean;
}

/** The page for a request that ends before, or without, an answer of the pipeline. The message stays inside. */
export function listenerPage(core: ListenerCore, error: EdgeError): ErrorPage {
  const { createRequestId = randomUUID, compat = 'isoedge' } = core.options;
  const pages: Readonly<Record<string, string>> = {
    EDGE_VIEWER_BAD_REQUEST: 'Bad request',
    EDGE_VIEWER_URL_TOO_LONG: 'The URL is too long',
    EDGE_VIEWER_HEADERS_TOO_LARGE: 'The request headers are too large',
    EDGE_VIEWER_BODY_TOO_LARGE: 'The request body is too large',
    EDGE_VIEWER_TIMEOUT: 'The request did not arrive in time',
  };
  return errorPage({
    status: error.status,
    message: pages[error.code] ?? 'The request could not be answered',
    requestId: createRequestId(),
    xCache: `Error from ${compat}`,
    compat,
  });
}
