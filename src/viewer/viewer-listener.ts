import type { AddressInfo } from 'node:net';
import type { Clock } from '../base/clock.ts';
import type { HttpLimits, ListenerConfig } from '../config/config.ts';
import type { HandleRequest, OnReplied } from '../http/viewer-message.ts';
import { Http1Listener } from './http1-listener.ts';

/** What a viewer listener needs. The callbacks run on the request path: they must be short and must not throw. */
export interface ViewerListenerOptions {
  readonly listener: ListenerConfig;
  readonly limits: HttpLimits;
  /** A file descriptor that is bound already; then `listener` only names the address in messages. */
  readonly listenFd?: number;
  readonly clock: Clock;
  readonly handle: HandleRequest;
  readonly onReplied?: OnReplied;
  /** A connection was accepted; `open` includes it. */
  readonly onConnections?: (open: number) => void;
  /** A connection is closed; `open` does not include it. */
  readonly onConnectionClosed?: (open: number) => void;
  /** A connection was refused because the listener holds `limits.maxConnections`. */
  readonly onConnectionRefused?: () => void;
  /** Id printed on the error pages that the listener makes by itself. */
  readonly createRequestId?: () => string;
  /** The words on those pages. */
  readonly compat?: 'isoedge' | 'cloudfront';
}

/** A listening socket and the connections that it accepted. */
export interface ViewerListener {
  /** Opens the socket. Fails with EDGE_APP_LISTEN. */
  listen(): Promise<AddressInfo>;
  /**
   * Stops accepting, closes idle connections, marks the last reply of each other connection with `Connection: close`, and
   * resolves when none is left. Connections still open after `timeoutMs` are destroyed.
   */
  drain(timeoutMs: number): Promise<void>;
  /** Destroys everything at once. */
  close(): Promise<void>;
  /** Open connections. */
  readonly connections: number;
  /** Requests whose reply is not complete. */
  readonly requestsInFlight: number;
}

/** Makes a listener for the protocol that the configuration asks for; today HTTP/1.1 over TCP. */
export function createViewerListener(options: ViewerListenerOptions): ViewerListener {
  return new Http1Listener(options);
}
