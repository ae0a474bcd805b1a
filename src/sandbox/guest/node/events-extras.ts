import { invalidArgType, nodeError } from '../core/node-error.ts';
import { type Emitter, EventEmitter, type EventName, type Listener } from './events.ts';

/** The static helpers of the events module that few use: once, on, addAbortListener. */

interface Target {
  addEventListener(type: string, listener: Listener, options?: object): void;
  removeEventListener(type: string, listener: Listener): void;
}

interface SignalLike extends Target {
  readonly aborted: boolean;
  readonly reason: unknown;
}

interface Options {
  readonly signal?: SignalLike;
}

function abortError(signal: SignalLike): Error {
  const error = nodeError(Error, 'ABORT_ERR', 'The operation was aborted');
  error.name = 'AbortError';
  error['cause'] = signal.reason;
  return error;
}

function isEmitter(source: Emitter | Target): source is Emitter {
  return typeof (source as Emitter).on === 'function';
}

function listen(
  source: Emitter | Target,
  name: EventName,
  listener: Listener,
  once: boolean,
): void {
  if (isEmitter(source)) {
    if (once) source.once(name, listener);
    else source.on(name, listener);
  } else if (typeof source.addEventListener === 'function') {
    source.addEventListener(String(name), listener, { once });
  } else {
    throw invalidArgType('emitter', 'an instance of EventEmitter', source);
  }
}

function unlisten(source: Emitter | Target, name: EventName, listener: Listener): void {
  if (isEmitter(source)) source.removeListener(name, listener);
  else source.removeEventListener(String(name), listener);
}

/** A promise of the arguments of the next event `name`; an `error` event rejects it. */
export function once(
  source: Emitter | Target,
  name: EventName,
  options: Options = {},
): Promise<unknown[]> {
  const { signal } = options;
  if (signal?.aborted) return Promise.reject(abortError(signal));
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      unlisten(source, name, onEvent);
      if (isEmitter(source)) source.removeListener('error', onError);
      signal?.removeEventListener('abort', onAbort);
    };
    const onEvent: Listener = (...args) => {
      stop();
      resolve(args);
    };
    const onError: Listener = (error) => {
      stop();
      reject(error);
    };
    const onAbort: Listener = () => {
      stop();
      if (signal !== undefined) reject(abortError(signal));
    };
    listen(source, name, onEvent, true);
    if (name !== 'error' && isEmitter(source)) source.once('error', onError);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

interface OnOptions extends Options {
  readonly close?: readonly string[];
}

interface Waiter {
  resolve(result: IteratorResult<unknown[]>): void;
  reject(error: unknown): void;
}

/**
 * An async iterator over the events `name`, until an `error` event, the signal, or one of `close`.
 */
export function on(source: Emitter | Target, name: EventName, options: OnOptions = {}): object {
  const { signal } = options;
  if (signal?.aborted) throw abortError(signal);
  const queue: unknown[][] = [];
  const waiters: Waiter[] = [];
  let failure: { error: unknown } | undefined;
  let isDone = false;
  const push: Listener = (...args) => {
    const waiter = waiters.shift();
    if (waiter === undefined) queue.push(args);
    else waiter.resolve({ value: args, done: false });
  };
  const fail: Listener = (error) => {
    stop();
    const waiter = waiters.shift();
    if (waiter === undefined) failure = { error };
    else waiter.reject(error);
  };
  const abort: Listener = () => {
    if (signal !== undefined) fail(abortError(signal));
  };
  const finish: Listener = () => {
    stop();
    isDone = true;
    for (const waiter of waiters.splice(0)) waiter.resolve({ value: undefined, done: true });
  };
  const stop = (): void => {
    unlisten(source, name, push);
    if (isEmitter(source)) source.removeListener('error', fail);
    for (const each of options.close ?? []) unlisten(source, each, finish);
    signal?.removeEventListener('abort', abort);
  };
  listen(source, name, push, false);
  if (name !== 'error' && isEmitter(source)) source.on('error', fail);
  for (const each of options.close ?? []) listen(source, each, finish, false);
  signal?.addEventListener('abort', abort, { once: true });
  const next = (): Promise<IteratorResult<unknown[]>> => {
    const value = queue.shift();
    if (value !== undefined) return Promise.resolve({ value, done: false });
    if (failure !== undefined) {
      const { error } = failure;
      failure = undefined;
      isDone = true;
      return Promise.reject(error);
    }
    if (isDone) return Promise.resolve(DONE);
    return new Promise((resolve, reject) => waiters.push({ resolve, reject }));
  };
  return iteratorOf(next, finish, fail);
}

const DONE: IteratorResult<unknown[]> = { value: undefined, done: true };

function iteratorOf(
  next: () => Promise<IteratorResult<unknown[]>>,
  finish: Listener,
  fail: Listener,
): object {
  return {
    next,
    return(): Promise<IteratorResult<unknown[]>> {
      finish();
      return Promise.resolve(DONE);
    },
    throw(error: unknown): Promise<IteratorResult<unknown[]>> {
      fail(error);
      return Promise.resolve(DONE);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** Calls `listener` once when the signal aborts; the result ends the subscription. */
export function addAbortListener(signal: SignalLike, listener: Listener): Disposable {
  if (signal.aborted) {
    queueMicrotaskOf(() => listener());
    return { [Symbol.dispose]: () => undefined };
  }
  signal.addEventListener('abort', listener, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener('abort', listener) };
}

function queueMicrotaskOf(run: () => void): void {
  void Promise.resolve().then(run);
}

/** An emitter; the async resource part has no meaning inside an isolate. */
export class EventEmitterAsyncResource extends EventEmitter {}
