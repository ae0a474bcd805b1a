import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { guestScript } from '../../src/function/sandbox-programs.ts';
import type { Call, CallEnd } from '../../src/sandbox/environment.ts';
import { FunctionPool, type PoolEvents } from '../../src/sandbox/function-pool.ts';
import { GuestScript } from '../../src/sandbox/guest-script.ts';
import { StarvationSlack } from '../../src/sandbox/starvation.ts';
import { TimeoutBudget } from '../../src/sandbox/timeout-budget.ts';
import { hosted } from '../host/hosted.ts';
import { Recorder } from '../support/recorder.ts';

const MINUTE_MS = 60_000;
const PROGRAM = `
let calls = 0;
exports.handler = async (event) => {
  calls += 1;
  if (event.wait) await new Promise((resolve) => setTimeout(resolve, 5));
  if (event.keep) globalThis.kept = Buffer.alloc(event.keep * 2 ** 20);
  return calls;
};`;

let guest: GuestScript;

beforeAll(async () => {
  guest = new GuestScript(await guestScript(), undefined);
  guest.warm();
});

describe('FunctionPool', () => {
  let pool: FunctionPool;
  let ends: Recorder<{ readonly id: number; readonly end: CallEnd; readonly heapMb: number }>;
  let entered: { readonly call: number; readonly loading: boolean }[];
  let begun: number;
  let suspended: number[];

  beforeEach(() => {
    ends = new Recorder();
    entered = [];
    begun = 0;
    suspended = [];
    const events: PoolEvents = {
      beginning: () => {
        begun += 1;
      },
      entering: (_id, call, loading) => entered.push({ call: call?.id ?? 0, loading }),
      loaded: () => undefined,
      loadFailed: (_id, failure) => expect.unreachable(failure),
      callEnded: ({ id }, end, heapMb) => ends.add({ id, end, heapMb }),
      suspended: ({ id }) => suspended.push(id),
      log: () => undefined,
      operation: () => undefined,
      operationCancelled: () => undefined,
    };
    pool = new FunctionPool({
      id: 1,
      ...hosted('f', PROGRAM, { memoryMb: 64 }),
      guest,
      timeouts: new TimeoutBudget(),
      slack: new StarvationSlack(),
      events,
    });
    pool.load();
    return () => pool.end();
  });

  function invoke(id: number, event: object = {}): void {
    const call: Call = {
      id,
      cpuMs: 5000,
      wallMs: 5000,
      deadlineAt: Date.now() + 5000,
      isGuarded: true,
      awsRequestId: 'a',
      eventText: `J${JSON.stringify(event)}`,
      receivedMs: performance.now(),
      usedCpuMs: 0,
    };
    pool.invoke(call);
  }

  async function resultOf(id: number): Promise<string> {
    const { end } = await ends.waitFor((one) => one.id === id);
    return end.text;
  }

  test('runs a call in the environment that is idle', async () => {
    invoke(1);
    invoke(2);
    expect([await resultOf(1), await resultOf(2)]).toEqual(['J1', 'J2']);
  });

  test('starts another environment for a call that finds none idle', async () => {
    invoke(1, { wait: true });
    invoke(2);
    expect([await resultOf(1), await resultOf(2)]).toEqual(['J1', 'J1']);
  });

  test('says whose code is about to run, and whether a module is being loaded for it', async () => {
    expect(entered.every(({ call, loading }) => call === 0 && loading)).toBe(true);
    entered = [];
    invoke(1, { wait: true });
    expect(entered.every(({ call, loading }) => call === 1 && !loading)).toBe(true);
    entered = [];
    invoke(2);
    expect(entered.filter(({ loading }) => loading).length).toBeGreaterThan(0);
    expect(entered.every(({ call }) => call === 2)).toBe(true);
    expect(entered.at(-1)?.loading).toBe(false);
    expect(begun).toBe(2);
    await Promise.all([resultOf(1), resultOf(2)]);
    expect(begun).toBe(2);
  });

  test('says once that a call has left the CPU', async () => {
    invoke(1, { wait: true });
    expect(suspended).toEqual([1]);
    await resultOf(1);
    expect(suspended).toEqual([1]);
  });

  test('trim() ends environments that nobody has needed for a minute, but one', async () => {
    invoke(1, { wait: true });
    invoke(2, { wait: true });
    invoke(3);
    await Promise.all([1, 2, 3].map(resultOf));
    pool.trim(performance.now() + MINUTE_MS - 5000);
    for (const id of [4, 5, 6]) invoke(id, { wait: true });
    expect(await Promise.all([4, 5, 6].map(resultOf))).toEqual(['J2', 'J2', 'J2']);
    pool.trim(performance.now() + MINUTE_MS + 1);
    for (const id of [7, 8]) invoke(id, { wait: true });
    const results = await Promise.all([7, 8].map(resultOf));
    expect(results.sort()).toEqual(['J1', 'J3']);
  });

  test('ends an environment whose memory is nearly used up, so that the next call starts cold', async () => {
    // The heap is looked at after each sixty-fourth call.
    for (let id = 1; id <= 63; id++) invoke(id);
    invoke(64, { keep: 60 });
    expect(await resultOf(64)).toBe('J64');
    invoke(65);
    expect(await resultOf(65)).toBe('J1');
  });

  test('cancel() ends the environment of a call; its end is not reported', async () => {
    invoke(1, { wait: true });
    pool.cancel(1);
    invoke(2);
    expect(await resultOf(2)).toBe('J1');
    expect(ends.all.map(({ id }) => id)).toEqual([2]);
  });
});
