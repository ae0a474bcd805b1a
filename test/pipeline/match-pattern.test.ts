import { describe, expect, test } from 'vitest';
import { compilePattern, normalizedPath } from '../../src/pipeline/match-pattern.ts';

describe('normalizedPath()', () => {
  test.each([
    ['/a/b', '/a/b', 'as it is'],
    ['/a//b', '/a/b', 'repeated slashes'],
    ['/a/./b', '/a/b', 'dot segments (RFC 3986 §5.2.4)'],
    ['/x/../a', '/a', 'dot segments (RFC 3986 §5.2.4)'],
    ['/../../a', '/a', 'no way above the root'],
    ['/a/..', '/', 'names the folder'],
    ['/%61dmin/x', '/admin/x', 'an escaped letter (RFC 3986 §6.2.2.2)'],
    ['/x/%2e%2E/admin', '/admin', 'escaped dots (RFC 3986 §6.2.2.2)'],
    ['/%7Euser/%2dx%5f', '/~user/-x_', 'other unreserved characters (RFC 3986 §2.3)'],
    ['/a%2Fb', '/a%2Fb', 'an escaped slash is no slash (RFC 3986 §2.2)'],
    ['/a%252e', '/a%252e', 'decoded once only'],
    ['/a%zz%', '/a%zz%', 'no escapes'],
  ])('%s is %s: %s', (path, normalized) => {
    expect(normalizedPath(path)).toBe(normalized);
  });
});

describe('compilePattern()', () => {
  test.each([
    ['/a/*', '/a/b/c', true],
    ['a/*', '/a/', true],
    ['/a/*', '/ab', false],
    ['*.jpg', '/x/y.jpg', true],
    ['*.jpg', '/xyjpg', false],
    ['/a?c', '/abc', true],
    ['/a?c', '/ac', false],
    ['/A', '/a', false],
    ['/%7euser/*', normalizedPath('/~user/x'), true],
  ])('%s for %s: %s', (pattern, path, matches) => {
    expect(compilePattern(pattern)(path)).toBe(matches);
  });
});
