import { describe, expect, test } from 'vitest';
import { ERROR_TABLE, type ErrorCode } from '../../../src/base/error-codes.ts';
import { hookFailureOf } from '../../../src/hook/lambda-edge/failure.ts';

const CODES = Object.keys(ERROR_TABLE) as ErrorCode[];

describe('hookFailureOf()', () => {
  test.each([
    ['EDGE_HOOK_VALIDATION', 'LambdaValidationError', 502],
    ['EDGE_HOOK_THREW', 'LambdaExecutionError', 503],
    ['EDGE_HOOK_TIMEOUT', 'LambdaExecutionError', 503],
    ['EDGE_HOOK_MEMORY', 'LambdaExecutionError', 503],
    ['EDGE_HOOK_CRASHED', 'LambdaExecutionError', 503],
    ['EDGE_FUNCTION_INIT', 'LambdaExecutionError', 503],
    ['EDGE_HOOK_CONCURRENCY', 'LambdaLimitExceeded', 503],
  ] as const)(
    'hookFailureOf() of %s is %s with %i (CloudFront developer guide)',
    (code, word, status) => {
      expect(hookFailureOf(code)).toEqual({ word, status });
    },
  );

  test('hookFailureOf() has a word for every code of a hook or a function, and for no other', () => {
    expect(CODES.filter((code) => hookFailureOf(code) !== undefined)).toEqual(
      CODES.filter((code) => /^EDGE_(?:HOOK|FUNCTION)_/.test(code)),
    );
  });
});
