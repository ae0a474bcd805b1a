import { textOf } from './method-of.ts';
/**
 * The guest's one line to the hook host: a synchronous call with an operation name. Arguments and
 * results are copied, so no object of the host is ever visible here, and this module never hands
 * the call itself to user code.
 */
export type HostCall = (operation: string, ...args: unknown[]) => unknown;

/** How a host operation reports a failure: isolated-vm would drop the `code` of a thrown error. */
interface HostFailure {
  readonly hostError: true;
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly [extra: string]: unknown;
}

/** What becomes of an operation that the host completes later. */
export type HostReply = (error: Error | undefined, ...results: unknown[]) => void;

let hostCall: HostCall = () => undefined;
let lastOperationId = 0;
const waiting = new Map<number, HostReply>();

const CONSTRUCTORS: Record<string, ErrorConstructor> = {
  __proto__: null as never,
  TypeError: TypeError,
  RangeError: RangeError,
  SyntaxError: SyntaxError,
};

export function connectHost(call: HostCall): void {
  hostCall = call;
}

/** Tells the host something; no answer is expected. */
export function tellHost(operation: string, ...args: unknown[]): void {
  hostCall(operation, ...args);
}

/** Reports the result of a call; apart from `tellHost`, which is slower by its rest parameters. */
export function tellDone(text: string): void {
  hostCall('done', text);
}

/**
 * Runs a synchronous host operation. Throws what the host reports, rebuilt as an error of this
 * realm.
 */
export function askHost(operation: string, ...args: unknown[]): unknown {
  const result = hostCall(operation, ...args);
  if (isFailure(result)) throw errorOf(result);
  return result;
}

/**
 * Starts an operation that the host completes with `deliver`. While it is open the event loop is
 * not empty.
 */
export function startHostOperation(name: string, args: unknown[], reply: HostReply): number {
  lastOperationId += 1;
  const id = lastOperationId;
  waiting.set(id, reply);
  hostCall('op', id, name, ...args);
  return id;
}

/** Starts an operation whose answer does not matter; the event loop does not wait for it. */
export function tellHostOperation(name: string, args: unknown[]): void {
  lastOperationId += 1;
  hostCall('op', lastOperationId, name, ...args);
}

/** Gives up an operation: its answer is no longer wanted, and the host ends it. */
export function cancelHostOperation(id: number): void {
  if (waiting.delete(id)) hostCall('opCancel', id);
}

export function openHostOperations(): number {
  return waiting.size;
}

/** Completes an operation; unknown ids are answers that nobody waits for any more. */
export function completeHostOperation(id: number, ok: boolean, results: unknown[]): void {
  const reply = waiting.get(id);
  if (reply === undefined) return;
  waiting.delete(id);
  if (ok) reply(undefined, ...results);
  else reply(isFailure(results[0]) ? errorOf(results[0]) : errorFrom(results[0]));
}

function isFailure(value: unknown): value is HostFailure {
  return (
    typeof value === 'object' &&
    value !== null &&
    (value as Partial<HostFailure>).hostError === true
  );
}

function errorOf(failure: HostFailure): Error {
  const Constructor = CONSTRUCTORS[failure.name] ?? Error;
  const error: Error & Record<string, unknown> = new Constructor(failure.message) as never;
  for (const key of Object.keys(failure)) {
    if (key !== 'hostError' && key !== 'name' && key !== 'message') error[key] = failure[key];
  }
  if (error.name !== failure.name && failure.name !== 'Error') {
    Object.defineProperty(error, 'name', {
      value: failure.name,
      configurable: true,
      writable: true,
      enumerable: false,
    });
  }
  return error;
}

function errorFrom(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  if (typeof thrown === 'object' && thrown !== null) {
    const { message, name, code, ...rest } = thrown as Record<string, unknown>;
    const failure = { hostError: true, name: textOf(name ?? 'Error'), message: String(message) };
    return errorOf({ ...failure, ...(code === undefined ? {} : { code }), ...rest } as HostFailure);
  }
  return new Error(String(thrown));
}
