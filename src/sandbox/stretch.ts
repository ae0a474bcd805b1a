import type ivm from 'isolated-vm';
import type { TimeoutBudget } from './timeout-budget.ts';

/** How one synchronous stretch of code inside an isolate ended. `threw`: an unhandled rejection, or a fault outside any handler. */
export type StretchEnd = { readonly elapsedMs: number } & (
  | { readonly kind: 'returned'; readonly value: unknown }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'memory' }
  | { readonly kind: 'threw'; readonly errorJson: string }
);

export interface Stretch {
  readonly isolate: ivm.Isolate;
  /** What is left of the limits of the call, in milliseconds; 0 or less = the call is out of time already. */
  readonly limitMs: number;
  readonly timeouts: TimeoutBudget;
  readonly enter: (options: { timeout?: number }) => unknown;
}

const UNLIMITED: { timeout?: number } = {};
const TIMEOUT_MESSAGE = 'Script execution timed out.';

/** Enters the isolate once, under isolated-vm's own timeout where that is affordable, and says how it ended. Never throws. */
export function runStretch(stretch: Stretch): StretchEnd {
  if (stretch.limitMs <= 0) return { kind: 'timeout', elapsedMs: 0 };
  const timeout = Math.ceil(stretch.limitMs);
  const startedMs = performance.now();
  const options = stretch.timeouts.take(timeout, startedMs) ? { timeout } : UNLIMITED;
  try {
    const value = stretch.enter(options);
    return { kind: 'returned', value, elapsedMs: performance.now() - startedMs };
  } catch (thrown) {
    return endOf(thrown, stretch, performance.now() - startedMs);
  }
}

function endOf(thrown: unknown, stretch: Stretch, elapsedMs: number): StretchEnd {
  if (stretch.isolate.isDisposed) return { kind: 'memory', elapsedMs };
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  // Function code can reject with the same words, so the clock decides too.
  if (error.message === TIMEOUT_MESSAGE && elapsedMs >= Math.floor(stretch.limitMs)) {
    return { kind: 'timeout', elapsedMs };
  }
  const errorJson = JSON.stringify({
    errorType: error.name,
    errorMessage: error.message,
    trace: (error.stack ?? `${error.name}: ${error.message}`).split('\n'),
  });
  return { kind: 'threw', errorJson, elapsedMs };
}
