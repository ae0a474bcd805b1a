import { toEdgeError } from '../base/edge-error.ts';
import type { Exchange } from './exchange.ts';
import { type NextStep, STEPS } from './steps.ts';

type Running = Exclude<NextStep, 'done'>;

/**
 * Runs the steps of an exchange from `first` until none follows. As long as no step waits for anything, nothing here is
 * asynchronous: a cached hit without hooks is answered in the turn in which its request arrived.
 */
export function runExchange(exchange: Exchange, first: NextStep): Exchange | Promise<Exchange> {
  let name = first;
  while (name !== 'done') {
    const next = runStep(exchange, name);
    if (typeof next !== 'string') return continueExchange(exchange, name, next);
    name = next;
  }
  return exchange;
}

/** Goes on after a step that waits. Only a promise is awaited: each await costs a turn of the microtask queue. */
async function continueExchange(
  exchange: Exchange,
  waiting: Running,
  first: Promise<NextStep>,
): Promise<Exchange> {
  let name = waiting;
  let pending = first;
  for (;;) {
    let next: NextStep | Promise<NextStep>;
    try {
      next = await pending;
    } catch (thrown) {
      next = failed(exchange, thrown, name);
    }
    while (typeof next === 'string') {
      if (next === 'done') return exchange;
      name = next;
      next = runStep(exchange, name);
    }
    pending = next;
  }
}

function runStep(exchange: Exchange, name: Running): NextStep | Promise<NextStep> {
  try {
    return STEPS[name].run(exchange);
  } catch (thrown) {
    return failed(exchange, thrown, name);
  }
}

/** The one place where what a step throws, or rejects with, ends up. */
function failed(exchange: Exchange, thrown: unknown, name: NextStep): NextStep {
  // A fault while the failure itself is being answered: nothing is left but to give up this exchange.
  if (name === 'fail' || name === 'reply') throw toEdgeError(thrown);
  exchange.failure = toEdgeError(thrown);
  return 'fail';
}
