import type { Dispatcher } from 'undici';
import { expect, test } from 'vitest';
import { ByteBudget } from '../../../src/host/egress/byte-budget.ts';
import { egressLimits } from '../../../src/host/egress/limits.ts';
import { EgressExchange } from '../../../src/host/egress/request.ts';

/**
 * A server that sends the next part of its response whenever the exchange resumes, and the end with
 * the last part.
 */
function scriptedDispatcher(parts: readonly string[]): Dispatcher {
  const rest = [...parts];
  let handler: Dispatcher.DispatchHandler = {};
  let isPaused = false;
  const controller: Dispatcher.DispatchController = {
    aborted: false,
    paused: false,
    reason: null,
    rawHeaders: [],
    abort: () => undefined,
    pause() {
      isPaused = true;
    },
    resume() {
      if (!isPaused) return;
      isPaused = false;
      const part = rest.shift() ?? '';
      handler.onResponseData?.(controller, Buffer.from(part));
      if (rest.length === 0) handler.onResponseEnd?.(controller, {});
    },
  };
  const dispatch: Dispatcher['dispatch'] = (_options, given) => {
    handler = given;
    handler.onRequestStart?.(controller, null);
    handler.onResponseStart?.(controller, 200, {}, 'OK');
    controller.pause();
    controller.resume();
    return true;
  };
  return { dispatch } as unknown as Dispatcher;
}

test('read() gives every part, also when the end comes while it lets the server go on', async () => {
  const exchange = new EgressExchange({
    dispatch: { path: '/', method: 'GET', body: null },
    targetText: 'http://a.test',
    mayStream: true,
    timeoutMs: 10_000,
    signal: new AbortController().signal,
    budget: new ByteBudget(1000),
    limits: egressLimits({ wholeContentBytes: 1 }),
    onReleased: () => undefined,
  });
  exchange.send(scriptedDispatcher(['one', 'two', 'three']));
  expect(await exchange.wholeIfSoon()).toBeUndefined();
  const parts: string[] = [];
  for (let done = false; !done; ) {
    const part = await exchange.read();
    parts.push(Buffer.from(part.content).toString());
    ({ done } = part);
  }
  expect(parts).toEqual(['one', 'two', 'three']);
});
