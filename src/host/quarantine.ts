import type { EpochMs } from '../base/clock.ts';

/** The kills of one function that still count. */
export interface KillRecord {
  readonly kills: number;
  readonly lastKillAt: EpochMs;
}

/**
 * Whether a function may run now. `probing`: one call at a time, until one succeeds or kills again.
 */
export type Admittance =
  | { readonly kind: 'open' }
  | { readonly kind: 'probing' }
  | { readonly kind: 'refused'; readonly retryAt: EpochMs };

/** A kill is forgotten when the function has behaved for so long. */
const FORGET_MS = 60_000;
/** One kill may be an accident: the second begins the back-off. */
const FIRST_BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 30_000;

const OPEN: Admittance = { kind: 'open' };
const PROBING: Admittance = { kind: 'probing' };

/** Counts one more kill. */
export function afterKill(record: KillRecord | undefined, now: EpochMs): KillRecord {
  const counts = record !== undefined && now - record.lastKillAt < FORGET_MS;
  return { kills: counts ? record.kills + 1 : 1, lastKillAt: now };
}

/**
 * Decides by back-off and circuit breaker: 250 ms after the second kill, doubling up to 30 s, then
 * one probing call at a time.
 */
export function admittanceOf(record: KillRecord | undefined, now: EpochMs): Admittance {
  if (record === undefined || record.kills < 2) return OPEN;
  const backoffMs = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (record.kills - 2));
  const retryAt = record.lastKillAt + backoffMs;
  if (now < retryAt) return { kind: 'refused', retryAt };
  return now - record.lastKillAt < FORGET_MS ? PROBING : OPEN;
}

/**
 * A module that cannot be loaded is tried again by the next call after this: 1 s after the first
 * failure, doubling up to one minute.
 */
const FIRST_LOAD_RETRY_MS = 1000;
const LONGEST_LOAD_RETRY_MS = 60_000;

/**
 * When the next try may begin, after `failures` loads (1 or more) that failed one after the other.
 */
export function retryLoadAt(failures: number, now: EpochMs): EpochMs {
  return now + Math.min(LONGEST_LOAD_RETRY_MS, FIRST_LOAD_RETRY_MS * 2 ** (failures - 1));
}

/**
 * Hosts that do not boot, or die before they have loaded anything, are started again after this: at
 * once, then 100 ms, doubling up to 30 s.
 */
const FIRST_RESTART_MS = 100;
const LONGEST_RESTART_MS = 30_000;

/**
 * Milliseconds to wait before the next host is started, after `failures` that failed one after the
 * other.
 */
export function restartDelayMs(failures: number): number {
  return failures < 2 ? 0 : Math.min(LONGEST_RESTART_MS, FIRST_RESTART_MS * 2 ** (failures - 2));
}
