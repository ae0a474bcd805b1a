import type { Dispatcher, Pool } from 'undici';
import { assertNever } from '../base/assert.ts';
import type { Clock, EpochMs } from '../base/clock.ts';
import { EdgeError, toEdgeError } from '../base/edge-error.ts';
import { combinedValue, type Fields, fieldValue } from '../http/fields.ts';
import { type Content, NO_CONTENT } from '../http/message.ts';
import { noteReuse } from './connection-reuse.ts';
import { OriginContent } from './origin-content.ts';
import { type FailurePhase, originError } from './origin-error.ts';
import type { OriginRequest, OriginResponse } from './origin-message.ts';
import type { FailedAttempt } from './retry.ts';

/** How one attempt ended: with a complete response head, or without one. */
export type AttemptOutcome =
  | { readonly kind: 'response'; readonly response: OriginResponse }
  | ({ readonly kind: 'failed' } & FailedAttempt);

interface AttemptOptions {
  readonly request: OriginRequest;
  readonly clock: Clock;
  /** When the first attempt began. */
  readonly startedAt: EpochMs;
  /** Number of this attempt, from 1. */
  readonly attempts: number;
}

// The client writes these itself, from the content and the state of the connection.
const WRITTEN_BY_CLIENT: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]);

function sendableFields(request: OriginRequest): string[] {
  const fields: string[] = [];
  let hasHost = false;
  for (let i = 0; i < request.fields.length; i += 2) {
    const name = request.fields[i] ?? '';
    const lowerName = name.toLowerCase();
    // The first Host counts; more than one would be refused by the client and by the origin.
    if (WRITTEN_BY_CLIENT.has(lowerName) || (lowerName === 'host' && hasHost)) continue;
    hasHost ||= lowerName === 'host';
    fields.push(name, request.fields[i + 1] ?? '');
  }
  const { content } = request;
  if (content.kind === 'stream' && content.lengthBytes !== undefined) {
    fields.push('Content-Length', String(content.lengthBytes));
  }
  return fields;
}

function bodyOf(content: Content): Dispatcher.DispatchOptions['body'] {
  switch (content.kind) {
    case 'none':
      return null;
    case 'bytes':
      return content.bytes;
    case 'stream':
      return content.stream;
    default:
      return assertNever(content);
  }
}

function decodedFields(controller: Dispatcher.DispatchController): string[] {
  const raw = controller.rawHeaders;
  if (!Array.isArray(raw)) return [];
  return raw.map((part) => (typeof part === 'string' ? part : part.toString('latin1')));
}

// RFC 9112 §4: a reason phrase is tabs, spaces, visible characters and bytes from 0x80 on.
const NOT_IN_REASON = /[^\t\u0020-\u007e\u0080-\u00ff]/g;

/**
 * The reason phrase with one character for each byte, as fields are kept. The client has read the bytes as UTF-8; a character beyond
 * those could not be written to the viewer, and a control character must not be.
 */
function reasonBytes(reason: string): string {
  return Buffer.from(reason, 'utf8').toString('latin1').replaceAll(NOT_IN_REASON, '');
}

// The registered transfer codings (RFC 9112 §7) but `chunked`. A name that nobody knows has not changed the content.
const COMPRESSIONS = /(?:^|[\s,])(?:x-)?(?:gzip|compress|deflate)(?:$|[\s,;])/i;

/** RFC 9112 §6.1: the client has undone `chunked`; another coding would be lost, and the content be something else. */
function codingFault(fields: Fields): EdgeError | undefined {
  const coding = combinedValue(fields, 'transfer-encoding');
  if (coding === undefined || !COMPRESSIONS.test(coding)) return undefined;
  const message = `Cannot read the response of the origin: found transfer coding "${coding}", expected "chunked"`;
  return new EdgeError('EDGE_ORIGIN_MALFORMED', message);
}

function carriesContent(method: string, status: number, fields: Fields): boolean {
  if (method === 'HEAD' || status === 204 || status === 304) return false;
  return fieldValue(fields, 'content-length') !== '0';
}

function lengthOf(fields: Fields): number | undefined {
  // RFC 9112 §6.3: with Transfer-Encoding the length is not known beforehand, whatever Content-Length says.
  if (fieldValue(fields, 'transfer-encoding') !== undefined) return undefined;
  const value = fieldValue(fields, 'content-length');
  return value === undefined ? undefined : Number(value);
}

