import type ivm from 'isolated-vm';
import { CpuMeter } from './cpu-meter.ts';
import type { StarvationSlack } from './starvation.ts';
import type { TimeoutBudget } from './timeout-budget.ts';

/**
 * How one synchronous stretch of code inside an isolate ended, and the CPU it took. `threw`: an
 * unhandled rejection, or a fault outside any handler.
 */
export type StretchEnd = { readonly cpuMs: number } & (
  | { readonly kind: 'returned'; readonly value: unknown }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'memory' }
  | { readonly kind: 'threw'; readonly errorJson: string }
);

export interface Stretch {
  readonly isolate: ivm.Isolate;
  /** What is left of the CPU limit of the call, in milliseconds; 0 or less = nothing. */
  readonly cpuLeftMs: number;
  /** What is left of its wall-clock limit. */
  readonly wallLeftMs: number;
  /** Whether isolated-vm's own timeout is armed. */
  readonly isGuarded: boolean;
  readonly timeouts: TimeoutBudget;
  readonly slack: StarvationSlack;
  readonly enter: (options: { timeout?: number }) => unknown;
}

const UNLIMITED: { timeout?: number } = {};
const TIMEOUT_MESSAGE = 'Script execution timed out.';
const meter = new CpuMeter();

/**
 * Enters the isolate once, under isolated-vm's own timeout where that is affordable, and says how
 * it ended. Never throws.
 */
export function runStretch(stretch: Stretch): StretchEnd {
  const { isolate, cpuLeftMs, wallLeftMs } = stretch;
  if (cpuLeftMs <= 0 || wallLeftMs <= 0) return { kind: 'timeout', cpuMs: 0 };
  const startedMs = performance.now();
  const timeout = Math.ceil(Math.min(cpuLeftMs + stretch.slack.at(startedMs), wallLeftMs));
  meter.begin(startedMs);
  const isArmed = stretch.isGuarded && stretch.timeouts.take(timeout, startedMs);
  const options = isArmed ? { timeout } : UNLIMITED;
  try {
    const value = stretch.enter(options);
    return { kind: 'returned', value, cpuMs: meter.usedMs(startedMs, performance.now()) };
  } catch (thrown) {
    const endedMs = performance.now();
    const end = endOf(thrown, isolate, {
      cpuMs: meter.usedMs(startedMs, endedMs),
      isDue: endedMs - startedMs >= timeout - 1,
    });
    const isStarved = end.kind === 'timeout' && end.cpuMs < cpuLeftMs && timeout < wallLeftMs;
    if (isStarved) stretch.slack.starved(endedMs);
    return end;
  }
}

function endOf(
  thrown: unknown,
  isolate: ivm.Isolate,
  { cpuMs, isDue }: { readonly cpuMs: number; readonly isDue: boolean },
): StretchEnd {
  if (isolate.isDisposed) return { kind: 'memory', cpuMs };
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  // Function code can reject with the same words, so the clock decides too.
  if (error.message === TIMEOUT_MESSAGE && isDue) return { kind: 'timeout', cpuMs: meter.heldMs };
  // The guest catches what is thrown; only a rejection that nobody handles gets here, and Lambda
  // has a name for it.
  const errorJson = JSON.stringify({
    errorType: 'Runtime.UnhandledPromiseRejection',
    errorMessage: `${error.name}: ${error.message}`,
    trace: (error.stack ?? `${error.name}: ${error.message}`).split('\n'),
  });
  return { kind: 'threw', errorJson, cpuMs };
}
