import type { Dispatcher } from 'undici';
import { type ByteBudget, ByteCollector } from './byte-budget.ts';
import { type EgressFailure, egressFailure } from './egress-failure.ts';
import type { EgressLimits } from './limits.ts';

/** The head of a response as the guest gets it: fields in order and case as received. */
export interface EgressResponseHead {
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/**
 * What one request is sent with. `timeoutMs` is what is left of the call, or the function's own
 * limit if that is shorter.
 */
export interface ExchangeOptions {
  readonly dispatch: Dispatcher.DispatchOptions;
  /** `scheme://host[:port]`, for messages. */
  readonly targetText: string;
  readonly mayStream: boolean;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly budget: ByteBudget;
  readonly limits: EgressLimits;
  /** The client has let go of the request: nothing of it is in flight any more. */
  readonly onReleased: () => void;
}

/**
 * One request of a function and its response: receives the events of undici, holds what has not
 * been handed on.
 */
export class EgressExchange implements Dispatcher.DispatchHandler {
  readonly #options: ExchangeOptions;
  readonly #collector = new ByteCollector();
  #timer: NodeJS.Timeout | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #head: EgressResponseHead | undefined;
  #failure: unknown;
  #hasEnded = false;
  #isReleased = false;
  #receivedBytes = 0;
  #changed = Promise.withResolvers<void>();

  constructor(options: ExchangeOptions) {
    this.#options = options;
  }

  /**
   * Sends the request. The budget must already hold its content; it is given back when the client
   * has let go of it.
   */
  send(dispatcher: Dispatcher): void {
    const { dispatch, timeoutMs, signal } = this.#options;
    this.#timer = setTimeout(this.#onTimeout, timeoutMs);
    signal.addEventListener('abort', this.#onAbort);
    try {
      dispatcher.dispatch(dispatch, this);
    } catch (thrown) {
      this.#end(thrown);
      this.#release();
    }
  }

  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** Waits for the final response head. Rejects with what ended the exchange. */
  async head(): Promise<EgressResponseHead> {
    while (this.#head === undefined) await this.#change();
    return this.#head;
  }

  /**
   * Waits for the end of the response and gives its content. Rejects with what ended the exchange.
   */
  async whole(): Promise<Uint8Array> {
    while (!this.#hasEnded) await this.#change();
    return this.#take();
  }

  /**
   * The whole content if its end comes soon and it is small; `undefined` if it must be read as a
   * stream.
   */
  async wholeIfSoon(): Promise<Uint8Array | undefined> {
    const { wholeContentBytes, wholeContentWaitMs } = this.#options.limits;
    const deadlineMs = performance.now() + wholeContentWaitMs;
    const timer = setTimeout(() => this.#wake(), wholeContentWaitMs + 1);
    try {
      while (!this.#hasEnded && this.#collector.length < wholeContentBytes) {
        if (performance.now() >= deadlineMs) break;
        await this.#change();
      }
    } finally {
      clearTimeout(timer);
    }
    return this.#hasEnded ? this.#take() : undefined;
  }

  /**
   * Waits for content of a stream. `done` = nothing follows. Rejects with what ended the exchange.
   */
  async read(): Promise<{ readonly done: boolean; readonly content: Uint8Array }> {
    while (!this.#hasEnded && this.#collector.length === 0) await this.#change();
    const part = { done: this.#hasEnded, content: this.#take() };
    // More content, and even the end, may come before this returns.
    if (!this.#isReleased) this.#controller?.resume();
    return part;
  }

  /** Ends the exchange; whoever waits for it gets `failure`. What was not read is dropped. */
  abort(failure: EgressFailure): void {
    this.#end(failure);
    // A request that still waits for a connection has no controller; it is dropped when its turn
    // comes.
    if (!this.#isReleased) this.#controller?.abort(failure);
    this.#take();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#failure instanceof Error) controller.abort(this.#failure);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    _headers: unknown,
    statusText?: string,
  ): void {
    // RFC 9110 §15.2: interim responses end here.
    if (status < 200) return;
    this.#head = { status, statusText: statusText ?? '', headers: pairsOf(controller.rawHeaders) };
    this.#wake();
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    const { limits, mayStream, budget } = this.#options;
    this.#receivedBytes += chunk.byteLength;
    if (this.#receivedBytes > limits.responseContentBytes) {
      this.abort(this.#tooLarge());
      return;
    }
    if (!budget.take(chunk.byteLength)) {
      this.abort(this.#overBudget());
      return;
    }
    this.#collector.append(chunk);
    if (mayStream && this.#collector.length >= limits.wholeContentBytes) controller.pause();
    // Who waits for the whole content is not woken for each part of it.
    if (mayStream) this.#wake();
  }

  onResponseEnd(): void {
    this.#hasEnded = true;
    this.#release();
    this.#wake();
  }

  onResponseError(_controller: unknown, thrown: Error): void {
    this.#end(thrown);
    this.#release();
  }

  #end(failure: unknown): void {
    this.#failure ??= failure;
    this.#wake();
  }

  #release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    const { dispatch, signal, budget, onReleased } = this.#options;
    clearTimeout(this.#timer);
    signal.removeEventListener('abort', this.#onAbort);
    if (dispatch.body instanceof Uint8Array) budget.giveBack(dispatch.body.byteLength);
    onReleased();
  }

  #take(): Uint8Array {
    const content = this.#collector.take();
    this.#options.budget.giveBack(content.byteLength);
    return content;
  }

  #wake(): void {
    const changed = this.#changed;
    this.#changed = Promise.withResolvers<void>();
    changed.resolve();
  }

  /** Rejects when the exchange has failed, else waits for an event. */
  async #change(): Promise<void> {
    if (this.#failure === undefined) await this.#changed.promise;
    if (this.#failure !== undefined) throw this.#failure;
  }

  readonly #onAbort = (): void => {
    this.abort(egressFailure('ABORT_ERR', 'The operation was aborted: its invocation has ended'));
  };

  readonly #onTimeout = (): void => {
    const { targetText, timeoutMs } = this.#options;
    const limit = `limit is ${Math.round(timeoutMs)} ms (the request's timeout or what was left of the invocation)`;
    const message = `Cannot fetch from ${targetText}: no complete response, ${limit}`;
    this.abort(egressFailure('ETIMEDOUT', message));
  };

  #tooLarge(): EgressFailure {
    const { targetText, limits } = this.#options;
    return egressFailure(
      'ERR_EGRESS_RESPONSE_TOO_LARGE',
      `Cannot fetch from ${targetText}: the response has at least ${this.#receivedBytes} bytes, limit is ${limits.responseContentBytes} bytes`,
    );
  }

  #overBudget(): EgressFailure {
    const { targetText, limits } = this.#options;
    return egressFailure(
      'ERR_EGRESS_TOO_MANY',
      `Cannot fetch from ${targetText}: content under way is over its limit of ${limits.functionHeldBytes} bytes for a function or ${limits.workerHeldBytes} bytes in all`,
    );
  }
}

function pairsOf(raw: Dispatcher.DispatchController['rawHeaders']): [string, string][] {
  const pairs: [string, string][] = [];
  if (!Array.isArray(raw)) return pairs;
  for (let i = 0; i < raw.length; i += 2) pairs.push([latin1(raw[i]), latin1(raw[i + 1])]);
  return pairs;
}

function latin1(part: string | Buffer | undefined): string {
  if (part === undefined) return '';
  return typeof part === 'string' ? part : part.toString('latin1');
}
