import type { FunctionSettings, LoadFailure } from '../wire/messages.ts';
import {
  type Call,
  type CallEnd,
  Environment,
  type EnvironmentEvents,
  type Operation,
} from './environment.ts';
import type { GuestScript } from './guest-script.ts';
import { createHostOperations, type HostOperations } from './host-ops/host-operations.ts';
import { loadFailureJson } from './own-errors.ts';
import { Program } from './program.ts';
import type { StarvationSlack } from './starvation.ts';
import type { TimeoutBudget } from './timeout-budget.ts';

/** What a pool tells the host process. Ids are those of the channel. */
export interface PoolEvents {
  /** The next stretch is the first one of a new call. */
  beginning(): void;
  /**
   * A stretch of this call (none = no call's), or of loading the module for it, is about to start.
   */
  entering(functionId: number, call: Call | undefined, loading: boolean): void;
  loaded(functionId: number, initMs: number, heapMb: number): void;
  loadFailed(functionId: number, failure: LoadFailure, errorJson: string, ms: number): void;
  callEnded(call: Call, end: CallEnd, heapMb: number): void;
  suspended(call: Call): void;
  log(functionId: number, call: Call | undefined, level: string, message: string): void;
  operation(pending: PendingOperation): void;
  operationCancelled(environment: Environment, operationId: number): void;
}

/**
 * An operation that the edge worker carries out for a call; its answer goes back through `deliver`.
 */
export interface PendingOperation {
  readonly environment: Environment;
  readonly operation: Operation;
  /** 0 = the module is being loaded. */
  readonly callId: number;
  readonly functionId: number;
}

export interface PoolParts {
  readonly id: number;
  readonly settings: FunctionSettings;
  readonly text: string;
  readonly guest: GuestScript;
  readonly timeouts: TimeoutBudget;
  readonly slack: StarvationSlack;
  readonly events: PoolEvents;
}

/** An environment that no call has needed for so long is ended; one is always kept. */
const IDLE_ENVIRONMENT_MS = 60_000;

/**
 * The environments of one function in one host. The edge worker never sends more calls than the
 * function's concurrency, so a call either finds an idle environment or starts a new one; calls
 * never wait here for each other.
 */
export class FunctionPool {
  readonly #parts: PoolParts;
  readonly #program: Program;
  readonly #operations: HostOperations;
  readonly #environmentEvents: EnvironmentEvents;
  readonly #idle: Environment[] = [];
  readonly #all = new Set<Environment>();
  /** The call that waits for the environment to finish loading. */
  readonly #coldCalls = new Map<Environment, Call>();

  constructor(parts: PoolParts) {
    this.#parts = parts;
    this.#program = new Program(parts.settings, parts.text);
    this.#operations = createHostOperations({
      memoryLimitBytes: parts.settings.memoryMb * 2 ** 20,
    });
    this.#environmentEvents = this.#listen();
  }

  /** Starts the first environment; reports `loaded` or `loadFailed`. */
  load(): void {
    this.#startEnvironment(undefined);
  }

  invoke(call: Call): void {
    const environment = this.#idle.pop();
    if (environment === undefined) this.#startEnvironment(call);
    else this.#begin(environment, call);
  }

  /** Ends the environment of a call whose caller has gone. */
  cancel(callId: number): void {
    for (const environment of this.#all) {
      if (environment.call?.id === callId) {
        this.#all.delete(environment);
        environment.end();
      }
    }
  }

  /** Ends environments that have been idle for long, but one. */
  trim(nowMs: number): void {
    while (this.#idle.length > 1) {
      const oldest = this.#idle[0];
      if (oldest === undefined || nowMs - oldest.idleSinceMs < IDLE_ENVIRONMENT_MS) return;
      this.#idle.shift();
      this.#all.delete(oldest);
      oldest.end();
    }
  }

  end(): void {
    for (const environment of this.#all) environment.end();
    this.#all.clear();
    this.#idle.length = 0;
  }

  #begin(environment: Environment, call: Call): void {
    this.#parts.events.beginning();
    environment.invoke(call);
  }

  #startEnvironment(call: Call | undefined): void {
    const { settings, guest, timeouts, slack, events, id } = this.#parts;
    if (call !== undefined) events.beginning();
    events.entering(id, call, true);
    const environment = new Environment({
      settings,
      program: this.#program,
      guest,
      operations: this.#operations,
      timeouts,
      slack,
      events: this.#environmentEvents,
    });
    this.#all.add(environment);
    if (call !== undefined) this.#coldCalls.set(environment, call);
    environment.load();
  }

  #listen(): EnvironmentEvents {
    const { events, id } = this.#parts;
    return {
      entering: (environment) => {
        const call = environment.call ?? this.#coldCalls.get(environment);
        events.entering(id, call, environment.isLoading);
      },
      loaded: (environment) => this.#onLoaded(environment),
      loadFailed: (environment, failure, errorJson) =>
        this.#onLoadFailed(environment, failure, errorJson),
      callEnded: (environment, call, end) => this.#onCallEnded(environment, call, end),
      suspended: (_environment, call) => events.suspended(call),
      log: (environment, level, message) =>
        events.log(id, environment.call ?? this.#coldCalls.get(environment), level, message),
      operation: (environment, operation) => {
        const callId = environment.call?.id ?? 0;
        events.operation({ environment, operation, callId, functionId: id });
      },
      operationCancelled: (environment, operationId) =>
        events.operationCancelled(environment, operationId),
    };
  }

  #onLoaded(environment: Environment): void {
    const call = this.#coldCalls.get(environment);
    this.#coldCalls.delete(environment);
    if (call !== undefined) {
      // The init of a cold start has its own budget: the call's clock starts now.
      environment.invoke({ ...call, receivedMs: performance.now() });
      return;
    }
    this.#idle.push(environment);
    this.#parts.events.loaded(this.#parts.id, environment.ageMs, environment.heapMb);
  }

  #onLoadFailed(environment: Environment, failure: LoadFailure, errorJson: string): void {
    this.#all.delete(environment);
    const call = this.#coldCalls.get(environment);
    this.#coldCalls.delete(environment);
    if (call === undefined) {
      this.#parts.events.loadFailed(this.#parts.id, failure, errorJson, environment.ageMs);
      return;
    }
    const text = errorJson === '' ? loadFailureJson(failure, this.#parts.settings) : errorJson;
    this.#parts.events.callEnded(call, { kind: 'failed', failure: 'init', text }, -1);
  }

  #onCallEnded(environment: Environment, call: Call, end: CallEnd): void {
    if (environment.ended) this.#all.delete(environment);
    else this.#idle.push(environment);
    this.#parts.events.callEnded(call, end, environment.heapMb);
  }
}
