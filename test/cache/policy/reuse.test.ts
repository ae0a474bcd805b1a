import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  effectiveRequestDirectives,
  freshForSeconds,
  reuseOf,
  selectStored,
  staleOnError,
  staleWhileRevalidating,
} from '../../../src/cache/policy/reuse.ts';
import { parseRequestDirectives } from '../../../src/http/cache-control.ts';
import { cloudfront, get, NOW, RFC9111, storedHeadOf, storedOf } from './support.ts';

function stored(cacheControl: string, extra: readonly string[] = []) {
  return storedHeadOf(['Cache-Control', cacheControl, 'ETag', '"a"', ...extra]);
}

describe('reuseOf()', () => {
  test.each([
    ['max-age=60', '', 59, 'fresh', '§4.2'],
    ['max-age=60', '', 60, 'expired', '§4.2'],
    ['max-age=60, no-cache', '', 1, 'no-cache', '§5.2.2.4'],
    ['max-age=60', 'no-cache', 1, 'request', '§5.2.1.4'],
    ['max-age=60', 'no-store', 1, 'fresh', '§5.2.1.5 does not forbid reuse'],
    ['max-age=60', 'max-age=0', 0, 'request', '§5.2.1.1'],
    ['max-age=60', 'max-age=10', 10, 'fresh', '§5.2.1.1'],
    ['max-age=60', 'max-age=10', 11, 'request', '§5.2.1.1'],
    ['max-age=60, immutable', 'max-age=0', 11, 'fresh', 'RFC 8246 §2'],
    ['max-age=60, immutable', 'max-age=0', 60, 'request', 'RFC 8246 §2'],
    ['max-age=60, immutable', 'no-cache', 11, 'request', 'RFC 8246 §2'],
    ['max-age=60', 'min-fresh=50', 10, 'fresh', '§5.2.1.3'],
    ['max-age=60', 'min-fresh=51', 10, 'request', '§5.2.1.3'],
    ['max-age=60', 'max-stale', 6000, 'fresh', '§5.2.1.2'],
    ['max-age=60', 'max-stale=10', 70, 'fresh', '§5.2.1.2'],
    ['max-age=60', 'max-stale=10', 71, 'expired', '§5.2.1.2'],
    ['max-age=60, must-revalidate', 'max-stale', 61, 'expired', '§5.2.2.2'],
    ['max-age=60, proxy-revalidate', 'max-stale', 61, 'expired', '§5.2.2.8'],
    ['s-maxage=60', 'max-stale', 61, 'expired', '§5.2.2.10'],
  ])('%s, request %j, after %i s: %s (RFC 9111 %s)', (response, request, seconds, outcome) => {
    const reuse = reuseOf(stored(response), parseRequestDirectives(request), NOW + seconds * 1000);
    expect(reuse.kind === 'fresh' ? 'fresh' : reuse.reason).toBe(outcome);
  });

  test('without request directives, once stale is stale for good', () => {
    const head = stored('max-age=1000');
    fc.assert(
      fc.property(fc.nat(3000), fc.nat(3000), (a, b) => {
        const early = reuseOf(head, {}, NOW + Math.min(a, b) * 1000).kind;
        const late = reuseOf(head, {}, NOW + Math.max(a, b) * 1000).kind;
        expect(early === 'stale' && late === 'fresh').toBe(false);
      }),
    );
  });
});

describe('freshForSeconds()', () => {
  test('is negative when stale', () => {
    const head = stored('max-age=60');
    expect(freshForSeconds(head, NOW + 15_500)).toBe(45);
    expect(freshForSeconds(head, NOW + 65_000)).toBe(-5);
  });
});

describe('effectiveRequestDirectives()', () => {
  test('CloudFront ignores what the viewer says', () => {
    const { fields } = get(['Cache-Control', 'no-cache']);
    expect(effectiveRequestDirectives(RFC9111, fields)).toEqual({ noCache: true });
    expect(effectiveRequestDirectives(cloudfront(), fields)).toEqual({});
  });
});

