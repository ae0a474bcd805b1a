import type ivm from 'isolated-vm';
import type { TimeoutBudget } from './timeout-budget.ts';

/**
 * How one synchronous stretch of code inside an isolate ended, and the CPU it took. `threw`: an unhandled rejection, or a fault outside any
 * handler.
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
  readonly timeouts: TimeoutBudget;
  /** CPU that host operations of this environment have used so far: the isolate's own count leaves it out. */
  readonly operationsMs: () => number;
  readonly enter: (options: { timeout?: number }) => unknown;
}

const UNLIMITED: { timeout?: number } = {};
const TIMEOUT_MESSAGE = 'Script execution timed out.';
/**
 * isolated-vm's timeout goes by the wall clock, the limit by CPU. On a busy machine code that has not used its limit must not pay for the
 * others, so the timeout comes this much later and the CPU count decides.
 */
export const STARVATION_SLACK_MS = 40;
/** Up to here the wall clock is exact enough, and reading the CPU clock would cost more than it tells. */
const SHORT_STRETCH_MS = 2;

/** Enters the isolate once, under isolated-vm's own timeout where that is affordable, and says how it ended. Never throws. */
export function runStretch(stretch: Stretch): StretchEnd {
  const { isolate, cpuLeftMs, wallLeftMs } = stretch;
  if (cpuLeftMs <= 0 || wallLeftMs <= 0) return { kind: 'timeout', cpuMs: 0 };
  const timeout = Math.ceil(Math.min(cpuLeftMs + STARVATION_SLACK_MS, wallLeftMs));
  const startedMs = performance.now();
  const startedCpu = isolate.cpuTime;
  const startedOperationsMs = stretch.operationsMs();
  const options = stretch.timeouts.take(timeout, startedMs) ? { timeout } : UNLIMITED;
  const used = (): number => {
    const elapsedMs = performance.now() - startedMs;
    if (elapsedMs < SHORT_STRETCH_MS || isolate.isDisposed) return elapsedMs;
    const isolateMs = Number(isolate.cpuTime - startedCpu) / 1e6;
    return isolateMs + stretch.operationsMs() - startedOperationsMs;
  };
  try {
    const value = stretch.enter(options);
    return { kind: 'returned', value, cpuMs: used() };
  } catch (thrown) {
    return endOf(thrown, isolate, {
      cpuMs: used(),
      isDue: performance.now() - startedMs >= timeout - 1,
    });
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
  if (error.message === TIMEOUT_MESSAGE && isDue) return { kind: 'timeout', cpuMs };
  const errorJson = JSON.stringify({
    errorType: error.name,
    errorMessage: error.message,
    trace: (error.stack ?? `${error.name}: ${error.message}`).split('\n'),
  });
  return { kind: 'threw', errorJson, cpuMs };
}
