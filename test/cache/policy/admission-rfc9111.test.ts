import { describe, expect, test } from 'vitest';
import { admit } from '../../../src/cache/policy/admit.ts';
import { STALE_RETENTION_SECONDS } from '../../../src/cache/policy/stored-head.ts';
import { exchange, get, httpDate, NOW, storedHeadOf } from './support.ts';

const FRESH = ['Cache-Control', 'max-age=60'];
const LAST_MODIFIED = ['Last-Modified', httpDate(-1000)];

function reasonOf(...args: Parameters<typeof exchange>): string {
  const admission = admit(exchange(...args));
  return admission.kind === 'stored' ? 'stored' : admission.reason;
}

type Row = [readonly string[], Parameters<typeof exchange>[1], string, string];

describe('admit() under rfc9111', () => {
  test.each<Row>([
    [FRESH, {}, 'stored', '§3'],
    [FRESH, { status: 599 }, 'stored', '§3 explicit freshness'],
    [LAST_MODIFIED, {}, 'stored', '§4.2.2'],
    [['ETag', '"a"'], {}, 'stored', '§3 a validator is worth it'],
    [[], {}, 'no-freshness', '§3'],
    [['Cache-Control', 'max-age=0'], {}, 'no-freshness', 'fresh for no time, no validator'],
    [['Cache-Control', 'max-age=0, stale-if-error=9'], {}, 'stored', 'RFC 5861 §4'],
    [['Cache-Control', 'max-age=60, no-cache'], {}, 'no-freshness', '§5.2.2.4 no validator'],
    [['Cache-Control', 'no-cache', 'ETag', '"a"'], {}, 'stored', '§5.2.2.4'],
    [FRESH, { request: { ...get(), method: 'PUT' } }, 'method', '§3'],
    [FRESH, { request: { ...get(), method: 'HEAD' } }, 'method', '§3'],
    [FRESH, { status: 206 }, 'partial', '§3.3'],
    [FRESH, { status: 304 }, 'status', '§3'],
    [FRESH, { status: 103 }, 'status', '§3'],
    [['Cache-Control', 'max-age=60, no-store'], {}, 'no-store', '§5.2.2.5'],
    [['Cache-Control', 'max-age=60, no-store, must-understand'], {}, 'stored', '§5.2.2.3'],
    [
      ['Cache-Control', 'max-age=60, no-store, must-understand'],
      { status: 599 },
      'must-understand',
      '§5.2.2.3',
    ],
    [['Cache-Control', 'private, max-age=60'], {}, 'private', '§5.2.2.7'],
    [['Cache-Control', 'private="a", max-age=60'], {}, 'stored', '§5.2.2.7'],
    [FRESH, { request: get(['Cache-Control', 'no-store']) }, 'request-no-store', '§5.2.1.5'],
    [[...FRESH, 'Vary', '*'], {}, 'vary-star', '§4.1'],
    [FRESH, { request: get(['Authorization', 'x']) }, 'authorization', '§3.5'],
    [
      FRESH,
      { request: get(['Authorization', 'x']), authorizationForwarded: false },
      'stored',
      '§3.5',
    ],
    [FRESH, { authorizationForwarded: true }, 'authorization', '§3.5'],
    [['Cache-Control', 'max-age=60, public'], { authorizationForwarded: true }, 'stored', '§3.5'],
    [['Cache-Control', 's-maxage=60'], { authorizationForwarded: true }, 'stored', '§3.5'],
    [
      ['Cache-Control', 'max-age=60, must-revalidate'],
      { authorizationForwarded: true },
      'stored',
      '§3.5',
    ],
    [FRESH, { lengthBytes: 1000 }, 'stored', 'at the limit'],
    [FRESH, { lengthBytes: 1001 }, 'too-large', 'over the limit'],
    [[...FRESH, 'Set-Cookie', 'a=b'], {}, 'stored', '§7.3 explicit'],
    [[...LAST_MODIFIED, 'Set-Cookie', 'a=b'], {}, 'set-cookie', '§7.3 heuristic'],
    [['CDN-Cache-Control', 'no-store', ...FRESH], {}, 'no-store', 'RFC 9213'],
    [['CDN-Cache-Control', 'max-age=5', 'Cache-Control', 'no-store'], {}, 'stored', 'RFC 9213'],
    [LAST_MODIFIED, { status: 503 }, 'no-freshness', '§3'],
    [['ETag', '"a"'], { status: 302 }, 'no-freshness', '§3'],
    [['ETag', '"a"', 'Cache-Control', 'public'], { status: 302 }, 'stored', '§3'],
  ])('of %j %j: %s (RFC 9111 %s)', (fields, changes, outcome) => {
    expect(reasonOf(fields, changes)).toBe(outcome);
  });

  test.each([
    ['/a', 'stored'],
    ['http://example.com/a', 'stored'],
    ['http://example.com/b', 'method'],
    ['http://other.example/a', 'method'],
  ])('a POST whose Content-Location is %s: %s (RFC 9110 §9.3.3)', (location, outcome) => {
    const request = { ...get(), method: 'POST' };
    expect(reasonOf([...FRESH, 'Content-Location', location], { request })).toBe(outcome);
    expect(reasonOf(['Content-Location', location], { request })).toBe('method');
    expect(reasonOf(FRESH, { request })).toBe('method');
  });

  test('staleAt counts the initial age; deleteAt leaves time to validate', () => {
    const head = storedHeadOf([...FRESH, 'Age', '20']);
    expect(head.staleAt).toBe(NOW + 40_000);
    expect(head.deleteAt).toBe(NOW + 40_000 + STALE_RETENTION_SECONDS * 1000);
  });

  test('a long stale window keeps it longer (RFC 5861)', () => {
    const head = storedHeadOf(['Cache-Control', 'max-age=60, stale-while-revalidate=1000000']);
    expect(head.deleteAt).toBe(NOW + 60_000 + 1_000_000_000);
  });

  test('stores end-to-end fields only, without Age and listed fields (RFC 9111 §3.1)', () => {
    const head = storedHeadOf([
      'Connection',
      'x-hop',
      'X-Hop',
      '1',
      'Transfer-Encoding',
      'chunked',
      'Age',
      '1',
      'Cache-Control',
      'max-age=60, no-cache="X-One", private="X-Two"',
      'X-One',
      '1',
      'X-Two',
      '2',
      'X-Three',
      '3',
      'Date',
      httpDate(-5),
    ]);
    expect(head.fields).toEqual([
      'Cache-Control',
      'max-age=60, no-cache="X-One", private="X-Two"',
      'X-Three',
      '3',
      'Date',
      httpDate(-5),
    ]);
    expect(head.rules.alwaysValidate).toBe(false);
  });

  test.each([[[]], [['Date', 'foo']]])('adds the Date that %j lacks (RFC 9110 §6.6.1)', (date) => {
    expect(storedHeadOf([...FRESH, ...date]).fields).toEqual([...FRESH, 'Date', httpDate(0)]);
  });

  test('selects by the fields that Vary names (RFC 9111 §4.1)', () => {
    const request = get(['Foo', '1', 'Bar', '2']);
    expect(storedHeadOf([...FRESH, 'Vary', 'Foo, Baz'], { request }).selection).toEqual([
      ['baz', undefined],
      ['foo', '1'],
    ]);
  });

  test.each([
    [FRESH, true],
    [[...FRESH, 'Age', '60'], false],
    [['Cache-Control', 'no-cache', 'ETag', '"a"'], false],
    [['ETag', '"a"'], false],
  ])('%j is shareable: %s', (fields, shareable) => {
    expect(admit(exchange(fields))).toMatchObject({ kind: 'stored', shareable });
  });

  test.each([
    [[], 404, 10, 10],
    [['Cache-Control', 'max-age=60'], 404, 10, 60],
    [['Cache-Control', 'max-age=5'], 500, 10, 10],
    [['Cache-Control', 'max-age=5'], 200, 10, 5],
    [['Cache-Control', 'no-cache', 'ETag', '"a"'], 404, 10, 0],
  ])(
    '%j with status %i and an error rule of %i s is fresh for %i s',
    (fields, status, rule, seconds) => {
      const head = storedHeadOf(fields, { status, errorMinTtlSeconds: rule });
      expect(head.staleAt).toBe(NOW + seconds * 1000);
    },
  );
});
