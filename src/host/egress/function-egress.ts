import type { Agent, Dispatcher } from 'undici';
import type { NetworkConfig } from '../../config/config.ts';
import type { PendingCall } from '../lane.ts';
import { type AllowList, parseAllowList, permissionOf, targetText } from './allow-list.ts';
import { type RequestArguments, readRequestArguments, readStreamId } from './arguments.ts';
import { ByteBudget } from './byte-budget.ts';
import type { ResolveName } from './checked-lookup.ts';
import { createEgressAgent } from './egress-agent.ts';
import { codeOf, type EgressFailure, egressFailure, failureOf } from './egress-failure.ts';
import { type EgressAnswer, success } from './egress-request.ts';
import type { EgressLimits } from './limits.ts';
import { EgressExchange, type EgressResponseHead } from './request.ts';
import { outgoingFields } from './request-fields.ts';

/**
 * One request of a function that was answered or refused, for logs and metrics. It names no path:
 * that may be secret.
 */
export interface EgressRecord {
  readonly functionName: string;
  /** The id that viewer, logs and hooks share; absent while the module is being loaded. */
  readonly requestId?: string;
  /** `undefined` when the arguments could not be read. */
  readonly method: string | undefined;
  /** `scheme://host[:port]`; `undefined` when the arguments could not be read. */
  readonly target: string | undefined;
  /** Status of the response, or the code that the function got. */
  readonly outcome:
    | { readonly kind: 'answered'; readonly status: number }
    | { readonly kind: 'denied' }
    | { readonly kind: 'failed'; readonly code: string };
  readonly sentBytes: number;
  /** What had come when the answer was given; a stream goes on. */
  readonly receivedBytes: number;
  readonly durationMs: number;
}

/** An operation as this file needs it. `timeoutMs` is what is left of the invocation. */
export interface FunctionOperation {
  readonly call: PendingCall | undefined;
  readonly argumentsJson: string;
  readonly content: Uint8Array;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface FunctionEgressOptions {
  readonly functionName: string;
  readonly network: NetworkConfig;
  readonly limits: EgressLimits;
  /** Content held for all functions of the edge worker. */
  readonly workerBudget: ByteBudget;
  readonly resolve: ResolveName;
  readonly onRequest: (record: EgressRecord) => void;
}

interface OpenStream {
  readonly call: PendingCall | undefined;
  readonly exchange: EgressExchange;
  readonly expiry: NodeJS.Timeout;
}

/**
 * The network of one function: its allow-list, its connections, its open requests and streams.
 * Fails as `EgressFailure`s.
 */
export class FunctionEgress {
  readonly #options: FunctionEgressOptions;
  readonly #allowList: AllowList;
  readonly #agent: Agent;
  readonly #budget: ByteBudget;
  readonly #open = new Map<EgressExchange, PendingCall | undefined>();
  readonly #streams = new Map<number, OpenStream>();
  #lastStreamId = 0;

  /** Fails with ERR_EGRESS_CA_FILE when the `caFile` of the function cannot be read. */
  constructor(options: FunctionEgressOptions) {
    const { functionName, network, limits, resolve } = options;
    this.#options = options;
    const allowList = parseAllowList(network.allow);
    this.#allowList = allowList;
    this.#agent = createEgressAgent({ functionName, network, limits, resolve, allowList });
    this.#budget = new ByteBudget(limits.functionHeldBytes, options.workerBudget);
  }

  get isIdle(): boolean {
    return this.#open.size === 0 && this.#streams.size === 0;
  }

  /** `egress.request`: the whole response, or its head and a stream. Never rejects. */
  async request(operation: FunctionOperation): Promise<EgressAnswer> {
    const startedMs = performance.now();
    const { limits } = this.#options;
    const read = readRequestArguments(operation.argumentsJson, operation.content, limits);
    const subject = read.kind === 'read' ? read.value : undefined;
    const report = this.#reporter(operation, subject, startedMs);
    if (read.kind === 'refused') {
      report(read.failure, 0);
      return failureOf(read.failure);
    }
    const refused = this.#refusal(read.value, operation);
    if (refused !== undefined) {
      report(refused, 0);
      return failureOf(refused);
    }
    const exchange = this.#send(read.value, operation);
    try {
      const head = await exchange.head();
      const answer = await this.#answer(head, { exchange, request: read.value, operation });
      report(head.status, exchange.receivedBytes);
      return answer;
    } catch (thrown) {
      exchange.abort(egressFailure('ABORT_ERR', 'The operation was aborted'));
      report(thrown, exchange.receivedBytes);
      return failureOf(thrown);
    }
  }

  /** `egress.read`: content of a stream as it comes. Never rejects. */
  async read(operation: FunctionOperation): Promise<EgressAnswer> {
    const id = readStreamId(operation.argumentsJson);
    const stream = this.#streamOf(id, operation.call);
    if (id === undefined || stream === undefined) return failureOf(unknownStream());
    const onAbort = (): void => this.#closeStream(id);
    operation.signal.addEventListener('abort', onAbort);
    try {
      const { done, content } = await stream.exchange.read();
      if (done) this.#closeStream(id);
      return success({ done }, content);
    } catch (thrown) {
      this.#closeStream(id);
      return failureOf(thrown);
    } finally {
      operation.signal.removeEventListener('abort', onAbort);
    }
  }

