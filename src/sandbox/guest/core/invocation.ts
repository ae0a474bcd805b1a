import { decodeEvent, encodeResult } from './codec.ts';
import { tellDone, tellHost } from './host.ts';
import { initLoop, isLoopEmpty, LOOP_EMPTY, runTicks, turn } from './loop.ts';
import { textOf } from './method-of.ts';

/**
 * The handler contract of Lambda's Node runtime (CloudFront developer guide): first completion wins,
 * callback results wait for an empty event loop, thenables settle the call, uncaught exceptions end
 * the environment.
 */

export interface FunctionMeta {
  readonly name?: string;
  readonly version?: string;
  readonly memoryMb?: number;
  readonly filename?: string;
  readonly exportPath?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>> | readonly string[];
  readonly functionName?: string;
  readonly invokedFunctionArn?: string;
  readonly logGroupName?: string;
  readonly logStreamName?: string;
}

export interface ErrorPayload {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
}

type Callback = (error?: unknown, result?: unknown) => void;
type Handler = (event: unknown, context: object, callback: Callback) => unknown;

/** An open call. `deferred` is the result given to the callback, until the loop is empty. */
interface Call {
  isFinished: boolean;
  isReported: boolean;
  waitsForEmptyLoop: boolean;
  deferred: { readonly value: unknown } | undefined;
}

interface CallFacts {
  readonly awsRequestId: string;
  readonly deadlineAt: number;
  readonly [member: string]: unknown;
}

let handler: Handler = () => undefined;
let isAsyncHandler = false;
/** The members of `context` that are the same for all calls. */
const constants = {
  functionVersion: '',
  functionName: '',
  memoryLimitInMB: '',
  logGroupName: '',
  logStreamName: '',
  invokedFunctionArn: '',
};
let current: Call | undefined;
let isEnded = false;
let emitProcessEvent: (name: string, ...args: unknown[]) => void = () => undefined;
const parseJson = JSON.parse;
const toJson = JSON.stringify;
const now = Date.now;
const random = Math.random;

/** Thrown by process.exit so that nothing after it runs; never reported. */
export const EXIT = { name: 'exit' };

export function initInvocations(emit: (name: string, ...args: unknown[]) => void): void {
  emitProcessEvent = emit;
  initLoop(reportUncaught);
}

export function setHandler(found: Handler, meta: FunctionMeta): void {
  handler = found;
  isAsyncHandler = found.constructor?.name === 'AsyncFunction';
  const name = meta.functionName ?? `us-east-1.${meta.name ?? 'function'}`;
  const version = meta.version ?? '1';
  Object.assign(constants, {
    functionVersion: version,
    functionName: name,
    memoryLimitInMB: String(meta.memoryMb ?? 128),
    logGroupName: meta.logGroupName ?? `/aws/lambda/${name}`,
    logStreamName: meta.logStreamName ?? logStreamName(version),
    invokedFunctionArn:
      meta.invokedFunctionArn ??
      `arn:aws:lambda:us-east-1:000000000000:function:${name}:${version}`,
  });
}

function logStreamName(version: string): string {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
  let id = '';
  while (id.length < 32) id += Math.floor(random() * 16).toString(16);
  return `${day}/[${version}]${id}`;
}

/**
 * Starts a call. Its end is reported with `done`, `error` or `fatal`, in this stretch or a later
 * one.
 */
export function invoke(eventText: string, contextText: string): void {
  const call: Call = {
    isFinished: false,
    isReported: false,
    waitsForEmptyLoop: true,
    deferred: undefined,
  };
  current = call;
  const callback: Callback = (error, result) => settleByCallback(call, error, result);
  try {
    const event = decodeEvent(eventText);
    const context = makeContext(call, contextText);
    const result = handler(event, context, callback) as Partial<PromiseLike<unknown>> | undefined;
    if (typeof result?.then === 'function') {
      result.then(
        (value: unknown) => settle(call, undefined, value),
        (error: unknown) => settle(call, error ?? 'handled', undefined),
      );
    }
  } catch (thrown) {
    settleByCallback(call, thrown ?? 'handled', undefined);
  }
  runTicks();
}

/**
 * One turn of the loop; reports what an empty loop means for the open call. Returns as `turn` does.
 */
export function poll(nowMs: number): number {
  if (isEnded) return LOOP_EMPTY;
  const waits = turn(nowMs);
  const call = current;
  if (waits !== LOOP_EMPTY || call === undefined || call.isReported) return waits;
  emitProcessEvent('beforeExit', 0);
  if (!isLoopEmpty()) return 0;
  if (call.deferred !== undefined) reportResult(call, call.deferred.value);
  else if (!isAsyncHandler) reportResult(call, null);
  else {
    const errorMessage = 'The event loop is empty and the promise of the handler is not settled';
    reportError(call, { errorType: 'Runtime.NodeJsExit', errorMessage, trace: [] });
  }
  return LOOP_EMPTY;
}

/** An exception that nobody caught: the call fails and the environment ends. */
export function reportUncaught(thrown: unknown): void {
  if (isEnded || thrown === EXIT) return;
  isEnded = true;
  try {
    emitProcessEvent('uncaughtException', thrown, 'uncaughtException');
  } catch {
    // A listener that throws changes nothing: the environment is ending.
  }
  tellHost('fatal', toJson(errorPayload(thrown)));
}

