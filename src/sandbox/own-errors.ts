import type { FunctionSettings, LoadFailure } from '../wire/messages.ts';
import { CUT_MESSAGE_CHARS, RESULT_CHARS } from './limits.ts';

/**
 * FunctionErrors, as JSON, that the hook host itself makes. Types and words are those of Lambda
 * where it has some.
 */

export function errorJsonOf(errorType: string, errorMessage: string): string {
  return JSON.stringify({ errorType, errorMessage, trace: [] });
}

/** A result that is larger than a payload may be. */
export function tooLargeJson(chars: number): string {
  return errorJsonOf(
    'Function.ResponseSizeTooLarge',
    `Response payload size (${chars} characters) exceeded maximum allowed payload size (${RESULT_CHARS} characters)`,
  );
}

/** Why a module could not be loaded for a call that found no idle environment. */
export function loadFailureJson(failure: LoadFailure, settings: FunctionSettings): string {
  const limits: Readonly<Record<LoadFailure, string>> = {
    init: 'The module failed without an error',
    handler: 'The module has no handler',
    timeout: `The module did not finish loading within ${settings.initTimeoutMs} ms (initTimeoutMs)`,
    memory: `The module needs more than ${settings.memoryMb} MiB (memoryMb)`,
    exit: 'The module ended its environment while loading',
  };
  return errorJsonOf('Runtime.ImportModuleError', limits[failure]);
}

const ERROR_TYPE = /^\{"errorType":"([\w$.]{1,100})"/;

/** Cuts a FunctionError that is too long: its type stays, with the beginning of the rest. */
export function cutErrorJson(json: string, maxChars: number): string {
  if (json.length <= maxChars) return json;
  const errorType = ERROR_TYPE.exec(json)?.[1] ?? 'Error';
  const start = json.slice(0, CUT_MESSAGE_CHARS);
  return errorJsonOf(errorType, `${start}… (${json.length} characters)`);
}
