import { describe, expect, test } from 'vitest';
import { cloudfrontLifetime, rfc9111Lifetime } from '../../../src/cache/policy/freshness.ts';
import { responseDirectives } from '../../../src/http/cache-control.ts';
import { cloudfront, httpDate, ok, TIMES } from './support.ts';

const DAY = 86_400;

function lifetimeOf(fields: readonly string[], status = 200) {
  const { source, directives } = responseDirectives(fields);
  const targeted = source === 'cdn-cache-control';
  return rfc9111Lifetime({ response: ok(fields, status), directives, targeted, times: TIMES });
}

type Row = [readonly string[], number, string, string];

describe('rfc9111Lifetime()', () => {
  test.each<Row>([
    [['Cache-Control', 'max-age=60'], 60, 'max-age', '§4.2.1'],
    [['Cache-Control', 'max-age=60, s-maxage=5'], 5, 's-maxage', '§4.2.1'],
    [
      ['Cache-Control', 's-maxage=600, max-age=0', 'Expires', httpDate(-5)],
      600,
      's-maxage',
      '§4.2.1',
    ],
    [['Cache-Control', 'max-age=60', 'Expires', httpDate(-5)], 60, 'max-age', '§5.3'],
    [['Cache-Control', 'max-age=0', 'Expires', httpDate(50)], 0, 'max-age', '§5.3'],
    [['Expires', httpDate(30), 'Date', httpDate(0)], 30, 'expires', '§5.3'],
    [['Expires', httpDate(30)], 30, 'expires', '§5.3 no Date'],
    [['Expires', httpDate(30), 'Date', 'foo'], 30, 'expires', '§5.3 invalid Date'],
    [['Expires', httpDate(20), 'Date', httpDate(10)], 10, 'expires', '§5.3 fast Date'],
    [['Expires', httpDate(300), 'Date', httpDate(400)], 0, 'expires', '§5.3'],
    [['Expires', '0'], 0, 'expires', '§5.3 invalid'],
    [['Expires', httpDate(30), 'Expires', httpDate(30)], 0, 'expires', '§4.2.1 several'],
    [['CDN-Cache-Control', 'max-age=9', 'Cache-Control', 'max-age=1'], 9, 'max-age', 'RFC 9213'],
  ])('of %j is explicit: %i s from %s (RFC 9111 %s)', (fields, seconds, source) => {
    expect(lifetimeOf(fields)).toEqual({ kind: 'explicit', source, seconds });
  });

  test('a targeted field makes Expires count for nothing (RFC 9213 §2.2)', () => {
    const fields = ['CDN-Cache-Control', 'public', 'Expires', httpDate(50)];
    expect(lifetimeOf(fields)).toEqual({ kind: 'none' });
  });

  test.each([
    [['Last-Modified', httpDate(-1000), 'Date', httpDate(0)], 200, 100],
    [['Last-Modified', httpDate(-1000)], 404, 100],
    [['Last-Modified', httpDate(-100 * DAY)], 200, DAY],
    [['Last-Modified', httpDate(50)], 200, 0],
    [['Last-Modified', httpDate(-1000), 'Cache-Control', 'public'], 599, 100],
  ])('of %j with status %i is heuristic: %i s (RFC 9111 §4.2.2)', (fields, status, seconds) => {
    expect(lifetimeOf(fields, status)).toEqual({ kind: 'heuristic', seconds });
  });

  test.each([
    [['Last-Modified', httpDate(-1000)], 503],
    [['Last-Modified', httpDate(-1000)], 201],
    [['Last-Modified', 'foo'], 200],
    [[], 200],
  ])('of %j with status %i is none (RFC 9111 §4.2.2)', (fields, status) => {
    expect(lifetimeOf(fields, status)).toEqual({ kind: 'none' });
  });
});

describe('cloudfrontLifetime()', () => {
  const zero = { minTtlSeconds: 0, defaultTtlSeconds: 100, maxTtlSeconds: 1000 };
  const min = { ...zero, minTtlSeconds: 50 };
  test.each([
    [zero, 'max-age=10', 10, 'max-age'],
    [zero, 'max-age=5000', 1000, 'max-age'],
    [zero, 's-maxage=7, max-age=10', 7, 's-maxage'],
    [zero, '', 100, 'default-ttl'],
    [zero, 'public', 100, 'default-ttl'],
    [zero, 'no-store', 0, 'min-ttl'],
    [zero, 'private, max-age=10', 0, 'min-ttl'],
    [min, 'max-age=10', 50, 'min-ttl'],
    [min, 'max-age=60', 60, 'max-age'],
    [min, 'max-age=5000', 1000, 'max-age'],
    [min, '', 100, 'default-ttl'],
    [min, 'no-cache, max-age=500', 50, 'min-ttl'],
    [{ ...min, minTtlSeconds: 200 }, '', 200, 'default-ttl'],
  ])('under %j of %j is %i s from %s', (ttls, value, seconds, source) => {
    const response = ok(value === '' ? [] : ['Cache-Control', value]);
    expect(cloudfrontLifetime(cloudfront(ttls), response, TIMES)).toMatchObject({
      seconds,
      source,
    });
  });

  test('reads Expires when there is no max-age, and no CDN-Cache-Control', () => {
    const fields = ['Expires', httpDate(30), 'CDN-Cache-Control', 'max-age=9'];
    expect(cloudfrontLifetime(cloudfront(), ok(fields), TIMES)).toMatchObject({
      source: 'expires',
      seconds: 30,
    });
  });
});
