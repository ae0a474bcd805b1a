import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ageValueSeconds, currentAgeSeconds, initialAgeMs } from '../../../src/cache/policy/age.ts';
import { httpDate, NOW, TIMES } from './support.ts';

describe('ageValueSeconds()', () => {
  test.each([
    [[], 0],
    [['Age', '7200'], 7200],
    [['Age', 'abc'], 0],
    [['Age', '-7200'], 0],
    [['Age', '7200.0'], 0],
    [['Age', '2147483649'], 2_147_483_648],
    [['Age', '7200, 0'], 7200],
    [['Age', '0, 7200'], 0],
    [['Age', '7200', 'Age', '0'], 7200],
    [['Age', '7200;foo=bar'], 7200],
  ])('of %j is %i (RFC 9111 §5.1)', (fields, seconds) => {
    expect(ageValueSeconds(fields)).toBe(seconds);
  });
});

describe('initialAgeMs()', () => {
  test.each([
    [['Date', httpDate(0)], 0, 0, 'just made'],
    [['Date', httpDate(-30)], 0, 30_000, 'apparent age'],
    [['Date', httpDate(30)], 0, 0, 'Date in the future'],
    [['Date', 'foo'], 0, 0, 'no valid Date'],
    [['Age', '10'], 2500, 12_500, 'Age and response delay'],
    [['Date', httpDate(-30), 'Age', '10'], 2500, 30_000, 'the larger one'],
    [['Date', httpDate(-10), 'Age', '30'], 0, 30_000, 'the larger one'],
  ])('of %j with a delay of %i ms is %i ms (RFC 9111 §4.2.3, %s)', (fields, delayMs, ageMs) => {
    expect(initialAgeMs(fields, { requestedAt: NOW - delayMs, respondedAt: NOW })).toBe(ageMs);
  });

  test('does not count the part of a second that Date cannot say', () => {
    const times = { requestedAt: NOW + 900, respondedAt: NOW + 900 };
    expect(initialAgeMs(['Date', httpDate(0)], times)).toBe(0);
  });
});

describe('currentAgeSeconds()', () => {
  test('grows with the clock and never shrinks (RFC 9111 §4.2.3)', () => {
    const time = fc.integer({ min: -10_000_000, max: 1_000_000_000 });
    fc.assert(
      fc.property(fc.nat(1_000_000_000), time, time, (ageMs, a, b) => {
        const stored = { initialAgeMs: ageMs, respondedAt: NOW };
        const early = currentAgeSeconds(stored, NOW + Math.min(a, b));
        const late = currentAgeSeconds(stored, NOW + Math.max(a, b));
        expect(late).toBeGreaterThanOrEqual(early);
        expect(early).toBeGreaterThanOrEqual(Math.floor(ageMs / 1000));
      }),
    );
  });

  test('adds the resident time to the initial age', () => {
    expect(currentAgeSeconds({ initialAgeMs: 1500, ...TIMES }, NOW + 2600)).toBe(4);
  });
});
