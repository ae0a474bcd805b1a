import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cacheKey, isCachingDisabled } from '../../../src/cache/policy/key.ts';
import { cloudfront, get, RFC9111 } from './support.ts';

describe('cacheKey() under rfc9111', () => {
  test('is host, path and query, for every method', () => {
    const head = { ...get([], '/a', 'x=1'), method: 'HEAD' };
    expect(cacheKey(RFC9111, 'Example.COM:8080', head)).toEqual({
      text: 'example.com:8080/a?x=1',
      host: 'example.com:8080',
      target: '/a?x=1',
    });
    expect(cacheKey(RFC9111, 'a', get()).text).toBe('a/a');
  });
});

describe('cacheKey() under a CloudFront policy', () => {
  const query = 'b=2&a=1&b=3';
  const fields = [
    'Accept-Language',
    'en, de',
    'X-Empty',
    '',
    'Accept-Encoding',
    'gzip, br',
    'Cookie',
    'z=1; a=2; $x=3',
    'cookie',
    'q=5=6; broken; =7',
  ];
  test.each([
    [{}, '/a'],
    [{ queryStrings: { kind: 'all' } }, '/a?b=2&a=1&b=3'],
    [{ queryStrings: { kind: 'include', names: ['b'] } }, '/a?b=2&b=3'],
    [{ queryStrings: { kind: 'include', names: ['B'] } }, '/a'],
    [{ queryStrings: { kind: 'exclude', names: ['b'] } }, '/a?a=1'],
    [{ headers: { kind: 'include', names: ['accept-language'] } }, '/a h:accept-language=en,%20de'],
    [{ headers: { kind: 'include', names: ['x-none', 'x-empty'] } }, '/a h:x-empty= h:x-none'],
    [{ headers: { kind: 'include', names: ['host'] } }, '/a h:host=example.com'],
    [
      { headers: { kind: 'exclude', names: ['cookie', 'accept-encoding'] } },
      '/a h:accept-language=en,%20de h:x-empty=',
    ],
    [{ cookies: { kind: 'all' } }, '/a c:a=2 c:q=5=6 c:z=1'],
    [{ cookies: { kind: 'include', names: ['z', 'Z'] } }, '/a c:z=1'],
    [{ cookies: { kind: 'exclude', names: ['z'] } }, '/a c:a=2 c:q=5=6'],
    [{ acceptEncodingGzip: true, acceptEncodingBrotli: true }, '/a ae=br,gzip'],
    [{ acceptEncodingGzip: true }, '/a ae=gzip'],
  ] as const)('with %j is %s', (changes, text) => {
    expect(cacheKey(cloudfront(changes), 'Example.com', get(fields, '/a', query)).text).toBe(text);
  });

  test('all headers may be selected', () => {
    const policy = cloudfront({ headers: { kind: 'all' } });
    expect(cacheKey(policy, 'h', get(['B', '1', 'A', '2', 'b', '3'])).text).toBe(
      '/a h:a=2 h:b=1,%203',
    );
  });

  test('Accept-Encoding is not in the key when the viewer accepts nothing that is enabled', () => {
    const policy = cloudfront({ acceptEncodingGzip: true });
    expect(cacheKey(policy, 'h', get(['Accept-Encoding', 'br'])).text).toBe('/a');
    expect(cacheKey(policy, 'h', get([])).text).toBe('/a');
  });

  test('the host is shared unless it is keyed; the target has the keyed query only', () => {
    const shared = cacheKey(cloudfront(), 'a.example', get([], '/x', 'y=1'));
    expect(shared).toEqual({ text: '/x', host: '', target: '/x' });
    const keyed = cloudfront({ headers: { kind: 'include', names: ['host'] } });
    expect(cacheKey(keyed, 'A.example', get()).host).toBe('a.example');
  });

  test('two different selections never give one key', () => {
    const policy = cloudfront({
      headers: { kind: 'include', names: ['x', 'y'] },
      cookies: { kind: 'all' },
      queryStrings: { kind: 'all' },
    });
    const text = fc.string({ unit: fc.constantFrom(' ', '%', '2', '0', ':', '=', 'h', 'c', 'y') });
    const path = fc.string({ unit: fc.constantFrom('%', '2', '0', ':', '=', 'h', 'y') });
    const parts = fc.record({ path, x: text, y: fc.option(text) });
    const keyOf = ({ path: p, x, y }: { path: string; x: string; y: string | null }) =>
      cacheKey(policy, 'h', get(['X', x, ...(y === null ? [] : ['Y', y])], `/${p}`)).text;
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        fc.pre(JSON.stringify(a) !== JSON.stringify(b));
        expect(keyOf(a)).not.toBe(keyOf(b));
      }),
    );
  });

  test('a space that a hook put into the path cannot fake a header', () => {
    const policy = cloudfront({ headers: { kind: 'include', names: ['x'] } });
    expect(cacheKey(policy, 'h', get([], '/a h:x=1')).text).toBe('/a%20h:x=1 h:x');
  });
});

describe('isCachingDisabled()', () => {
  test('means a CloudFront policy with three zeros', () => {
    const zero = { minTtlSeconds: 0, defaultTtlSeconds: 0, maxTtlSeconds: 0 };
    expect(isCachingDisabled(cloudfront(zero))).toBe(true);
    expect(isCachingDisabled(cloudfront({ ...zero, maxTtlSeconds: 1 }))).toBe(false);
    expect(isCachingDisabled(RFC9111)).toBe(false);
  });
});
