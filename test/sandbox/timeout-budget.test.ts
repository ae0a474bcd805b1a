import { describe, expect, test } from 'vitest';
import { SHORT_TIMEOUT_MS, TimeoutBudget } from '../../src/sandbox/timeout-budget.ts';

/** How many of `tries` long timeouts are granted at monotonic time `nowMs`. */
function granted(budget: TimeoutBudget, tries: number, nowMs: number): number {
  let count = 0;
  for (let i = 0; i < tries; i++) if (budget.take(5000, nowMs)) count += 1;
  return count;
}

describe('TimeoutBudget.take()', () => {
  test('grants every short timeout', () => {
    const budget = new TimeoutBudget();
    for (let i = 0; i < 5000; i++) expect(budget.take(SHORT_TIMEOUT_MS, 0)).toBe(true);
    expect(granted(budget, 10, 0)).toBe(10);
  });

  test('grants a thousand long ones at a time', () => {
    expect(granted(new TimeoutBudget(), 1500, 0)).toBe(1000);
  });

  test('grants as many again when those are due, and not before', () => {
    const budget = new TimeoutBudget();
    granted(budget, 600, 0);
    granted(budget, 400, 2000);
    expect(granted(budget, 1, 4999)).toBe(0);
    expect(granted(budget, 1500, 5100)).toBe(600);
    expect(granted(budget, 1500, 7100)).toBe(400);
  });
});
