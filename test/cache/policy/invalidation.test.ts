import { describe, expect, test } from 'vitest';
import { invalidatedTargets, sameOriginTarget } from '../../../src/cache/policy/invalidation.ts';
import { get, ok } from './support.ts';

const KEY = { text: 'example.com/a/b?c', host: 'example.com', target: '/a/b?c' };

describe('sameOriginTarget()', () => {
  test.each([
    ['/x', '/x'],
    ['x?y=1#z', '/a/x?y=1'],
    ['', '/a/b?c'],
    ['http://example.com/x', '/x'],
    ['https://EXAMPLE.com:443/x', '/x'],
    ['//example.com/x', '/x'],
    ['http://other.example/x', undefined],
    ['//other.example/x', undefined],
    ['http://example.com:8080/x', undefined],
    ['mailto:a@example.com', undefined],
    ['ftp://example.com/x', undefined],
    ['http://[', undefined],
  ])('of %j is %j', (reference, target) => {
    expect(sameOriginTarget(reference, KEY)).toBe(target);
  });

  test('without a usable host there is none', () => {
    expect(sameOriginTarget('/x', { host: 'a b', target: '/' })).toBeUndefined();
  });
});

describe('invalidatedTargets()', () => {
  const located = ['Location', '/x', 'Content-Location', '/y'];
  test.each([
    ['POST', 200, [], ['/a/b?c']],
    ['PUT', 204, [], ['/a/b?c']],
    ['M-SEARCH', 200, [], ['/a/b?c']],
    ['POST', 302, [], ['/a/b?c']],
    ['POST', 201, located, ['/a/b?c', '/x', '/y']],
    ['POST', 201, ['Location', 'http://other.example/x'], ['/a/b?c']],
    ['POST', 500, located, []],
    ['POST', 400, located, []],
    ['GET', 200, located, []],
    ['HEAD', 200, located, []],
  ])('%s %i %j: %j (RFC 9111 §4.4)', (method, status, fields, targets) => {
    expect(invalidatedTargets({ ...get(), method }, ok(fields, status), KEY)).toEqual(targets);
  });
});
