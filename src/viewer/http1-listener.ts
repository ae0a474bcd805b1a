import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { EdgeError, toEdgeError } from '../base/edge-error.ts';
import type { ErrorPage } from '../http/error-page.ts';
import { Http1Connection } from './http1-connection.ts';
import { Http1Exchange, SERVED_METHODS } from './http1-exchange.ts';
import { type ListenerCore, listenerPage } from './listener-core.ts';
import { refusalOfBytes, wholeResponse } from './refused-bytes.ts';
import { emptySurvey, surveyHead } from './request-head.ts';
import type { ViewerListener, ViewerListenerOptions } from './viewer-listener.ts';

// The parser counts names and values without separators; it only has to stop what our own count never gets to see.
const PARSER_MARGIN_BYTES = 1_024;
const MAX_CHECK_INTERVAL_MS = 5_000;
const MIN_CHECK_INTERVAL_MS = 50;

const ignore = (): void => undefined;

function openServer(options: ViewerListenerOptions): Server {
  const { limits } = options;
  const server = createServer({
    maxHeaderSize: limits.maxHeaderBytes + PARSER_MARGIN_BYTES,
    insecureHTTPParser: false,
    // Checked with the other rules about Host, and answered with a page.
    requireHostHeader: false,
    headersTimeout: limits.headersTimeoutMs,
    // Content may take as long as it likes while it moves; the idle time bounds it.
    requestTimeout: 0,
    connectionsCheckingInterval: Math.max(
      MIN_CHECK_INTERVAL_MS,
      Math.min(limits.headersTimeoutMs / 2, MAX_CHECK_INTERVAL_MS),
    ),
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    noDelay: true,
  });
  server.timeout = limits.idleTimeoutMs;
  server.maxConnections = limits.maxConnections;
  // 0 = no limit on their number; otherwise Node drops the lines beyond it without a word. Their size is limited.
  server.maxHeadersCount = 0;
  return server;
}

/** The HTTP/1.1 listener: Node's parser and framing, and everything around it that a public door needs. */
export class Http1Listener implements ViewerListener {
  readonly #core: ListenerCore;
  readonly #server: Server;
  readonly #connections = new Map<Socket, Http1Connection>();
  readonly #survey = emptySurvey();

  constructor(options: ViewerListenerOptions) {
    this.#core = { options, requestsInFlight: 0, draining: false };
    this.#server = openServer(options);
    this.#server.on('connection', this.#onConnection);
    this.#server.on('request', this.#onRequest);
    this.#server.on('checkContinue', this.#onCheckContinue);
    // RFC 9110 §10.1.1: an expectation that is not known may be ignored.
    this.#server.on('checkExpectation', this.#onRequest);
    this.#server.on('connect', this.#onConnect);
    this.#server.on('clientError', this.#onClientError);
    this.#server.on('timeout', this.#onTimeout);
    this.#server.on('drop', () => options.onConnectionRefused?.());
  }

  get connections(): number {
    return this.#connections.size;
  }

  get requestsInFlight(): number {
    return this.#core.requestsInFlight;
  }

