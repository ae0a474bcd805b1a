import { ERROR_TABLE, type ErrorCode } from '../../base/error-codes.ts';

/** The word of `X-Cache`, and of the log, for a hook that failed. */
export type FailureWord = 'LambdaValidationError' | 'LambdaExecutionError' | 'LambdaLimitExceeded';

/** What the viewer gets when a hook failed. */
export interface HookFailure {
  readonly word: FailureWord;
  readonly status: number;
}

/** The codes of a hook that ran, and of a function that cannot run. */
type HookErrorCode = Extract<ErrorCode, `EDGE_HOOK_${string}` | `EDGE_FUNCTION_${string}`>;

/**
 * CloudFront's three words for what can go wrong. A new code needs a row: the type asks for all of
 * them.
 */
const WORDS: Readonly<Record<HookErrorCode, FailureWord>> = {
  EDGE_HOOK_VALIDATION: 'LambdaValidationError',

  EDGE_HOOK_CONCURRENCY: 'LambdaLimitExceeded',

  EDGE_HOOK_THREW: 'LambdaExecutionError',
  // CloudFront's guide files timeouts in two places; its error table says execution.
  EDGE_HOOK_TIMEOUT: 'LambdaExecutionError',
  EDGE_HOOK_CPU: 'LambdaExecutionError',
  EDGE_HOOK_MEMORY: 'LambdaExecutionError',
  EDGE_HOOK_EXITED: 'LambdaExecutionError',
  EDGE_HOOK_CRASHED: 'LambdaExecutionError',
  EDGE_HOOK_COLLATERAL: 'LambdaExecutionError',
  EDGE_HOOK_QUARANTINED: 'LambdaExecutionError',
  EDGE_HOOK_UNAVAILABLE: 'LambdaExecutionError',

  EDGE_FUNCTION_NOT_FOUND: 'LambdaExecutionError',
  EDGE_FUNCTION_SYNTAX: 'LambdaExecutionError',
  EDGE_FUNCTION_DEPENDENCY: 'LambdaExecutionError',
  EDGE_FUNCTION_HANDLER: 'LambdaExecutionError',
  EDGE_FUNCTION_TOO_LARGE: 'LambdaExecutionError',
  EDGE_FUNCTION_UNSUPPORTED: 'LambdaExecutionError',
  EDGE_FUNCTION_INIT: 'LambdaExecutionError',
  EDGE_FUNCTION_INIT_TIMEOUT: 'LambdaExecutionError',
  EDGE_FUNCTION_INIT_MEMORY: 'LambdaExecutionError',
};

function isHookErrorCode(code: ErrorCode): code is HookErrorCode {
  return Object.hasOwn(WORDS, code);
}

/**
 * The word and the status of a hook's failure; `undefined` when the code is not of a hook or a
 * function.
 */
export function hookFailureOf(code: ErrorCode): HookFailure | undefined {
  if (!isHookErrorCode(code)) return undefined;
  return { word: WORDS[code], status: ERROR_TABLE[code].status };
}
