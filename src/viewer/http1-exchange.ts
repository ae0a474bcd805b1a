import type { IncomingMessage, ServerResponse } from 'node:http';
import { assertNever } from '../base/assert.ts';
import type { EpochMs } from '../base/clock.ts';
import { EdgeError, toEdgeError } from '../base/edge-error.ts';
import type { ErrorPage } from '../http/error-page.ts';
import type { Fields } from '../http/fields.ts';
import { type Content, NO_CONTENT } from '../http/message.ts';
import { forbidsContent } from '../http/status.ts';
import type {
  ReplyReport,
  ViewerPresence,
  ViewerReply,
  ViewerRequest,
} from '../http/viewer-message.ts';
import { ContentPump } from './content-pump.ts';
import type { Http1Connection } from './http1-connection.ts';
import { type ListenerCore, listenerPage } from './listener-core.ts';
import { type LengthRule, writableFields } from './reply-fields.ts';
import { RequestContent } from './request-content.ts';
import { type HeadSurvey, headRefusal, parseTarget, withAuthority } from './request-head.ts';

/** The methods that some cache behavior may allow. */
export const SERVED_METHODS = 'GET, HEAD, OPTIONS, PUT, POST, PATCH, DELETE';

const NO_BYTES = new Uint8Array(0);

// A rest of request content up to this size is read and thrown away to keep the connection.
const DISCARDABLE_BYTES = 65_536;

function viewerGone(): EdgeError {
  return new EdgeError(
    'EDGE_VIEWER_ABORTED',
    'Cannot finish the reply: the viewer closed the connection',
  );
}

function lengthRuleOf(method: string, status: number, content: Content): LengthRule {
  if (forbidsContent(status)) return status === 304 ? 'keep' : 'drop';
  switch (content.kind) {
    case 'bytes':
      return content.bytes.length;
    case 'stream':
      return content.lengthBytes ?? 'keep';
    case 'none':
      // RFC 9110 §9.3.2: to HEAD, Content-Length tells what GET would get.
      return method === 'HEAD' ? 'keep' : 0;
    default:
      return assertNever(content);
  }
}

function promisedBytes(response: ServerResponse, content: Content, fields: Fields) {
  if (content.kind !== 'stream') return undefined;
  if (content.lengthBytes !== undefined || response.chunkedEncoding) return content.lengthBytes;
  for (let i = 0; i < fields.length; i += 2) {
    if ((fields[i] as string).toLowerCase() === 'content-length') return Number(fields[i + 1]);
  }
  return undefined;
}

/**
 * One request and its reply on an HTTP/1.1 connection. It is at once the request that the pipeline gets, the presence of its
 * viewer and the report at the end, so that a stored response costs one object.
 */
export class Http1Exchange implements ViewerRequest, ViewerPresence, ReplyReport {
  readonly method: string;
  readonly target: string;
  readonly httpVersion: '1.0' | '1.1';
  readonly clientIp: string;
  readonly clientPort: number;
  readonly protocol = 'http';
  readonly receivedAt: EpochMs;
  path = '';
  query = '';
  fields: Fields;
  content: Content = NO_CONTENT;
  status = 0;
  contentBytesSent = 0;
  outcome: ReplyReport['outcome'] = 'complete';
  error: EdgeError | undefined = undefined;
  aborted = false;

  readonly #core: ListenerCore;
  readonly #connection: Http1Connection;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  #abortController: AbortController | undefined = undefined;
  #requestContent: RequestContent | undefined = undefined;
  #restBytes = 0;
  #pump: ContentPump | undefined = undefined;
  #reply: ViewerReply | undefined = undefined;
  #settled = false;
  #onTurn: ((exchange: Http1Exchange) => void) | undefined = undefined;

  constructor(
    core: ListenerCore,
    connection: Http1Connection,
    request: IncomingMessage,
    response: ServerResponse,
  ) {
    this.#core = core;
    this.#connection = connection;
    this.#request = request;
    this.#response = response;
    this.method = request.method ?? '';
    this.target = request.url ?? '';
    this.httpVersion = request.httpVersionMinor === 0 ? '1.0' : '1.1';
    this.fields = request.rawHeaders;
    this.clientIp = connection.clientIp;
    this.clientPort = connection.clientPort;
    this.receivedAt = core.options.clock.now();
  }

  get signal(): AbortSignal {
    if (this.#abortController === undefined) {
      this.#abortController = new AbortController();
      if (this.aborted) this.#abortController.abort(viewerGone());
    }
    return this.#abortController.signal;
  }

