import { describe, expect, test } from 'vitest';
import { purgeSelector } from '../../src/app/admin-backend.ts';

describe('purgeSelector() of a URL names the key that a viewer made by asking for it', () => {
  test.each([
    ['http://www.example.com/a/b?x=1', 'www.example.com', '/a/b?x=1'],
    ['HTTPS://WWW.Example.com/A', 'www.example.com', '/A'],
    ['http://example.com', 'example.com', '/'],
    ['http://example.com?x', 'example.com', '/?x'],
    ['http://example.com:80/', 'example.com:80', '/'],
    ['http://[::1]:8080/a', '[::1]:8080', '/a'],
    ['http://example.com/a/../b/./c//d', 'example.com', '/a/../b/./c//d'],
    ['http://example.com/"a"?q="b"|\'c\'', 'example.com', '/"a"?q="b"|\'c\''],
    ['http://example.com/%7euser/%C3%A9', 'example.com', '/%7euser/%C3%A9'],
    ['http://example.com/caf\u00e9?a b', 'example.com', '/caf%C3%A9?a%20b'],
  ])('%s', (url, host, target) => {
    expect(purgeSelector({ kind: 'url', url })).toEqual({ kind: 'url', host, target });
  });
});
