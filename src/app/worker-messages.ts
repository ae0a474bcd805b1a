import type { AddressInfo } from 'node:net';
import { EdgeError, type ErrorFacts } from '../base/edge-error.ts';
import type { ErrorCode } from '../base/error-codes.ts';
import type { PurgeSelector } from '../cache/store/cache-store.ts';
import type { EdgeConfig } from '../config/config.ts';
import type { FunctionState } from '../host/hook-hosts.ts';

/**
 * What supervisor and workers say to each other over their IPC channel (structured clone). The supervisor asks, a worker
 * answers with the id of the question; both are our own code, so nothing is checked on arrival.
 */

/** Questions and what each is answered with. The one list; both sides are typed by it. */
export interface WorkerCalls {
  reload: { readonly ask: EdgeConfig; readonly answer: ReloadAnswer };
  purge: { readonly ask: PurgeSelector; readonly answer: number };
  metrics: { readonly ask: undefined; readonly answer: unknown };
  functions: { readonly ask: undefined; readonly answer: readonly FunctionState[] };
  hostPids: { readonly ask: undefined; readonly answer: readonly number[] };
  drain: { readonly ask: number; readonly answer: undefined };
}

export type WorkerCallName = keyof WorkerCalls;

/** A `ReloadOutcome` whose errors can cross processes. */
export type ReloadAnswer =
  | { readonly kind: 'reloaded' }
  | { readonly kind: 'kept'; readonly problems: readonly ErrorText[] };

/** First message to a worker: what to serve, and the listening sockets, one per listener. */
export interface StartMessage {
  readonly kind: 'start';
  readonly config: EdgeConfig;
  readonly listenFds: readonly number[];
}

/** One question. `ask` has the type that goes with `name`. */
export type AskMessage = {
  readonly [Name in WorkerCallName]: {
    readonly kind: 'ask';
    readonly id: number;
    readonly name: Name;
    readonly ask: WorkerCalls[Name]['ask'];
  };
}[WorkerCallName];

export type ToWorker = StartMessage | AskMessage;

export type FromWorker =
  | { readonly kind: 'ready'; readonly addresses: readonly AddressInfo[] }
  /** The worker cannot start, and ends. */
  | { readonly kind: 'failed'; readonly error: ErrorText }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'refused'; readonly id: number; readonly error: ErrorText };

/** An `EdgeError` as plain data. */
export interface ErrorText {
  readonly code: ErrorCode;
  readonly message: string;
  readonly facts: ErrorFacts;
}

export function errorText({ code, message, facts }: EdgeError): ErrorText {
  return { code, message, facts };
}

export function errorOfText({ code, message, facts }: ErrorText): EdgeError {
  return new EdgeError(code, message, { facts });
}
