import { beforeAll, expect, test, vi } from 'vitest';
import { exceptionIds, expectedOutcome } from './expected.ts';
import { type CacheTestResult, formatScore, runCacheTests, scoreOf } from './run-cache-tests.ts';

let results: readonly CacheTestResult[] = [];

beforeAll(async () => {
  // The suite's origin writes about requests that are part of its own tests.
  const log = vi.spyOn(console, 'log').mockReturnValue();
  results = await runCacheTests(expectedOutcome);
  log.mockRestore();
  console.log(`http-cache-tests: ${formatScore(scoreOf(results))}`);
}, 120_000);

test('every test of the public suite ends as expected.ts says', () => {
  const surprises = results
    .filter(({ id, outcome }) => outcome !== expectedOutcome(id))
    .map(({ id, outcome, message }) => `${id}: ${outcome} (${message})`);
  expect(surprises).toEqual([]);
});

test('expected.ts names tests that exist', () => {
  const ids = new Set(results.map(({ id }) => id));
  expect(exceptionIds.filter((id) => !ids.has(id))).toEqual([]);
});

test('the score is above that of every published proxy cache: 141 required, 74 optimal, no setup failure', () => {
  const { required, optimal } = scoreOf(results);
  expect(required.setup).toBe(0);
  expect(required.pass).toBeGreaterThan(141);
  expect(optimal.pass).toBeGreaterThan(74);
});