describe('selectStored()', () => {
  const request = get(['Foo', '1']);
  const fields = ['Cache-Control', 'max-age=60', 'Vary', 'Foo'];
  const one = storedOf(fields, 'one', { request });
  const two = storedOf(fields, 'two', { request: get(['Foo', '2']) });
  const any = storedOf(['Cache-Control', 'max-age=60'], 'any');

  test('takes the newest one that matches (RFC 9111 §4.1)', () => {
    expect(selectStored([two, one], request.fields, NOW)).toBe(one);
    expect(selectStored([any, one], request.fields, NOW)).toBe(any);
    expect(selectStored([two], request.fields, NOW)).toBeUndefined();
  });

  test('what is past its retention is absent', () => {
    expect(selectStored([one], request.fields, one.deleteAt - 1)).toBe(one);
    expect(selectStored([one], request.fields, one.deleteAt)).toBeUndefined();
  });
});

describe('staleWhileRevalidating()', () => {
  test.each([
    ['max-age=60, stale-while-revalidate=10', '', 69, 'allowed'],
    ['max-age=60, stale-while-revalidate=10', '', 70, 'window'],
    ['max-age=60', '', 60, 'window'],
    ['s-maxage=60, stale-while-revalidate=10', '', 69, 'allowed'],
    ['max-age=60, stale-while-revalidate=10, must-revalidate', '', 61, 'must-revalidate'],
    ['max-age=60, stale-while-revalidate=10, proxy-revalidate', '', 61, 'must-revalidate'],
    ['max-age=60, stale-while-revalidate=10, no-cache', '', 61, 'no-cache'],
    ['max-age=60, stale-while-revalidate=10', 'no-cache', 61, 'request'],
    ['max-age=60, stale-while-revalidate=10', 'max-age=5', 61, 'request'],
    ['max-age=60, stale-while-revalidate=10', 'min-fresh=5', 61, 'request'],
  ])('%s, request %j, after %i s: %s (RFC 5861 §3)', (response, request, seconds, outcome) => {
    const at = NOW + seconds * 1000;
    const use = staleWhileRevalidating(stored(response), parseRequestDirectives(request), at);
    expect(use.kind === 'allowed' ? 'allowed' : use.reason).toBe(outcome);
  });
});

describe('staleOnError()', () => {
  test.each([
    ['max-age=60', '', 1000, 'allowed'],
    ['max-age=60', '', 60 + 86_400, 'window'],
    ['max-age=60, stale-if-error=10', '', 69, 'allowed'],
    ['max-age=60, stale-if-error=10', '', 70, 'window'],
    ['max-age=60, stale-if-error=0', '', 60, 'window'],
    ['max-age=60', 'stale-if-error=10', 70, 'window'],
    ['max-age=60, stale-if-error=20', 'stale-if-error=10', 75, 'allowed'],
    ['s-maxage=60', '', 61, 's-maxage'],
    ['s-maxage=60, stale-if-error=10', '', 61, 'allowed'],
    ['max-age=60, must-revalidate', '', 61, 'must-revalidate'],
    ['max-age=60, proxy-revalidate', '', 61, 'must-revalidate'],
    ['max-age=60, no-cache', '', 61, 'no-cache'],
    ['max-age=60', 'no-cache', 61, 'request'],
  ])('%s, request %j, after %i s: %s (RFC 5861 §4)', (response, request, seconds, outcome) => {
    const at = NOW + seconds * 1000;
    const use = staleOnError(stored(response), parseRequestDirectives(request), at);
    expect(use.kind === 'allowed' ? 'allowed' : use.reason).toBe(outcome);
  });

  test('a stored 5xx does not take the place of a new one', () => {
    const old = storedHeadOf(['Cache-Control', 'max-age=60'], { status: 503 });
    expect(staleOnError(old, {}, NOW + 61_000)).toEqual({ kind: 'refused', reason: 'error' });
    const missing = storedHeadOf(['Cache-Control', 'max-age=60'], { status: 404 });
    expect(staleOnError(missing, {}, NOW + 61_000).kind).toBe('allowed');
  });

  test('under CloudFront the end is MaxTTL after the fetch, whatever stale-if-error says', () => {
    const policy = cloudfront({ maxTtlSeconds: 100 });
    const fields = ['Cache-Control', 's-maxage=60, stale-if-error=1000'];
    const head = storedHeadOf(fields, { policy });
    expect(staleOnError(head, {}, NOW + 99_000).kind).toBe('allowed');
    expect(staleOnError(head, {}, NOW + 100_000).kind).toBe('refused');
    const plain = storedHeadOf(['Cache-Control', 's-maxage=60'], { policy });
    expect(staleOnError(plain, {}, NOW + 99_000).kind).toBe('allowed');
  });
});
