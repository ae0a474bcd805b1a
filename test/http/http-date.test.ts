import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatHttpDate, parseHttpDate } from '../../src/http/http-date.ts';

const NOW = Date.UTC(2026, 10, 20, 12, 0, 0);
const SAMPLE = Date.UTC(1994, 10, 6, 8, 49, 37);

describe('parseHttpDate()', () => {
  test.each([
    ['Sun, 06 Nov 1994 08:49:37 GMT', SAMPLE, 'IMF-fixdate'],
    ['Sunday, 06-Nov-94 08:49:37 GMT', SAMPLE, 'RFC 850, last century'],
    ['Thursday, 18-Aug-50 02:01:18 GMT', Date.UTC(2050, 7, 18, 2, 1, 18), 'RFC 850, this century'],
    ['Sun Nov  6 08:49:37 1994', SAMPLE, 'asctime'],
    ['Sun Nov 16 08:49:37 1994', Date.UTC(1994, 10, 16, 8, 49, 37), 'asctime, two digits'],
    ['THU, 18 AUG 2050 02:01:18 gmt', Date.UTC(2050, 7, 18, 2, 1, 18), 'any case'],
    ['Sun, 21 Nov 2286 04:46:39 GMT', Date.UTC(2286, 10, 21, 4, 46, 39), 'far future'],
    ['Sun, 31 Dec 1995 23:59:60 GMT', Date.UTC(1996, 0, 1), 'leap second'],
    ['Mon, 01 Jan 0001 00:00:00 GMT', new Date('0001-01-01T00:00:00Z').getTime(), 'year 1'],
  ])('reads %s (%#: RFC 9110 §5.6.7, %s)', (text, at) => {
    expect(parseHttpDate(text, NOW)).toBe(at);
  });

  test.each([
    undefined,
    '',
    '0',
    'foo',
    'Thu, 18 Aug 2050 02:01:18 UTC',
    'Thu, 18 Aug 2050 02:01:18 AEST',
    'Thu, 18 Aug 50 02:01:18 GMT',
    'Thu 18 Aug 2050 02:01:18 GMT',
    'Thu, 18  Aug 2050 02:01:18 GMT',
    'Thu, 18-Aug-2050 02:01:18 GMT',
    'Thu, 18 Aug 2050 02.01.18 GMT',
    'Thu, 18 Aug 2050 2:01:18 GMT',
    'Thu, 32 Aug 2050 02:01:18 GMT',
    'Thu, 31 Feb 2050 02:01:18 GMT',
    'Thu, 18 Aug 2050 24:00:00 GMT',
    'Thu, 18 Aug 2050 02:60:00 GMT',
    'Thursday, 32-Aug-50 02:01:18 GMT',
  ])('refuses %j', (text) => {
    expect(parseHttpDate(text, NOW)).toBeUndefined();
  });

  test('reads back what formatHttpDate() writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253_402_300_799 }), (seconds) => {
        expect(parseHttpDate(formatHttpDate(seconds * 1000), NOW)).toBe(seconds * 1000);
      }),
    );
  });
});

describe('formatHttpDate()', () => {
  test('writes IMF-fixdate and changes with the second', () => {
    expect(formatHttpDate(SAMPLE)).toBe('Sun, 06 Nov 1994 08:49:37 GMT');
    expect(formatHttpDate(SAMPLE + 999)).toBe('Sun, 06 Nov 1994 08:49:37 GMT');
    expect(formatHttpDate(SAMPLE + 1000)).toBe('Sun, 06 Nov 1994 08:49:38 GMT');
  });
});
