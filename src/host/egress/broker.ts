import type { HostedFunction } from '../hook-call.ts';
import type { PendingCall } from '../lane.ts';
import type { GroupOperation } from '../trust-group.ts';
import { ByteBudget } from './byte-budget.ts';
import { type ResolveName, systemResolver } from './checked-lookup.ts';
import { egressFailure, failureOf } from './egress-failure.ts';
import { type EgressAnswer, refusal } from './egress-request.ts';
import { type EgressRecord, FunctionEgress, type FunctionOperation } from './function-egress.ts';
import { type EgressLimits, egressLimits } from './limits.ts';

export interface EgressBrokerOptions {
  /** Replaces rows of the limits table. */
  readonly limits?: Partial<EgressLimits>;
  /** Told of every `egress.request`, answered or not. Must not throw. */
  readonly onRequest?: (record: EgressRecord) => void;
  /** Finds addresses of names; the machine's resolver unless a test gives another. */
  readonly resolve?: ResolveName;
}

/**
 * The only way of function code to the network. It checks each request against the allow-list of
 * its function, its deadline and its byte budgets, and keeps connections alive between invocations,
 * apart for each function.
 *
 * Operations, with their arguments and results as JSON:
 * - `egress.request` `{ method, url, headers: [[name, value], …], timeoutMs?, streaming? }` with
 *   the request content gives `{ status, statusText, headers: [[name, value], …], url }` with the
 *   response content, as received, not decoded; or, only with `streaming: true` and when the
 *   content is long or slow, the same with `stream: <id>` and no content.
 * - `egress.read` `{ stream }` gives `{ done }` with the next part of the content; after `done` the
 *   stream is closed.
 * - `egress.close` `{ stream }` gives `{}`.
 */
export interface EgressBroker {
  /**
   * Runs one operation of a function. Never rejects; a failure is an answer with Node's codes or
   * one of `EgressCode`.
   */
  operate(operation: GroupOperation, signal: AbortSignal): Promise<EgressAnswer>;
  /** Aborts what a call has still open when it is over. */
  endCall(call: PendingCall): void;
  /** Ends all requests and closes all connections. */
  dispose(): Promise<void>;
}

/** Makes the broker of one edge worker. */
export function createEgressBroker(options: EgressBrokerOptions = {}): EgressBroker {
  const functions = new EgressFunctions(options);
  return {
    async operate(operation, signal) {
      try {
        return await run(functions, operation, signal);
      } catch (thrown) {
        return failureOf(thrown);
      }
    },
    endCall(call) {
      // Every call of a hook ends here; few of them reach out.
      if (call.reachedOut) functions.existing(call.lane.hosted)?.endCall(call);
    },
    dispose: () => functions.dispose(),
  };
}

async function run(
  functions: EgressFunctions,
  { lane, call, name, argumentsJson, content }: GroupOperation,
  signal: AbortSignal,
): Promise<EgressAnswer> {
  const { hosted } = lane;
  const timeoutMs = remainingMs(hosted, call);
  const operation: FunctionOperation = { call, argumentsJson, content, timeoutMs, signal };
  switch (name) {
    case 'egress.request':
      return functions.of(hosted).request(operation);
    case 'egress.read':
      return functions.of(hosted).read(operation);
    case 'egress.close':
      return functions.of(hosted).closeStream(operation);
    default:
      return refusal('ERR_NOT_SUPPORTED', `Cannot run operation "${name}": no such operation`);
  }
}

/**
 * What is left of an invocation, or the time for loading when a module reaches out while it is
 * loaded.
 */
function remainingMs(hosted: HostedFunction, call: PendingCall | undefined): number {
  if (call === undefined) return hosted.limits.initTimeoutMs;
  return call.request.timeoutMs - (performance.now() - call.dispatchedMs);
}

/**
 * The functions of an edge worker, least recently used first. Same name and same network settings =
 * same connections.
 */
class EgressFunctions {
  readonly #limits: EgressLimits;
  readonly #workerBudget: ByteBudget;
  readonly #resolve: ResolveName;
  readonly #onRequest: (record: EgressRecord) => void;
  readonly #functions = new Map<string, FunctionEgress>();
  #isDisposed = false;

  constructor({ limits, resolve, onRequest }: EgressBrokerOptions) {
    this.#limits = egressLimits(limits);
    this.#workerBudget = new ByteBudget(this.#limits.workerHeldBytes);
    this.#resolve = resolve ?? systemResolver;
    this.#onRequest = onRequest ?? (() => undefined);
  }

  of(hosted: HostedFunction): FunctionEgress {
    if (this.#isDisposed) {
      throw egressFailure('ERR_EGRESS_CLOSED', 'The edge worker is shutting down');
    }
    const key = keyOf(hosted);
    const found = this.#functions.get(key) ?? this.#create(hosted);
    this.#functions.delete(key);
    this.#functions.set(key, found);
    this.#dropOldest(found);
    return found;
  }

  existing(hosted: HostedFunction): FunctionEgress | undefined {
    return this.#functions.get(keyOf(hosted));
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
    const functions = [...this.#functions.values()];
    this.#functions.clear();
    await Promise.all(functions.map((one) => one.dispose()));
  }

  #create({ settings, network }: HostedFunction): FunctionEgress {
    return new FunctionEgress({
      functionName: settings.name,
      network,
      limits: this.#limits,
      workerBudget: this.#workerBudget,
      resolve: this.#resolve,
      onRequest: this.#onRequest,
    });
  }

  #dropOldest(kept: FunctionEgress): void {
    if (this.#functions.size <= this.#limits.functions) return;
    for (const [key, one] of this.#functions) {
      if (one === kept || !one.isIdle) continue;
      this.#functions.delete(key);
      // Nothing is under way, so nobody waits for the end of this.
      void one.dispose();
      return;
    }
  }
}

function keyOf({ settings, network }: HostedFunction): string {
  return JSON.stringify([settings.name, network]);
}
