import type { EventEmitter } from 'node:events';

const DEADLINE_MS = 10_000;

/** Resolves when `condition` holds, checked now and after each of the `events` of `emitter`. Rejects after ten seconds. */
export async function waitFor(
  emitter: EventEmitter,
  events: readonly string[],
  condition: () => boolean,
): Promise<void> {
  if (condition()) return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const check = (): void => {
    if (condition()) resolve();
  };
  for (const event of events) emitter.on(event, check);
  const failure = new Error(`Condition not met: waited for ${events.join(', ')}`);
  const timer = setTimeout(() => reject(failure), DEADLINE_MS);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    for (const event of events) emitter.off(event, check);
  }
}