/** Ends the environment at once (process.exit). */
export function exit(code: number): never {
  isEnded = true;
  tellHost('exit', code);
  throw EXIT;
}

/**
 * Lambda's description of what was thrown, as its runtime reports it. Differs: the trace goes on
 * with the causes of the error, or "fetch failed" would say nothing.
 */
export function errorPayload(thrown: unknown): ErrorPayload {
  try {
    if (thrown instanceof Error || isErrorLike(thrown)) {
      const stack =
        typeof thrown.stack === 'string' ? thrown.stack : `${thrown.name}: ${thrown.message}`;
      return {
        errorType: textOf(thrown.name),
        errorMessage: textOf(thrown.message),
        trace: stack.split('\n').concat(causeLines(thrown.cause, 3)),
      };
    }
    return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
  } catch {
    const errorMessage = 'What was thrown cannot be described';
    return { errorType: 'Error', errorMessage, trace: [] };
  }
}

const toStringOf = (value: unknown): string => Object.prototype.toString.call(value);

/** The stack of a cause, and of its own cause, marked as `util.inspect` marks them. */
function causeLines(cause: unknown, depth: number): string[] {
  if (cause === undefined || cause === null || depth === 0) return [];
  const isError = cause instanceof Error || isErrorLike(cause);
  const text = isError && typeof cause.stack === 'string' ? cause.stack : causeText(cause);
  const more = isError ? causeLines(cause.cause, depth - 1) : [];
  return `  [cause]: ${text}`.split('\n').concat(more);
}

function causeText(cause: unknown): string {
  return typeof cause === 'string' ? cause : toStringOf(cause);
}

function isErrorLike(thrown: unknown): thrown is Error {
  if (typeof thrown !== 'object' || thrown === null) return false;
  const { name, message, stack } = thrown as Partial<Error>;
  return typeof name === 'string' && typeof message === 'string' && typeof stack === 'string';
}

function settleByCallback(call: Call, error: unknown, result: unknown): void {
  const isError = error !== undefined && error !== null;
  if (isError || !call.waitsForEmptyLoop) {
    settle(call, error, result);
  } else if (!call.isFinished) {
    call.isFinished = true;
    call.deferred = { value: result };
  }
}

function settle(call: Call, error: unknown, result: unknown): void {
  if (call.isFinished) return;
  call.isFinished = true;
  if (error !== undefined && error !== null) reportError(call, errorPayload(error));
  else reportResult(call, result);
}

function reportResult(call: Call, value: unknown): void {
  let text: string;
  try {
    text = encodeResult(value);
  } catch (thrown) {
    reportError(call, errorPayload(thrown));
    return;
  }
  // What was put off to the next tick still happens, as on Lambda, so the last lines of a logger
  // get out.
  runTicks();
  if (call.isReported || call !== current) return;
  call.isReported = true;
  current = undefined;
  tellDone(text);
}

function reportError(call: Call, payload: ErrorPayload): void {
  if (call.isReported || call !== current) return;
  call.isReported = true;
  current = undefined;
  tellHost('error', toJson(payload));
}

/**
 * `contextText` is the request id and the deadline (epoch ms) separated by a NUL, or JSON that may
 * set any member. The object is made anew for each call, so what is the same for all calls is
 * copied from `constants`.
 */
function makeContext(call: Call, contextText: string): object {
  const isJson = contextText[0] === '{';
  const at = isJson ? -1 : contextText.indexOf('\0');
  const given = isJson ? (parseJson(contextText) as Partial<CallFacts>) : undefined;
  const deadlineAt = given?.deadlineAt ?? Number(contextText.slice(at + 1));
  const context = {
    get callbackWaitsForEmptyEventLoop(): boolean {
      return call.waitsForEmptyLoop;
    },
    set callbackWaitsForEmptyEventLoop(waits: boolean) {
      call.waitsForEmptyLoop = waits;
    },
    succeed: (result?: unknown): void => settle(call, undefined, result),
    fail: (error?: unknown): void => settle(call, error ?? 'handled', undefined),
    done: (error?: unknown, result?: unknown): void => settle(call, error, result),
    functionVersion: constants.functionVersion,
    functionName: constants.functionName,
    memoryLimitInMB: constants.memoryLimitInMB,
    logGroupName: constants.logGroupName,
    logStreamName: constants.logStreamName,
    clientContext: undefined,
    identity: undefined,
    invokedFunctionArn: constants.invokedFunctionArn,
    awsRequestId: isJson ? given?.awsRequestId : contextText.slice(0, at),
    getRemainingTimeInMillis: (): number => deadlineAt - now(),
  };
  return given === undefined ? context : addGiven(context, given);
}

function addGiven(context: object, given: Partial<CallFacts>): object {
  for (const name of Object.keys(given)) {
    if (name !== 'deadlineAt') Object.defineProperty(context, name, describe(given[name]));
  }
  return context;
}

function describe(value: unknown): PropertyDescriptor {
  return { value, configurable: true, enumerable: true, writable: true };
}
