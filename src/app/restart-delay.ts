/** A worker that dies sooner than this after its start is likely to die again. */
const YOUNG_MS = 10_000;
const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5000;

/**
 * How long to wait before a worker is replaced: not at all the first time, then twice as long each time it died young.
 * `previousDelayMs` is what this function said last time, `undefined` at first.
 */
export function restartDelayMs(livedMs: number, previousDelayMs: number | undefined): number {
  if (livedMs >= YOUNG_MS || previousDelayMs === undefined) return 0;
  return Math.min(Math.max(FIRST_DELAY_MS, previousDelayMs * 2), LONGEST_DELAY_MS);
}
