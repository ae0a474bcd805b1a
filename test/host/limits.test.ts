import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { outcomeOf, startHosts, type TestHosts } from './host-fixture.ts';
import { hosted } from './hosted.ts';

/** Says that it has begun, and ends when the test says so by way of time. */
const WAITER = `exports.handler = async (event) => {
  console.log('begun ' + event.n);
  await new Promise((resolve) => setTimeout(resolve, event.ms));
  return event.n;
};`;

let fixture: TestHosts;

beforeAll(async () => {
  fixture = await startHosts();
});

afterAll(() => fixture[Symbol.asyncDispose]());

describe('concurrency and queue', () => {
  let name: string;
  let functions = 0;

  beforeEach(async () => {
    functions += 1;
    name = `f${functions}`;
    await fixture.load(hosted(name, WAITER, { concurrency: 2, queue: 1 }));
  });

  test('a call beyond both is refused with the limits', async () => {
    const calls = [1, 2, 3].map((n) => fixture.call(name, { n, ms: 50 }));
    const outcome = await fixture.call(name, { n: 4, ms: 1 });
    expect(outcomeOf(outcome)).toBe('EDGE_HOOK_CONCURRENCY');
    expect(outcome).toMatchObject({ error: { facts: { budget: 2, actual: 2 } } });
    expect((await Promise.all(calls)).map(outcomeOf)).toEqual([1, 2, 3]);
  });

  test('calls run side by side, each in an environment of its own', async () => {
    const calls = [1, 2].map((n) => fixture.call(name, { n, ms: 500 }));
    await fixture.logs.waitFor((line) => line.functionName === name && line.message === 'begun 2');
    expect(fixture.hosts.functions().find((one) => one.name === name)).toMatchObject({
      inFlight: 2,
      queued: 0,
    });
    expect((await Promise.all(calls)).map(outcomeOf)).toEqual([1, 2]);
  });

  test('a call that waits longer than it may run is refused', async () => {
    const calls = [1, 2].map((n) => fixture.call(name, { n, ms: 500 }));
    const outcome = await fixture.call(name, { n: 3, ms: 1 }, { timeoutMs: 20 });
    expect(outcomeOf(outcome)).toBe('EDGE_HOOK_CONCURRENCY');
    expect(outcome).toMatchObject({ error: { message: expect.stringContaining('waited') } });
    await Promise.all(calls);
  });
});
