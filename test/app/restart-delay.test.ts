import { expect, test } from 'vitest';
import { restartDelayMs } from '../../src/app/restart-delay.ts';

test.each([
  ['the first death of a young worker', 50, undefined, 0],
  ['the second in a row', 50, 0, 100],
  ['the third', 50, 100, 200],
  ['many', 50, 4000, 5000],
  ['more', 50, 5000, 5000],
  ['a worker that has lived', 10_000, 5000, 0],
])('restartDelayMs() after %s', (_case, livedMs, previousMs, expectedMs) => {
  expect(restartDelayMs(livedMs, previousMs)).toBe(expectedMs);
});
