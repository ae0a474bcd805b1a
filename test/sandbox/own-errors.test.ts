import { describe, expect, test } from 'vitest';
import { readFunctionError } from '../../src/host/hook-call.ts';
import { cutErrorJson, loadFailureJson, tooLargeJson } from '../../src/sandbox/own-errors.ts';
import { hosted } from '../host/hosted.ts';

describe('cutErrorJson()', () => {
  const error = { errorType: 'RangeError', errorMessage: 'too far', trace: ['at a', 'at b'] };

  test('leaves an error of ordinary size alone', () => {
    const json = JSON.stringify(error);
    expect(cutErrorJson(json, json.length)).toBe(json);
  });

  test('keeps the type and the beginning of one that is too long', () => {
    const json = JSON.stringify({ ...error, errorMessage: 'x'.repeat(10_000) });
    const cut = readFunctionError(cutErrorJson(json, 5000));
    expect(cut?.errorType).toBe('RangeError');
    expect(cut?.errorMessage).toContain('xxx');
    expect(cut?.errorMessage).toContain(`(${json.length} characters)`);
    expect(cut?.errorMessage.length).toBeLessThan(5000);
  });

  test.each([
    ['has no type', '{"errorMessage":"x"}'],
    ['has a type of two hundred characters', `{"errorType":"${'A'.repeat(200)}"}`],
    ['is no JSON', 'x'],
  ])('makes an Error of text that %s', (_what, json) => {
    expect(readFunctionError(cutErrorJson(json.padEnd(400), 300))?.errorType).toBe('Error');
  });
});

test("tooLargeJson() is Lambda's error", () => {
  const error = readFunctionError(tooLargeJson(7_000_000));
  expect(error?.errorType).toBe('Function.ResponseSizeTooLarge');
  expect(error?.errorMessage).toContain('7000000');
});

test.each([
  ['timeout', '5000 ms'],
  ['memory', '128 MiB'],
  ['exit', 'ended its environment'],
] as const)('loadFailureJson() of %s names what was exceeded', (failure, text) => {
  const error = readFunctionError(loadFailureJson(failure, hosted('f', '').settings));
  expect(error?.errorMessage).toContain(text);
});
