import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatContentRange, formatUnsatisfiedRange, parseRange } from '../../src/http/ranges.ts';

describe('parseRange()', () => {
  test.each([
    ['bytes=0-4', 10, { first: 0, last: 4 }],
    ['bytes=5-', 10, { first: 5, last: 9 }],
    ['bytes=5-100', 10, { first: 5, last: 9 }],
    ['bytes=-3', 10, { first: 7, last: 9 }],
    ['bytes=-30', 10, { first: 0, last: 9 }],
    ['Bytes = 0-0', 10, { first: 0, last: 0 }],
    ['bytes=,1-2,', 10, { first: 1, last: 2 }],
  ])('%s of %i bytes is %j (RFC 9110 §14.1.2)', (value, length, range) => {
    expect(parseRange(value, length)).toEqual({ kind: 'partial', range });
  });

  test.each([
    ['bytes=10-', 10],
    ['bytes=-0', 10],
    ['bytes=0-', 0],
    ['bytes=-5', 0],
  ])('%s of %i bytes is unsatisfiable (RFC 9110 §14.1.2)', (value, length) => {
    expect(parseRange(value, length)).toEqual({ kind: 'unsatisfiable' });
  });

  test.each([
    ['items=0-1', 'unit'],
    ['0-1', 'unit'],
    ['bytes=', 'syntax'],
    ['bytes=-', 'syntax'],
    ['bytes=a-b', 'syntax'],
    ['bytes=5-4', 'syntax'],
    ['bytes=0-1,x', 'syntax'],
    ['bytes=0-1,3-4', 'several'],
    ['bytes=0-9,0-9,0-9', 'several'],
  ])('%s is answered whole: %s (RFC 9110 §14.2)', (value, reason) => {
    expect(parseRange(value, 10)).toEqual({ kind: 'whole', reason });
  });

  test('a partial range always lies inside the content', () => {
    const position = fc.option(fc.nat(300), { nil: '' as const });
    fc.assert(
      fc.property(position, position, fc.nat(200), (first, last, length) => {
        const result = parseRange(`bytes=${first}-${last}`, length);
        if (result.kind !== 'partial') return;
        const { range } = result;
        expect(range.first).toBeGreaterThanOrEqual(0);
        expect(range.first).toBeLessThanOrEqual(range.last);
        expect(range.last).toBeLessThan(length);
      }),
    );
  });
});

describe('formatContentRange()', () => {
  test('writes a range and an unsatisfied range (RFC 9110 §14.4)', () => {
    expect(formatContentRange({ first: 2, last: 3 }, 10)).toBe('bytes 2-3/10');
    expect(formatUnsatisfiedRange(10)).toBe('bytes */10');
  });
});
