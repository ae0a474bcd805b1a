import { EdgeError } from '../base/edge-error.ts';
import type { ErrorCode } from '../base/error-codes.ts';
import type { FunctionLimits, NetworkConfig } from '../config/config.ts';
import type { CallCost, FunctionError, FunctionLogLine } from '../wire/hook-call.ts';
import type { CallFailure, FunctionSettings, LoadFailure } from '../wire/messages.ts';

/** A function as this room needs it: what the host is told, and what the edge worker enforces. */
export interface HostedFunction {
  readonly settings: FunctionSettings;
  /** The bundled program. */
  readonly text: string;
  readonly limits: FunctionLimits;
  readonly trustGroup: string;
  readonly network: NetworkConfig;
}

/**
 * One call of a hook. `timeoutMs` and `cpuMs` are those of the hook, never above the function's
 * own.
 */
export interface HookCallRequest {
  readonly functionName: string;
  /** Hook point, for messages and logs. */
  readonly point: string;
  /** The id that viewer, logs and hooks share. */
  readonly requestId: string;
  readonly awsRequestId: string;
  /** The encoded event (`wire/event-codec.ts`). */
  readonly eventText: string;
  readonly timeoutMs: number;
  readonly cpuMs: number;
}

/** What a call gave. `text` is the encoded result, still to be validated by `hook/`. */
export type HookOutcome =
  | { readonly kind: 'result'; readonly text: string; readonly cost: CallCost }
  | {
      readonly kind: 'failed';
      readonly error: EdgeError;
      /** The function's own error, when it threw. */
      readonly functionError?: FunctionError;
      readonly cost: CallCost;
    };

/** A log line of a function with what joins it to the request. */
export interface FunctionLog extends FunctionLogLine {
  readonly functionName: string;
  readonly version: string;
  /** Absent while the module is being loaded. */
  readonly requestId?: string;
  readonly awsRequestId?: string;
  readonly point?: string;
}

/** How loading one function ended. */
export type LoadOutcome =
  | { readonly kind: 'loaded'; readonly initMs: number; readonly heapMb: number }
  | { readonly kind: 'failed'; readonly error: EdgeError; readonly functionError?: FunctionError };

export const NO_COST: CallCost = { wallMs: 0, cpuMs: 0 };

const CALL_CODES: Readonly<Record<CallFailure, ErrorCode>> = {
  error: 'EDGE_HOOK_THREW',
  cpu: 'EDGE_HOOK_CPU',
  starved: 'EDGE_HOOK_CPU',
  timeout: 'EDGE_HOOK_TIMEOUT',
  memory: 'EDGE_HOOK_MEMORY',
  exit: 'EDGE_HOOK_EXITED',
  init: 'EDGE_FUNCTION_INIT',
};

const LOAD_CODES: Readonly<Record<LoadFailure, ErrorCode>> = {
  init: 'EDGE_FUNCTION_INIT',
  handler: 'EDGE_FUNCTION_HANDLER',
  timeout: 'EDGE_FUNCTION_INIT_TIMEOUT',
  memory: 'EDGE_FUNCTION_INIT_MEMORY',
  exit: 'EDGE_FUNCTION_INIT',
};

/** Facts about a call for a failure message. */
export interface CallFacts {
  readonly hosted: HostedFunction;
  readonly request: HookCallRequest;
  readonly cost: CallCost;
}

/**
 * Makes the error of a failed call: it names the function, the hook point, the limit, the budget
 * and what was used.
 */
export function callError(
  failure: CallFailure,
  facts: CallFacts,
  functionError?: FunctionError,
): EdgeError {
  const { hosted, request, cost } = facts;
  const where = `function "${request.functionName}" at ${request.point}`;
  const base = {
    function: request.functionName,
    version: hosted.settings.version,
    hookPoint: request.point,
  };
  switch (failure) {
    case 'cpu':
    case 'starved':
      return new EdgeError(
        'EDGE_HOOK_CPU',
        `Cannot finish ${where}: it used ${cost.cpuMs.toFixed(0)} ms of CPU, ${failure === 'cpu' ? 'limit' : 'and the machine had no more to give; limit'} is ${request.cpuMs} ms (cpuMs)`,
        {
          facts: { ...base, limit: 'cpuMs', budget: request.cpuMs, actual: Math.round(cost.cpuMs) },
        },
      );
    case 'timeout':
      return new EdgeError(
        'EDGE_HOOK_TIMEOUT',
        `Cannot finish ${where}: no result after ${cost.wallMs.toFixed(0)} ms, limit is ${request.timeoutMs} ms (timeoutMs)`,
        {
          facts: {
            ...base,
            limit: 'timeoutMs',
            budget: request.timeoutMs,
            actual: Math.round(cost.wallMs),
          },
        },
      );
    case 'memory': {
      const limitMb = hosted.limits.memoryMb;
      return new EdgeError(
        'EDGE_HOOK_MEMORY',
        `Cannot finish ${where}: it needs more than ${limitMb} MiB, limit is ${limitMb} MiB (memoryMb)`,
        { facts: { ...base, limit: 'memoryMb', budget: limitMb } },
      );
    }
    case 'exit':
      return new EdgeError('EDGE_HOOK_EXITED', `Cannot finish ${where}: it ended its environment`, {
        facts: base,
      });
    case 'error':
    case 'init':
      return new EdgeError(
        CALL_CODES[failure],
        `Cannot finish ${where}: ${describeFunctionError(functionError)}`,
        { facts: { ...base, ...(functionError && { errorType: functionError.errorType }) } },
      );
    default:
      return failure satisfies never;
  }
}

/** Makes the error of a function that cannot be loaded. */
export function loadError(
  failure: LoadFailure,
  hosted: HostedFunction,
  functionError: FunctionError | undefined,
): EdgeError {
  const name = hosted.settings.name;
  const details: Readonly<Record<LoadFailure, string>> = {
    init: describeFunctionError(functionError),
    handler: describeFunctionError(functionError),
    timeout: `its module did not finish loading, limit is ${hosted.limits.initTimeoutMs} ms (initTimeoutMs)`,
    memory: `its module needs more than ${hosted.limits.memoryMb} MiB while loading (memoryMb)`,
    exit: 'its module ended its environment while loading',
  };
  return new EdgeError(LOAD_CODES[failure], `Cannot load function "${name}": ${details[failure]}`, {
    facts: { function: name, version: hosted.settings.version },
  });
}

/**
 * Reads a FunctionError that a host sent; `undefined` when it is not one. The text comes from
 * beside user code.
 */
export function readFunctionError(json: string): FunctionError | undefined {
  if (json === '') return undefined;
  try {
    const raw = JSON.parse(json) as Partial<Record<keyof FunctionError, unknown>>;
    return {
      errorType: textOr(raw.errorType, 'Error'),
      errorMessage: textOr(raw.errorMessage, ''),
      trace: Array.isArray(raw.trace) ? raw.trace.map(String) : [],
    };
  } catch {
    return { errorType: 'Error', errorMessage: json, trace: [] };
  }
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}

function describeFunctionError(error: FunctionError | undefined): string {
  if (error === undefined) return 'it failed without an error';
  return error.errorMessage === '' ? error.errorType : `${error.errorType}: ${error.errorMessage}`;
}