  listen(): Promise<AddressInfo> {
    const { listener, listenFd } = this.#core.options;
    const { host, port } = listener;
    const { promise, resolve, reject } = Promise.withResolvers<AddressInfo>();
    const onError = (cause: Error): void => {
      const address = `${host}:${port}`;
      const message = `Cannot listen on "${address}": ${cause.message}`;
      reject(new EdgeError('EDGE_APP_LISTEN', message, { cause }));
    };
    this.#server.once('error', onError);
    this.#server.listen(listenFd === undefined ? { host, port } : { fd: listenFd }, () => {
      this.#server.off('error', onError);
      resolve(this.#server.address() as AddressInfo);
    });
    return promise;
  }

  drain(timeoutMs: number): Promise<void> {
    this.#core.draining = true;
    const closed = this.#stopAccepting();
    const timer = setTimeout(() => this.#destroyConnections(), timeoutMs);
    return closed.finally(() => clearTimeout(timer));
  }

  close(): Promise<void> {
    const closed = this.#stopAccepting();
    this.#destroyConnections();
    return closed;
  }

  #stopAccepting(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    // It reports an error only if the server was not open, and then there is nothing to wait for.
    this.#server.close(() => resolve());
    return promise;
  }

  #destroyConnections(): void {
    for (const connection of this.#connections.values()) connection.destroy();
  }

  readonly #onConnection = (socket: Socket): void => {
    const connection = new Http1Connection(socket);
    this.#connections.set(socket, connection);
    const { onConnections, onConnectionClosed } = this.#core.options;
    socket.once('close', () => {
      this.#connections.delete(socket);
      connection.onClosed();
      onConnectionClosed?.(this.#connections.size);
    });
    onConnections?.(this.#connections.size);
  };

  readonly #onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    this.#serve(request, response, false);
  };

  readonly #onCheckContinue = (request: IncomingMessage, response: ServerResponse): void => {
    this.#serve(request, response, true);
  };

  #serve(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void {
    const connection = this.#connections.get(request.socket);
    // A request that follows the last reply of its connection must not have effects that nobody is told about.
    if (connection === undefined || connection.closing) return;
    const exchange = new Http1Exchange(this.#core, connection, request, response);
    this.#core.requestsInFlight += 1;
    connection.add(exchange);
    surveyHead(this.#survey, exchange.method, exchange.target, exchange.fields);
    const refusal = exchange.readHead(this.#survey, expectsContinue);
    if (refusal !== undefined) exchange.whenItsTurn(() => exchange.refuse(refusal));
    else if (exchange.path === '') exchange.whenItsTurn(() => exchange.answerOptions());
    else exchange.whenItsTurn(this.#handle);
    connection.advance();
  }

  readonly #handle = (exchange: Http1Exchange): void => {
    try {
      const reply = this.#core.options.handle(exchange, exchange);
      if (reply instanceof Promise) exchange.replyLater(reply);
      else exchange.reply(reply);
    } catch (thrown) {
      exchange.refuse(toEdgeError(thrown));
    }
  };

  readonly #onConnect = (_request: IncomingMessage, stream: Duplex): void => {
    // The parser has let go of the socket, and with it of the listener that kept errors from being uncaught.
    const socket = stream as Socket;
    const connection = this.#connections.get(socket);
    socket.on('error', ignore);
    const message = 'Cannot serve CONNECT: this is not a forward proxy';
    const page = listenerPage(this.#core, new EdgeError('EDGE_VIEWER_BAD_REQUEST', message));
    const fields = [...page.head.fields, 'Allow', SERVED_METHODS];
    const head = { status: 405, reason: 'Method Not Allowed', fields };
    connection?.refuse(wholeResponse(head, page.bytes, this.#core.options.clock.now()));
  };

  readonly #onClientError = (thrown: Error, socket: Socket): void => {
    const connection = this.#connections.get(socket);
    if (connection === undefined) {
      socket.destroy();
      return;
    }
    const refusal = refusalOfBytes(thrown, socket, this.#core.options.limits);
    if (refusal === 'ignore' || connection.closing) return;
    if (refusal === 'destroy') connection.destroy();
    else if (!connection.onBroken(refusal)) this.#refuseBytes(connection, refusal);
  };

  #refuseBytes(connection: Http1Connection, error: EdgeError): void {
    const page: ErrorPage = listenerPage(this.#core, error);
    connection.refuse(wholeResponse(page.head, page.bytes, this.#core.options.clock.now()));
    this.#core.options.onReplied?.(
      {
        status: page.head.status,
        contentBytesSent: page.bytes.length,
        outcome: 'complete',
        error,
      },
      undefined,
      undefined,
    );
  }

  readonly #onTimeout = (socket: Socket): void => {
    const connection = this.#connections.get(socket);
    if (connection === undefined) socket.destroy();
    else connection.onIdle(this.#contentTimeout);
  };

  readonly #contentTimeout = (): EdgeError => {
    const { idleTimeoutMs } = this.#core.options.limits;
    const found = `the viewer sent nothing for ${idleTimeoutMs} ms`;
    return new EdgeError('EDGE_VIEWER_TIMEOUT', `Cannot read the request content: ${found}`);
  };
}
