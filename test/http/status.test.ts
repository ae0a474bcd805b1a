import { describe, expect, test } from 'vitest';
import {
  forbidsContent,
  isHeuristicallyCacheable,
  isSafeMethod,
  isUnderstoodStatus,
} from '../../src/http/status.ts';

describe('status helpers', () => {
  test.each([
    [200, true],
    [204, true],
    [404, true],
    [501, true],
    [201, false],
    [206, false],
    [302, false],
    [403, false],
    [503, false],
  ])('isHeuristicallyCacheable(%i) is %s (RFC 9110 §15.1)', (status, expected) => {
    expect(isHeuristicallyCacheable(status)).toBe(expected);
  });

  test.each([
    [103, true],
    [204, true],
    [304, true],
    [200, false],
  ])('forbidsContent(%i) is %s (RFC 9110 §6.4.1)', (status, expected) => {
    expect(forbidsContent(status)).toBe(expected);
  });

  test.each([
    [200, true],
    [599, false],
    [299, false],
  ])('isUnderstoodStatus(%i) is %s (RFC 9111 §5.2.2.3)', (status, expected) => {
    expect(isUnderstoodStatus(status)).toBe(expected);
  });

  test.each([
    ['GET', true],
    ['HEAD', true],
    ['OPTIONS', true],
    ['TRACE', true],
    ['POST', false],
    ['M-SEARCH', false],
    ['get', false],
  ])('isSafeMethod(%s) is %s (RFC 9110 §9.2.1)', (method, expected) => {
    expect(isSafeMethod(method)).toBe(expected);
  });
});
