import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  listMembers,
  MAX_DELTA_SECONDS,
  parseDeltaSeconds,
  parseDirectives,
  parseRequestDirectives,
  parseResponseDirectives,
  requestDirectives,
  responseDirectives,
} from '../../src/http/cache-control.ts';

describe('listMembers()', () => {
  test.each([
    ['', []],
    [' , ,', []],
    ['a, b ,c', ['a', 'b', 'c']],
    ['a="x, y", b', ['a="x, y"', 'b']],
    ['a="x\\", y", b', ['a="x\\", y"', 'b']],
    ['a="unclosed, b', ['a="unclosed, b']],
  ])('of %j is %j (RFC 9110 §5.6.1, §5.6.4)', (value, members) => {
    expect(listMembers(value)).toEqual(members);
  });
});

describe('parseDirectives()', () => {
  test('unquotes arguments and lower-cases names only', () => {
    expect(parseDirectives('Max-Age=5, Ext="A \\"b\\"", c=')).toEqual([
      { name: 'max-age', argument: '5' },
      { name: 'ext', argument: 'A "b"' },
      { name: 'c', argument: '' },
    ]);
  });
});

describe('parseDeltaSeconds()', () => {
  test.each([
    ['0', 0],
    ['003600', 3600],
    ['2147483649', MAX_DELTA_SECONDS],
    ['99999999999999999999', MAX_DELTA_SECONDS],
    ['-1', undefined],
    ['1.5', undefined],
    ['a1', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('of %j is %s (RFC 9111 §1.2.2)', (text, seconds) => {
    expect(parseDeltaSeconds(text)).toBe(seconds);
  });
});

describe('parseResponseDirectives()', () => {
  test.each<[string, object, string]>([
    ['max-age=60', { maxAgeSeconds: 60 }, '§5.2.2.1'],
    ['MaX-aGe=60', { maxAgeSeconds: 60 }, '§5.2'],
    ['max-age="60"', { maxAgeSeconds: 60 }, '§5.2'],
    ['max-age=1, max-age=1800', { maxAgeSeconds: 1 }, '§4.2.1 first counts'],
    ['max-age=-5', { maxAgeSeconds: 0 }, '§4.2.1 unreadable is stale'],
    ["max-age='60'", { maxAgeSeconds: 0 }, '§4.2.1 unreadable is stale'],
    ['max-age', { maxAgeSeconds: 0 }, '§4.2.1 unreadable is stale'],
    ['max-age =60', {}, '§5.2 no space before ='],
    ['max-age= 60', { maxAgeSeconds: 0 }, '§5.2 no space after ='],
    ['ext="max-age=3600", max-age=1', { maxAgeSeconds: 1 }, '§5.2'],
    ['s-maxage=5, public', { sMaxageSeconds: 5, public: true }, '§5.2.2.9, §5.2.2.10'],
    ['nO-StOrE', { noStore: true }, '§5.2.2.5'],
    ['no-cache', { noCache: true }, '§5.2.2.4'],
    ['no-cache="Set-Cookie, A"', { noCache: ['set-cookie', 'a'] }, '§5.2.2.4'],
    ['no-cache=""', { noCache: true }, '§5.2.2.4'],
    ['no-cache="a", no-cache', { noCache: true }, '§5.2.2.4'],
    ['no-cache="a", no-cache="b"', { noCache: ['a', 'b'] }, '§5.2.2.4'],
    ['private', { private: true }, '§5.2.2.7'],
    ['private="x"', { private: ['x'] }, '§5.2.2.7'],
    [
      'must-revalidate, proxy-revalidate',
      { mustRevalidate: true, proxyRevalidate: true },
      '§5.2.2',
    ],
    ['must-understand, no-transform', { mustUnderstand: true, noTransform: true }, '§5.2.2'],
    ['immutable', { immutable: true }, 'RFC 8246'],
    [
      'stale-while-revalidate=3, stale-if-error=4',
      { staleWhileRevalidateSeconds: 3, staleIfErrorSeconds: 4 },
      'RFC 5861',
    ],
    ['__proto__, constructor=1, toString', {}, 'not directives'],
  ])('of %j is %j (%s)', (value, directives) => {
    expect(parseResponseDirectives(value)).toEqual(directives);
  });

  test('never throws and never yields a lifetime that is not whole and non-negative', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc
            .array(fc.constantFrom('max-age', '=', '"', '\\', ',', ' ', '9', '-', 's-maxage'))
            .map((parts) => parts.join('')),
        ),
        (value) => {
          const { maxAgeSeconds = 0, sMaxageSeconds = 0 } = parseResponseDirectives(value);
          for (const seconds of [maxAgeSeconds, sMaxageSeconds]) {
            expect(Number.isInteger(seconds) && seconds >= 0 && seconds <= MAX_DELTA_SECONDS).toBe(
              true,
            );
          }
          parseRequestDirectives(value);
          responseDirectives(['CDN-Cache-Control', value, 'Cache-Control', value]);
        },
      ),
    );
  });
});

