import { describe, expect, test } from 'vitest';
import {
  admittanceOf,
  afterKill,
  type KillRecord,
  restartDelayMs,
  retryLoadAt,
} from '../../src/host/quarantine.ts';

const NOW = 1_700_000_000_000;

function killed(times: number, lastKillAt = NOW): KillRecord {
  return { kills: times, lastKillAt };
}

describe('afterKill()', () => {
  test.each([
    ['the first', undefined, 1],
    ['one within a minute of the last', killed(1, NOW - 59_999), 2],
    ['one a minute after the last', killed(7, NOW - 60_000), 1],
  ])('counts %s', (_which, record, kills) => {
    expect(afterKill(record, NOW)).toEqual({ kills, lastKillAt: NOW });
  });
});

describe('admittanceOf()', () => {
  test.each([
    ['nothing', undefined, 0],
    ['one kill just now', killed(1), 0],
    ['many kills a minute ago', killed(9), 60_000],
  ])('is open after %s', (_what, record, laterMs) => {
    expect(admittanceOf(record, NOW + laterMs)).toEqual({ kind: 'open' });
  });

  test.each([
    [2, 250],
    [3, 500],
    [4, 1000],
    [8, 16_000],
    [9, 30_000],
    [1000, 30_000],
  ])('after %i kills refuses for %i ms, then probes', (times, backoffMs) => {
    const retryAt = NOW + backoffMs;
    expect(admittanceOf(killed(times), retryAt - 1)).toEqual({ kind: 'refused', retryAt });
    expect(admittanceOf(killed(times), retryAt)).toEqual({ kind: 'probing' });
  });
});

describe('retryLoadAt()', () => {
  test.each([
    [1, 1000],
    [2, 2000],
    [6, 32_000],
    [7, 60_000],
    [2000, 60_000],
  ])('after %i failed loads is %i ms later', (failures, laterMs) => {
    expect(retryLoadAt(failures, NOW)).toBe(NOW + laterMs);
  });
});

describe('restartDelayMs()', () => {
  test.each([
    [0, 0],
    [1, 0],
    [2, 100],
    [3, 200],
    [11, 30_000],
    [2000, 30_000],
  ])('after %i hosts that came to nothing is %i ms', (failures, delayMs) => {
    expect(restartDelayMs(failures)).toBe(delayMs);
  });
});
