import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { killAll, outcomeOf, startHosts, type TestHosts } from './host-fixture.ts';
import { hosted } from './hosted.ts';

const COUNTER = `
let calls = 0;
exports.handler = async () => { calls += 1; return calls; };`;

const ACTIONS = `exports.handler = async (event) => {
  console.log('begun ' + event.do);
  if (event.do === 'bigint') { let n = 7n; for (;;) n *= n; }
  if (event.do === 'grow') { const kept = []; for (;;) { const memory = new WebAssembly.Memory({ initial: 256 }); new Uint8Array(memory.buffer).fill(1); kept.push(memory); } }
  if (event.do === 'wait') await new Promise((resolve) => setTimeout(resolve, 20));
  if (event.do === 'never') await new Promise((resolve) => setTimeout(resolve, 2 ** 30));
  return event.do;
};`;

const KILLED = { cpuMs: 50 };

let fixture: TestHosts;

beforeEach(async () => {
  fixture = await startHosts();
});

afterEach(() => fixture[Symbol.asyncDispose]());

describe('when a host dies', () => {
  test('of five hundred calls in flight, at most the one on the CPU fails', async () => {
    await fixture.load(hosted('f', COUNTER, { concurrency: 1000 }));
    const calls = Array.from({ length: 500 }, () => fixture.call('f'));
    // The frames leave with this turn of the event loop; the host is in the middle of them when it
    // dies.
    await new Promise((resolve) => setImmediate(resolve));
    await killAll(fixture);
    const outcomes = await Promise.all(calls);
    const failed = outcomes.filter(({ kind }) => kind === 'failed');
    expect(failed.length).toBeLessThanOrEqual(1);
    expect(failed.map(outcomeOf).filter((code) => code !== 'EDGE_HOOK_CRASHED')).toEqual([]);
    expect(fixture.collateral.all).toEqual([]);
    expect(fixture.redispatched.all.length).toBeGreaterThan(0);
  });

  test('from outside, again and again, nobody is quarantined for it', async () => {
    await fixture.load(hosted('f', COUNTER, { concurrency: 1000 }));
    for (let kills = 0; kills < 4; kills++) {
      const calls = Array.from({ length: 100 }, () => fixture.call('f'));
      await new Promise((resolve) => setImmediate(resolve));
      await killAll(fixture);
      const codes = (await Promise.all(calls)).map(outcomeOf);
      expect(codes.filter((code) => code === 'EDGE_HOOK_QUARANTINED')).toEqual([]);
    }
    expect(fixture.quarantined.all).toEqual([]);
  });

  test('an idle one is replaced, and nobody notices', async () => {
    await fixture.load(hosted('f', COUNTER));
    expect(outcomeOf(await fixture.call('f'))).toBe(1);
    await killAll(fixture);
    expect(outcomeOf(await fixture.call('f'))).toBe(1);
    expect(fixture.hosts.functions()[0]).toMatchObject({ state: 'ready', kills: 0 });
  });

  test('calls that wait in it are collateral, calls that have not begun are run again', async () => {
    await fixture.load(
      hosted('waiting', ACTIONS, { trustGroup: 'g' }),
      hosted('killer', ACTIONS, { trustGroup: 'g' }),
      hosted('queued', COUNTER, { trustGroup: 'g' }),
    );
    const waiting = fixture.call('waiting', { do: 'never' });
    await fixture.logs.waitFor(({ message }) => message === 'begun never');
    const killer = fixture.call('killer', { do: 'bigint' }, KILLED);
    await fixture.logs.waitFor(({ message }) => message === 'begun bigint');
    const queued = fixture.call('queued');
    expect(outcomeOf(await killer)).toBe('EDGE_HOOK_CPU');
    const outcome = await waiting;
    expect(outcome).toMatchObject({ error: { facts: { culprit: 'killer' } } });
    expect(outcomeOf(outcome)).toBe('EDGE_HOOK_COLLATERAL');
    expect(outcomeOf(await queued)).toBe(1);
    expect(fixture.collateral.all).toEqual(['waiting']);
    expect(fixture.redispatched.all).toEqual(['queued']);
    expect(await fixture.ended.waitFor(({ reason }) => reason === 'cpu')).toMatchObject({
      trustGroup: 'g',
      blamed: 'killer',
    });
  });

  test('for memory, the call that took it fails with its limit', async () => {
    await fixture.load(hosted('f', ACTIONS, { memoryMb: 32 }));
    const outcome = await fixture.call('f', { do: 'grow' }, { cpuMs: 5000 });
    expect(outcomeOf(outcome)).toBe('EDGE_HOOK_MEMORY');
    expect(outcome).toMatchObject({ error: { facts: { limit: 'memoryMb', budget: 32 } } });
  });

  test('disposed of, open calls end, and later ones are refused', async () => {
    await fixture.load(hosted('f', ACTIONS, { concurrency: 1 }));
    const open = fixture.call('f', { do: 'never' });
    await fixture.logs.waitFor(({ message }) => message === 'begun never');
    const queued = fixture.call('f', { do: 'wait' });
    fixture.hosts.dispose();
    expect(outcomeOf(await open)).toBe('EDGE_HOOK_UNAVAILABLE');
    expect(outcomeOf(await queued)).toBe('EDGE_HOOK_UNAVAILABLE');
    expect(outcomeOf(await fixture.call('f', { do: 'wait' }))).toBe('EDGE_HOOK_UNAVAILABLE');
    expect(fixture.hosts.pids()).toEqual([]);
  });
});