/** One request over one connection: the receiver of undici's events, and the source of the response's content. */
export class OriginAttempt implements Dispatcher.DispatchHandler {
  reusedConnection = false;
  readonly #options: AttemptOptions;
  readonly #outcome = Promise.withResolvers<AttemptOutcome>();
  #phase: FailurePhase = 'connecting';
  #requestSentAt: EpochMs;
  #controller: Dispatcher.DispatchController | undefined;
  #content: OriginContent | undefined;
  #signal: AbortSignal | undefined;

  constructor(options: AttemptOptions) {
    this.#options = options;
    this.#requestSentAt = options.startedAt;
  }

  /** Sends the request and waits for the head of the response. Never rejects. */
  run(pool: Pool, signal: AbortSignal | undefined): Promise<AttemptOutcome> {
    const { request } = this.#options;
    this.#signal = signal;
    if (signal?.aborted === true) {
      this.#fail(signal.reason);
      return this.#outcome.promise;
    }
    signal?.addEventListener('abort', this.#onAbort);
    const { target, path, query, method } = request;
    // `servername` is missing from the types. Given here, it keeps connections apart from the Host that is forwarded.
    const options: Dispatcher.DispatchOptions & { servername: string } = {
      path: query === '' ? `${target.path}${path}` : `${target.path}${path}?${query}`,
      method,
      headers: sendableFields(request),
      body: bodyOf(request.content) ?? null,
      headersTimeout: target.readTimeoutMs,
      bodyTimeout: target.readTimeoutMs,
      servername: target.hostname,
    };
    try {
      pool.dispatch(options, this);
    } catch (thrown) {
      this.#fail(thrown);
    }
    return this.#outcome.promise;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#signal?.aborted === true) {
      controller.abort(toEdgeError(this.#signal.reason));
      return;
    }
    this.#controller = controller;
    this.#requestSentAt = this.#options.clock.now();
    this.#phase = 'sent';
    noteReuse(this);
  }

  onResponseStarted(): void {
    this.#phase = 'responding';
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    _headers: unknown,
    reason?: string,
  ): void {
    // RFC 9110 §15.2: interim responses are for us; viewers get the final one only.
    if (status < 200) return;
    const fields = decodedFields(controller);
    const fault = codingFault(fields);
    if (fault !== undefined) {
      controller.abort(fault);
      return;
    }
    this.#phase = 'content';
    const { request, clock, startedAt, attempts } = this.#options;
    const responseReceivedAt = clock.now();
    const response: OriginResponse = {
      head: { status, reason: reasonBytes(reason ?? ''), fields },
      content: this.#contentOf(request.method, status, fields),
      requestSentAt: this.#requestSentAt,
      responseReceivedAt,
      firstByteMs: responseReceivedAt - startedAt,
      attempts,
    };
    this.#outcome.resolve({ kind: 'response', response });
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.#content?.receive(chunk);
  }

  onResponseEnd(): void {
    if (this.#content === undefined) this.#release();
    else this.#content.complete();
  }

  onResponseError(_controller: unknown, thrown: Error): void {
    this.#fail(thrown);
  }

  #contentOf(method: string, status: number, fields: Fields): Content {
    if (!carriesContent(method, status, fields)) return NO_CONTENT;
    const controller = this.#controller;
    if (controller === undefined) return NO_CONTENT;
    const stream = new OriginContent(controller, this.#release);
    this.#content = stream;
    const lengthBytes = lengthOf(fields);
    return lengthBytes === undefined
      ? { kind: 'stream', stream }
      : { kind: 'stream', stream, lengthBytes };
  }

  #fail(thrown: unknown): void {
    this.#release();
    const error = originError(thrown, this.#options.request.target, this.#phase);
    if (this.#phase === 'content') {
      this.#content?.destroy(error);
      return;
    }
    const { reusedConnection } = this;
    this.#outcome.resolve({ kind: 'failed', error, phase: this.#phase, reusedConnection });
  }

  readonly #onAbort = (): void => {
    const reason = toEdgeError(this.#signal?.reason);
    // A request that still waits for a connection has no controller; it is dropped when its turn comes.
    if (this.#controller === undefined) this.#fail(reason);
    else this.#controller.abort(reason);
  };

  readonly #release = (): void => {
    this.#signal?.removeEventListener('abort', this.#onAbort);
  };
}
