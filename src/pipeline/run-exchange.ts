import { toEdgeError } from '../base/edge-error.ts';
import type { Exchange } from './exchange.ts';
import { type NextStep, STEPS } from './steps.ts';

/**
 * Runs the steps of an exchange from `first` until none follows. As long as no step waits for anything, nothing here is
 * asynchronous: a cached hit without hooks is answered in the turn in which its request arrived.
 */
export function runExchange(exchange: Exchange, first: NextStep): Exchange | Promise<Exchange> {
  let name = first;
  while (name !== 'done') {
    const next = runStep(exchange, name);
    if (typeof next !== 'string') return continueExchange(exchange, next);
    name = next;
  }
  return exchange;
}

async function continueExchange(exchange: Exchange, pending: Promise<NextStep>): Promise<Exchange> {
  let name = await pending;
  while (name !== 'done') name = await runStep(exchange, name);
  return exchange;
}

/** The one place where what a step throws is caught. */
function runStep(
  exchange: Exchange,
  name: Exclude<NextStep, 'done'>,
): NextStep | Promise<NextStep> {
  try {
    const next = STEPS[name].run(exchange);
    return typeof next === 'string'
      ? next
      : next.catch((thrown: unknown) => failed(exchange, thrown, name));
  } catch (thrown) {
    return failed(exchange, thrown, name);
  }
}

function failed(exchange: Exchange, thrown: unknown, name: NextStep): NextStep {
  // A fault while the failure itself is being answered: nothing is left but to give up this exchange.
  if (name === 'fail' || name === 'reply') throw toEdgeError(thrown);
  exchange.failure = toEdgeError(thrown);
  return 'fail';
}
