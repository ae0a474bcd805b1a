import { describe, expect, test } from 'vitest';
import {
  type EgressTarget,
  parseAllowList,
  permissionOf,
  permitsAddress,
  targetOf,
  targetText,
} from '../../../src/host/egress/allow-list.ts';

function target(url: string): EgressTarget {
  const found = targetOf(new URL(url));
  if (found === undefined) throw new Error(`No target: ${url}`);
  return found;
}

describe('permissionOf()', () => {
  test.each([
    ['https://a.example.com', 'https://a.example.com/x?y'],
    ['https://a.example.com', 'https://A.Example.COM:443/'],
    ['https://a.example.com', 'https://a.example.com./'],
    ['HTTPS://A.EXAMPLE.COM', 'https://a.example.com/'],
    ['http://a.example.com', 'http://a.example.com:80/'],
    ['https://a.example.com:8443', 'https://a.example.com:8443/'],
    ['https://xn--bcher-kva.example', 'https://bücher.example/'],
    ['http://127.0.0.1:9000', 'http://0x7f.1:9000/'],
    ['http://[::1]:9000', 'http://[0:0:0:0:0:0:0:1]:9000/'],
    ['http://localhost:9000', 'http://localhost:9000/'],
  ])('%s permits %s', (entry, url) => {
    expect(permissionOf(parseAllowList([entry]), target(url))).toEqual({
      kind: 'permitted',
      by: 'exact',
    });
  });

  test.each([
    ['https://*.example.com', 'https://a.example.com/'],
    ['https://*.example.com', 'https://b.a.example.com/'],
    ['https://*.example.com:8443', 'https://a.example.com:8443/'],
  ])('%s permits %s as a wildcard', (entry, url) => {
    expect(permissionOf(parseAllowList([entry]), target(url))).toEqual({
      kind: 'permitted',
      by: 'wildcard',
    });
  });

  test.each([
    ['https://a.example.com', 'http://a.example.com/'],
    ['https://a.example.com', 'https://a.example.com:8443/'],
    ['https://a.example.com', 'https://b.a.example.com/'],
    ['https://a.example.com', 'https://a.example.com.evil.test/'],
    ['https://*.example.com', 'https://example.com/'],
    ['https://*.example.com', 'https://.example.com/'],
    ['https://*.example.com', 'https://evilexample.com/'],
    ['https://*.example.com', 'https://a.example.com:8443/'],
    ['https://*.example.com', 'http://a.example.com/'],
    ['http://*.0.0.1', 'http://127.0.0.1/'],
    ['http://*.1', 'http://127.0.0.1/'],
    ['http://127.0.0.1', 'http://[::ffff:127.0.0.1]/'],
    ['https://*', 'https://a.example.com/'],
    ['https://a.example.com/path', 'https://a.example.com/'],
    ['https://user@a.example.com', 'https://a.example.com/'],
    ['a.example.com', 'https://a.example.com/'],
    ['', 'https://a.example.com/'],
  ])('%s does not permit %s', (entry, url) => {
    expect(permissionOf(parseAllowList([entry]), target(url))).toEqual({ kind: 'denied' });
  });
});

describe('permitsAddress()', () => {
  test.each([
    // An entry names the address, with the scheme and port of the target.
    [['https://a.test', 'https://10.0.0.5'], 'https://a.test', '10.0.0.5', true],
    [['https://a.test', 'https://[fd00::1]'], 'https://a.test', 'FD00:0::1', true],
    [['https://a.test', 'http://10.0.0.5'], 'https://a.test', '10.0.0.5', false],
    [['https://a.test', 'https://10.0.0.5:8443'], 'https://a.test', '10.0.0.5', false],
    [['https://a.test'], 'https://a.test', '10.0.0.5', false],
    [['https://*.test'], 'https://a.test', '10.0.0.5', false],
    // An entry names localhost.
    [['http://localhost'], 'http://localhost', '127.0.0.1', true],
    [['http://localhost'], 'http://localhost', '::1', true],
    [['http://localhost'], 'http://localhost', '10.0.0.5', false],
    [['http://a.localhost'], 'http://a.localhost', '127.0.0.1', true],
    [['http://*.localhost'], 'http://a.localhost', '127.0.0.1', false],
  ])('%j, %s at %s: %s', (entries, url, address, expected) => {
    expect(permitsAddress(parseAllowList(entries), target(url), address)).toBe(expected);
  });
});

describe('targetText()', () => {
  test.each([
    ['https://a.test:443', 'https://a.test'],
    ['http://a.test:443', 'http://a.test:443'],
    ['http://[::1]:80', 'http://[::1]'],
    ['http://[::1]:81', 'http://[::1]:81'],
  ])('of %s is %s', (url, text) => {
    expect(targetText(target(url))).toBe(text);
  });
});
