import type { EpochMs } from '../base/clock.ts';

/** The kills of one function that still count. */
export interface KillRecord {
  readonly kills: number;
  readonly lastKillAt: EpochMs;
}

/** Whether a function may run now. `probing`: one call at a time, until one succeeds or kills again. */
export type Admittance =
  | { readonly kind: 'open' }
  | { readonly kind: 'probing' }
  | { readonly kind: 'refused'; readonly retryAt: EpochMs };

/** A kill is forgotten when the function has behaved for so long. */
const FORGET_MS = 60_000;
/** One kill may be an accident: the second begins the back-off. */
const FIRST_BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 30_000;

export function afterKill(record: KillRecord | undefined, now: EpochMs): KillRecord {
  const counts = record !== undefined && now - record.lastKillAt < FORGET_MS;
  return { kills: counts ? record.kills + 1 : 1, lastKillAt: now };
}

/** Decides by back-off and circuit breaker: 250 ms after the second kill, doubling up to 30 s, then one probing call at a time. */
export function admittanceOf(record: KillRecord | undefined, now: EpochMs): Admittance {
  if (record === undefined || record.kills < 2) return { kind: 'open' };
  const backoffMs = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (record.kills - 2));
  const retryAt = record.lastKillAt + backoffMs;
  if (now < retryAt) return { kind: 'refused', retryAt };
  return now - record.lastKillAt < FORGET_MS ? { kind: 'probing' } : { kind: 'open' };
}