  /** True while the request content is being read and the viewer owes more of it. */
  get isWaitingForContent(): boolean {
    return this.#requestContent?.isWaiting === true;
  }

  /** True if bytes of the request content are still to come. */
  get hasIncompleteRequest(): boolean {
    return !this.#request.complete;
  }

  /** Says what happens when all earlier requests of the connection have their replies. */
  whenItsTurn(onTurn: (exchange: Http1Exchange) => void): void {
    this.#onTurn = onTurn;
  }

  /** It is this exchange's turn. False if it has begun before. */
  begin(): boolean {
    const onTurn = this.#onTurn;
    this.#onTurn = undefined;
    onTurn?.(this);
    return onTurn !== undefined;
  }

  /** Reads the head: fills in path, query and content, or says why the request is refused. `OPTIONS *` leaves the path empty. */
  readHead(survey: HeadSurvey, expectsContinue: boolean): EdgeError | undefined {
    const { limits } = this.#core.options;
    if (survey.chunked || survey.contentLengthBytes > 0) this.#openContent(survey, expectsContinue);
    return headRefusal(survey, this.target, this.httpVersion, limits) ?? this.#readTarget();
  }

  #readTarget(): EdgeError | undefined {
    const { target } = this;
    if (target.charCodeAt(0) === 0x2f && !target.includes('#')) {
      const mark = target.indexOf('?');
      this.path = mark === -1 ? target : target.slice(0, mark);
      this.query = mark === -1 ? '' : target.slice(mark + 1);
      return undefined;
    }
    // Asterisk-form names no resource, so there is no path either.
    if (target === '*' && this.method === 'OPTIONS') return undefined;
    const parts = parseTarget(target);
    if (parts.kind === 'invalid') {
      return new EdgeError(
        'EDGE_VIEWER_BAD_REQUEST',
        `Cannot read the request: found ${parts.found}`,
      );
    }
    this.path = parts.path;
    this.query = parts.query;
    if (parts.authority !== undefined) this.fields = withAuthority(this.fields, parts.authority);
    return undefined;
  }

  #openContent(survey: HeadSurvey, expectsContinue: boolean): void {
    const response = this.#response;
    const onFirstRead = expectsContinue ? () => response.writeContinue() : undefined;
    const { maxBodyBytes } = this.#core.options.limits;
    const stream = new RequestContent(this.#request, maxBodyBytes, onFirstRead);
    this.#requestContent = stream;
    this.#restBytes = survey.chunked || expectsContinue ? Infinity : survey.contentLengthBytes;
    this.content = survey.chunked
      ? { kind: 'stream', stream }
      : { kind: 'stream', stream, lengthBytes: survey.contentLengthBytes };
  }

  /** Writes the reply of the handler, whenever it comes. */
  reply(reply: ViewerReply): void {
    this.#reply = reply;
    if (this.aborted) {
      if (reply.content.kind === 'stream') reply.content.stream.destroy(viewerGone());
      this.#settle('viewer-aborted', viewerGone());
      return;
    }
    try {
      this.#write(reply);
    } catch (thrown) {
      if (reply.content.kind === 'stream') reply.content.stream.destroy();
      this.refuse(toEdgeError(thrown));
    }
  }

  /** Waits for the reply. A rejection is a fault of the handler. */
  replyLater(pending: Promise<ViewerReply>): void {
    pending.then(
      (reply) => this.reply(reply),
      (thrown: unknown) => this.refuse(toEdgeError(thrown)),
    );
  }

  /** Answers with the listener's own page. */
  refuse(error: EdgeError): void {
    if (this.#settled) return;
    this.error = error;
    if (this.aborted || this.#response.headersSent) {
      this.#connection.destroy();
      this.#settle(this.aborted ? 'viewer-aborted' : 'content-failed', error);
      return;
    }
    // Whatever was wrong with the request, where the next one begins is no longer certain.
    if (error.source === 'viewer') this.#response.shouldKeepAlive = false;
    this.#writePage(listenerPage(this.#core, error));
  }

  /** Answers `OPTIONS *` (RFC 9110 §9.3.7), which asks about this server and no resource. */
  answerOptions(): void {
    const fields = ['Allow', SERVED_METHODS];
    this.#write({ head: { status: 204, reason: 'No Content', fields }, content: NO_CONTENT });
  }

  /** The request cannot be read to its end: too slow, or not HTTP. What waits for its content is told. */
  failContent(error: EdgeError): void {
    this.#response.shouldKeepAlive = false;
    this.#requestContent?.fail(error);
  }

  /** The connection was closed, by whomever. */
  onConnectionClosed(): void {
    if (this.#settled) return;
    this.aborted = true;
    const reason = viewerGone();
    this.#requestContent?.fail(reason);
    this.#abortController?.abort(reason);
    this.#pump?.stop(reason);
    // Without a reply yet, the report waits for the handler, who may have much to say about the request.
    const hasBegun = this.#onTurn === undefined;
    this.#onTurn = undefined;
    if (this.status !== 0 || !hasBegun) this.#settle('viewer-aborted', reason);
  }

  #writePage(page: ErrorPage): void {
    this.#write({ head: page.head, content: { kind: 'bytes', bytes: page.bytes } });
  }

  #write(reply: ViewerReply): void {
    const { head, content } = reply;
    const response = this.#response;
    // A stream that failed before its first byte can still become an error page.
    if (content.kind === 'stream' && content.stream.errored !== null) throw content.stream.errored;
    this.#prepareConnection();
    const fields = writableFields(head.fields, lengthRuleOf(this.method, head.status, content));
    response.writeHead(head.status, head.reason, fields as string[]);
    this.status = head.status;
    if (this.method === 'HEAD' || forbidsContent(head.status)) {
      if (content.kind === 'stream') content.stream.destroy();
      response.end();
    } else if (content.kind === 'stream') {
      this.#pumpContent(content, fields);
      return;
    } else if (content.kind === 'bytes') {
      this.contentBytesSent = content.bytes.length;
      response.end(content.bytes);
    } else {
      response.end();
    }
    this.#settleWhenFlushed();
  }

  /** Decides whether the connection lives on after this reply. */
  #prepareConnection(): void {
    const response = this.#response;
    const connection = this.#connection;
    // Of pipelined requests only the last one closes, or the replies behind it would be lost.
    if ((this.#core.draining || connection.closing) && connection.isLast(this)) {
      response.shouldKeepAlive = false;
    }
    const incomplete = this.#requestContent !== undefined && !this.#request.complete;
    // RFC 9112 §9.3: the rest of the request has to be read before the next one, or the connection closed.
    if (incomplete && this.#restBytes > DISCARDABLE_BYTES) response.shouldKeepAlive = false;
    if (response.shouldKeepAlive) return;
    connection.closing = true;
    if (incomplete) connection.lingerOnClose();
  }

  #pumpContent(content: Extract<Content, { kind: 'stream' }>, fields: Fields): void {
    const response = this.#response;
    const { stream: source } = content;
    // An origin that thinks before its first byte must not keep the head from the viewer.
    // (`flushHeaders` would do, but it writes the head in UTF-8, and its values are bytes.)
    if (source.readableLength === 0) response.write(NO_BYTES);
    const expectedBytes = promisedBytes(response, content, fields);
    // The viewer must be able to tell a broken reply from a whole one.
    const endIsVisible = expectedBytes !== undefined || response.chunkedEncoding;
    const onEnd = (error: EdgeError | undefined): void => {
      if (error === undefined) {
        response.end();
        this.#settleWhenFlushed();
        return;
      }
      this.#settle('content-failed', error);
      if (endIsVisible) this.#connection.destroy();
      else this.#connection.reset();
    };
    const pump = new ContentPump({ source, response, expectedBytes, onEnd });
    this.#pump = pump;
    pump.start();
  }

  #settleWhenFlushed(): void {
    const { socket } = this.#response;
    // Nothing is left in our memory, so the operating system has it all: the usual case, and the cheap one.
    if (socket !== null && socket.writableLength === 0) this.#settle('complete', this.error);
    else this.#response.once('finish', () => this.#settle('complete', this.error));
  }

  #settle(outcome: ReplyReport['outcome'], error: EdgeError | undefined): void {
    if (this.#settled) return;
    this.#settled = true;
    this.outcome = outcome;
    this.error = error;
    if (this.#pump !== undefined) this.contentBytesSent = this.#pump.sentBytes;
    if (this.#requestContent !== undefined && !this.#request.complete) this.#discardRest();
    this.#core.requestsInFlight -= 1;
    this.#connection.remove(this);
    if (this.#core.draining) this.#connection.closeIfIdle();
    this.#core.options.onReplied?.(this, this, this.#reply);
  }

  #discardRest(): void {
    this.#requestContent?.destroy();
    this.#request.resume();
  }
}