describe('a function that killed its host', () => {
  test('leaves the group and has a host of its own from its next call on', async () => {
    await fixture.load(
      hosted('killer', ACTIONS, { trustGroup: 'g' }),
      hosted('other', COUNTER, { trustGroup: 'g' }),
    );
    await fixture.call('killer', { do: 'bigint' }, KILLED);
    expect(fixture.hosts.functions()[0]).toMatchObject({ state: 'quarantined', kills: 1 });
    expect([...fixture.hosts.residentBytes().keys()]).toEqual(['g']);
    expect(outcomeOf(await fixture.call('killer', { do: 'wait' }))).toBe('wait');
    expect([...fixture.hosts.residentBytes().keys()]).toEqual(['g', 'quarantine:killer']);
    expect(outcomeOf(await fixture.call('other'))).toBe(1);
  });

  test('twice is refused for a while, then probed by one call at a time, then free again', async () => {
    await fixture.load(hosted('f', ACTIONS));
    for (let kills = 1; kills <= 2; kills++) {
      expect(outcomeOf(await fixture.call('f', { do: 'bigint' }, KILLED))).toBe('EDGE_HOOK_CPU');
    }
    expect(outcomeOf(await fixture.call('f', { do: 'wait' }))).toBe('EDGE_HOOK_QUARANTINED');
    expect(fixture.hosts.functions()[0]).toMatchObject({ state: 'quarantined', kills: 2 });
    expect(fixture.quarantined.all).toEqual(['f', 'f']);

    fixture.advance(1000);
    const probe = fixture.call('f', { do: 'wait' });
    expect(outcomeOf(await fixture.call('f', { do: 'wait' }))).toBe('EDGE_HOOK_QUARANTINED');
    expect(outcomeOf(await probe)).toBe('wait');

    const free = await Promise.all([
      fixture.call('f', { do: 'wait' }),
      fixture.call('f', { do: 'wait' }),
    ]);
    expect(free.map(outcomeOf)).toEqual(['wait', 'wait']);
    expect(fixture.hosts.functions()[0]).toMatchObject({ state: 'ready', kills: 0 });
  });

  test('again and again takes none of its queued calls along: they are refused at once', async () => {
    await fixture.load(hosted('f', ACTIONS, { concurrency: 1 }));
    const calls = Array.from({ length: 6 }, () => fixture.call('f', { do: 'bigint' }, KILLED));
    const codes = (await Promise.all(calls)).map(outcomeOf);
    expect(codes).toEqual([
      'EDGE_HOOK_CPU',
      'EDGE_HOOK_CPU',
      ...Array.from({ length: 4 }, () => 'EDGE_HOOK_QUARANTINED'),
    ]);
  });
});

describe('the warm spare', () => {
  test('takes over: the group goes on in a host that was already there', async () => {
    await fixture.load(hosted('f', ACTIONS));
    await fixture.started.waitForCount(2);
    const spare = fixture.hosts.pids().at(-1);
    await fixture.call('f', { do: 'bigint' }, KILLED);
    expect(fixture.hosts.pids()[0]).toBe(spare);
    await fixture.started.waitForCount(3);
  });

  test('that dies is replaced', async () => {
    const [spare = 0] = fixture.hosts.pids();
    process.kill(spare, 'SIGKILL');
    expect(await fixture.ended.waitFor()).toMatchObject({ pid: spare, trustGroup: 'spare' });
    await fixture.started.waitForCount(2);
    await fixture.load(hosted('f', COUNTER));
    expect(outcomeOf(await fixture.call('f'))).toBe(1);
  });

  test('cannot be started: start() says why', async () => {
    await expect(startHosts({ execPath: '/nowhere/node' })).rejects.toThrow(
      expect.objectContaining({ code: 'EDGE_HOST_START' }),
    );
  });
});