describe('parseRequestDirectives()', () => {
  test.each([
    ['no-cache, no-store', { noCache: true, noStore: true }],
    ['max-age=0', { maxAgeSeconds: 0 }],
    ['max-age=x', { maxAgeSeconds: 0 }],
    ['min-fresh=x', {}],
    ['min-fresh=5, stale-if-error=6', { minFreshSeconds: 5, staleIfErrorSeconds: 6 }],
    ['max-stale', { maxStaleSeconds: Infinity }],
    ['max-stale=9, max-stale', { maxStaleSeconds: 9 }],
    ['max-stale=x', {}],
    ['only-if-cached, no-transform', { onlyIfCached: true, noTransform: true }],
    ['nothing-to-see-here', {}],
  ])('of %j is %j (RFC 9111 §5.2.1)', (value, directives) => {
    expect(parseRequestDirectives(value)).toEqual(directives);
  });
});

describe('requestDirectives()', () => {
  test('combines lines, and is empty without the field', () => {
    expect(requestDirectives(['Cache-Control', 'no-cache', 'cache-control', 'max-age=1'])).toEqual({
      noCache: true,
      maxAgeSeconds: 1,
    });
    expect(requestDirectives(['Host', 'a'])).toEqual({});
  });
});

describe('responseDirectives()', () => {
  test.each([
    ['max-age=5', 'cdn-cache-control', { maxAgeSeconds: 5 }],
    ['max-age=99999999999', 'cdn-cache-control', { maxAgeSeconds: MAX_DELTA_SECONDS }],
    ['no-store', 'cdn-cache-control', { noStore: true }],
    ['foobar, max-age=5', 'cdn-cache-control', { maxAgeSeconds: 5 }],
    ['max-age=5;foo="a"', 'cdn-cache-control', { maxAgeSeconds: 5 }],
    ['private=?1, public=?0', 'cdn-cache-control', { private: true }],
    ['no-cache="a b"', 'cdn-cache-control', { noCache: ['a b'] }],
    ['max-age=5, &&&&&', 'cache-control', { noStore: true }],
    ['max-age="5"', 'cache-control', { noStore: true }],
    ['max-age=5.0', 'cache-control', { noStore: true }],
    ['max-age=-5', 'cache-control', { noStore: true }],
    ['max-age', 'cache-control', { noStore: true }],
    ['MaX-aGe=5', 'cache-control', { noStore: true }],
    ['', 'cache-control', { noStore: true }],
  ])('CDN-Cache-Control: %j comes from %s (RFC 9213 §2.1)', (value, source, directives) => {
    const fields = ['Cache-Control', 'no-store', 'CDN-Cache-Control', value];
    expect(responseDirectives(fields)).toEqual({ source, directives });
  });

  test('says when there are no directives at all', () => {
    expect(responseDirectives(['Date', 'x'])).toEqual({ source: 'none', directives: {} });
  });
});
