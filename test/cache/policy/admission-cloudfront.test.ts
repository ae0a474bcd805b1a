import { describe, expect, test } from 'vitest';
import { admit } from '../../../src/cache/policy/admit.ts';
import { cloudfront, exchange, get, httpDate, NOW, storedHeadOf } from './support.ts';

const NONE = cloudfront();
const MIN = cloudfront({ minTtlSeconds: 60 });
const DISABLED = cloudfront({ defaultTtlSeconds: 0, maxTtlSeconds: 0 });

function outcomeOf(...args: Parameters<typeof exchange>): string | number {
  const admission = admit(exchange(...args));
  return admission.kind === 'stored' ? (admission.head.staleAt - NOW) / 1000 : admission.reason;
}

describe('admit() under a CloudFront policy', () => {
  test.each([
    [NONE, 200, [], 86_400],
    [NONE, 200, ['Cache-Control', 'max-age=5'], 5],
    [NONE, 200, ['Cache-Control', 'max-age=5', 'Age', '2'], 3],
    [NONE, 200, ['Age', '2'], 86_400],
    [NONE, 200, ['Cache-Control', 'no-store'], 'no-store'],
    [NONE, 200, ['Cache-Control', 'private, max-age=5'], 'private'],
    [NONE, 200, ['Cache-Control', 'no-cache'], 'no-cache'],
    [NONE, 200, ['Cache-Control', 'no-cache', 'ETag', '"a"'], 0],
    [MIN, 200, ['Cache-Control', 'no-store'], 60],
    [MIN, 200, ['Cache-Control', 'private'], 60],
    [MIN, 200, ['Cache-Control', 'no-cache'], 60],
    [MIN, 200, ['Cache-Control', 'max-age=0'], 60],
    [DISABLED, 200, ['Cache-Control', 'max-age=5'], 'disabled'],
    [DISABLED, 404, [], 'disabled'],
    [NONE, 206, [], 'partial'],
    [NONE, 304, [], 'status'],
    [NONE, 301, [], 86_400],
    [NONE, 302, [], 86_400],
    [NONE, 307, [], 'no-freshness'],
    [NONE, 307, ['Expires', httpDate(60)], 'no-freshness'],
    [NONE, 307, ['Cache-Control', 'public'], 86_400],
    [NONE, 308, ['Cache-Control', 'max-age=7'], 7],
    [NONE, 202, [], 'no-freshness'],
    [NONE, 202, ['Cache-Control', 'max-age=7'], 7],
    [NONE, 200, ['Vary', '*'], 'vary-star'],
    [MIN, 200, ['Vary', '*'], 86_400],
    [NONE, 404, [], 10],
    [NONE, 404, ['Cache-Control', 'max-age=5'], 10],
    [NONE, 404, ['Cache-Control', 'max-age=50'], 50],
    [cloudfront({ maxTtlSeconds: 20 }), 404, ['Cache-Control', 'max-age=50'], 20],
    [NONE, 503, [], 10],
    [NONE, 503, ['Cache-Control', 'no-store'], 10],
    [NONE, 503, ['Cache-Control', 'no-store, max-age=50'], 10],
    [NONE, 404, ['Cache-Control', 'no-store'], 'no-store'],
    [NONE, 410, ['Cache-Control', 'private'], 'private'],
    [NONE, 414, ['Cache-Control', 'no-cache'], 'no-cache'],
    [NONE, 501, ['Cache-Control', 'no-cache'], 'no-cache'],
    [NONE, 403, [], 'no-freshness'],
    [NONE, 403, ['Expires', httpDate(60)], 'no-freshness'],
    [NONE, 403, ['Cache-Control', 'max-age=50'], 50],
    [NONE, 400, ['Cache-Control', 's-maxage=5'], 10],
    [NONE, 416, ['Cache-Control', 'max-age=50'], 'status'],
    [NONE, 401, [], 'status'],
  ] as const)('%# status %s', (policy, status, fields, outcome) => {
    expect(outcomeOf(fields, { policy, status })).toBe(outcome);
  });

  test('the error rule of the configuration replaces the 10 s', () => {
    expect(outcomeOf([], { policy: NONE, status: 404, errorMinTtlSeconds: 3 })).toBe(3);
    expect(outcomeOf([], { policy: NONE, status: 404, errorMinTtlSeconds: 0 })).toBe(0);
  });

  test('only GET is stored, and nothing over the limit', () => {
    expect(outcomeOf([], { policy: NONE, request: { ...get(), method: 'POST' } })).toBe('method');
    expect(outcomeOf([], { policy: NONE, lengthBytes: 1001 })).toBe('too-large');
  });

  test.each([
    [{ kind: 'none' }, [], 'authorization'],
    [{ kind: 'none' }, ['Cache-Control', 'public'], 86_400],
    [{ kind: 'none' }, ['Cache-Control', 's-maxage=5'], 5],
    [{ kind: 'none' }, ['Cache-Control', 'must-revalidate'], 86_400],
    [{ kind: 'include', names: ['authorization'] }, [], 86_400],
    [{ kind: 'include', names: ['accept'] }, [], 'authorization'],
    [{ kind: 'exclude', names: ['authorization'] }, [], 'authorization'],
    [{ kind: 'exclude', names: ['accept'] }, [], 86_400],
    [{ kind: 'all' }, [], 86_400],
  ] as const)(
    'a forwarded Authorization with keyed headers %j and %j: %s',
    (headers, fields, outcome) => {
      const changes = { policy: cloudfront({ headers }), authorizationForwarded: true };
      expect(outcomeOf(fields, changes)).toBe(outcome);
    },
  );

  test('Set-Cookie is stored only when cookies are in the key', () => {
    const fields = ['Set-Cookie', 'a=b', 'Date', httpDate(0)];
    expect(storedHeadOf(fields, { policy: NONE }).fields).toEqual(['Date', httpDate(0)]);
    const policy = cloudfront({ cookies: { kind: 'all' } });
    expect(storedHeadOf(fields, { policy }).fields).toEqual(fields);
    const limited = [...fields, 'Cache-Control', 'no-cache="Set-Cookie"'];
    expect(storedHeadOf(limited, { policy }).fields).not.toContain('Set-Cookie');
  });

  test('Vary never selects', () => {
    expect(storedHeadOf(['Vary', 'Foo'], { policy: NONE }).selection).toEqual([]);
  });

  test('MinTTL over 0 takes the validation duty off no-cache', () => {
    const fields = ['Cache-Control', 'no-cache', 'ETag', '"a"'];
    expect(storedHeadOf(fields, { policy: NONE }).rules.alwaysValidate).toBe(true);
    expect(storedHeadOf(fields, { policy: MIN }).rules.alwaysValidate).toBe(false);
  });

  test('a stale copy is kept until MaxTTL after the fetch, an error not at all', () => {
    const policy = cloudfront({ maxTtlSeconds: 100 });
    const fields = ['Cache-Control', 'max-age=5'];
    expect(storedHeadOf(fields, { policy }).deleteAt).toBe(NOW + 100_000);
    const error = storedHeadOf([], { policy, status: 404 });
    expect(error.deleteAt).toBe(error.staleAt);
  });
});