  /** `egress.close`: drops a stream. One that is closed already is no failure. */
  closeStream(operation: FunctionOperation): EgressAnswer {
    const id = readStreamId(operation.argumentsJson);
    if (id !== undefined && this.#streamOf(id, operation.call) !== undefined) this.#closeStream(id);
    return success({});
  }

  /** Ends the requests and streams of a call that is over. */
  endCall(call: PendingCall): void {
    for (const [id, stream] of this.#streams) if (stream.call === call) this.#closeStream(id);
    for (const [exchange, owner] of this.#open) if (owner === call) exchange.abort(ended());
  }

  /** Ends everything and closes the connections. */
  async dispose(): Promise<void> {
    for (const id of this.#streams.keys()) this.#closeStream(id);
    const closed = egressFailure('ERR_EGRESS_CLOSED', 'The edge worker is shutting down');
    for (const exchange of this.#open.keys()) exchange.abort(closed);
    await this.#agent.destroy();
  }

  /** Why a request is not sent at all; `undefined` = its content is counted and it may go. */
  #refusal(request: RequestArguments, operation: FunctionOperation): EgressFailure | undefined {
    const { functionName, limits } = this.#options;
    const text = targetText(request.target);
    if (permissionOf(this.#allowList, request.target).kind === 'denied') {
      return egressFailure(
        'ERR_EGRESS_DENIED',
        `Cannot reach ${text}: not in the allow-list of function "${functionName}"; to permit it add "${text}" to functions.${functionName}.network.allow`,
      );
    }
    if (operation.signal.aborted) return ended();
    if (operation.timeoutMs <= 0) {
      return egressFailure(
        'ETIMEDOUT',
        `Cannot fetch from ${text}: no time is left of the invocation`,
      );
    }
    if (this.#open.size >= limits.requestsPerFunction) {
      return egressFailure(
        'ERR_EGRESS_TOO_MANY',
        `Cannot fetch from ${text}: ${this.#open.size} requests of function "${functionName}" are open, limit is ${limits.requestsPerFunction}`,
      );
    }
    if (this.#budget.take(operation.content.byteLength)) return undefined;
    return egressFailure(
      'ERR_EGRESS_TOO_MANY',
      `Cannot fetch from ${text}: content under way is over its limit of ${limits.functionHeldBytes} bytes for a function or ${limits.workerHeldBytes} bytes in all`,
    );
  }

  #send(request: RequestArguments, operation: FunctionOperation): EgressExchange {
    const exchange = new EgressExchange({
      dispatch: this.#dispatchOptions(request, operation.content),
      targetText: targetText(request.target),
      mayStream: request.mayStream,
      timeoutMs: limitedTimeout(request, operation),
      signal: operation.signal,
      budget: this.#budget,
      limits: this.#options.limits,
      onReleased: () => void this.#open.delete(exchange),
    });
    this.#open.set(exchange, operation.call);
    exchange.send(this.#agent);
    return exchange;
  }

  #dispatchOptions(request: RequestArguments, content: Uint8Array): Dispatcher.DispatchOptions {
    const { method, url, target } = request;
    // `servername` is missing from the types. Without it undici would take the name for TLS from
    // the Host field.
    const options: Dispatcher.DispatchOptions & { servername: string } = {
      origin: targetText(target),
      path: `${url.pathname}${url.search}`,
      method,
      headers: outgoingFields(request, this.#allowList),
      body: content.byteLength === 0 ? null : content,
      servername: target.host,
    };
    return options;
  }

  async #answer(
    head: EgressResponseHead,
    { exchange, request, operation }: ExchangeParts,
  ): Promise<EgressAnswer> {
    const result = { ...head, url: request.url.href };
    const whole = request.mayStream ? await exchange.wholeIfSoon() : await exchange.whole();
    if (whole !== undefined) return success(result, whole);
    this.#lastStreamId += 1;
    const stream = this.#lastStreamId;
    // Also one whose content has all come is dropped when its invocation must be over.
    const expiry = setTimeout(() => this.#closeStream(stream), operation.timeoutMs);
    this.#streams.set(stream, { call: operation.call, exchange, expiry });
    return success({ ...result, stream });
  }

  /**
   * A stream is for the call that opened it; one that was opened while the module was loaded is for
   * all.
   */
  #streamOf(id: number | undefined, call: PendingCall | undefined): OpenStream | undefined {
    const stream = id === undefined ? undefined : this.#streams.get(id);
    return stream?.call === undefined || stream.call === call ? stream : undefined;
  }

  #closeStream(id: number): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    this.#streams.delete(id);
    clearTimeout(stream.expiry);
    stream.exchange.abort(ended());
  }

  #reporter(
    { call, content }: FunctionOperation,
    request: RequestArguments | undefined,
    startedMs: number,
  ): (outcome: unknown, receivedBytes: number) => void {
    const { functionName, onRequest } = this.#options;
    return (outcome, receivedBytes) =>
      onRequest({
        functionName,
        ...(call && { requestId: call.request.requestId }),
        method: request?.method,
        target: request && targetText(request.target),
        outcome: outcomeOf(outcome),
        sentBytes: content.byteLength,
        receivedBytes,
        durationMs: performance.now() - startedMs,
      });
  }
}

interface ExchangeParts {
  readonly exchange: EgressExchange;
  readonly request: RequestArguments;
  readonly operation: FunctionOperation;
}

function limitedTimeout(request: RequestArguments, operation: FunctionOperation): number {
  return Math.min(request.timeoutMs ?? Number.POSITIVE_INFINITY, operation.timeoutMs);
}

function outcomeOf(outcome: unknown): EgressRecord['outcome'] {
  if (typeof outcome === 'number') return { kind: 'answered', status: outcome };
  const code = codeOf(outcome);
  return code === 'ERR_EGRESS_DENIED' ? { kind: 'denied' } : { kind: 'failed', code };
}

function ended(): EgressFailure {
  return egressFailure('ABORT_ERR', 'The operation was aborted: its invocation has ended');
}

function unknownStream(): EgressFailure {
  return egressFailure(
    'ERR_EGRESS_STREAM',
    'Cannot read a stream: it is closed or of another call',
  );
}
