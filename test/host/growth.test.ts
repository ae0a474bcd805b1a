import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { outcomeOf, startHosts, type TestHosts } from './host-fixture.ts';
import { hosted } from './hosted.ts';

/** Keeps 8 MiB of every call where isolated-vm does not count it. */
const LEAK = `
const kept = [];
exports.handler = async (event) => {
  if (event.wait) { await new Promise((resolve) => setTimeout(resolve, 100)); return 'finished'; }
  const memory = new WebAssembly.Memory({ initial: 128 });
  new Uint8Array(memory.buffer).fill(1);
  kept.push(memory);
  return kept.length;
};`;
const MEMORY_MB = 16;
/** What a host may hold beyond its environments before it is replaced. */
const SLACK_MB = 128;

let fixture: TestHosts;

beforeAll(async () => {
  fixture = await startHosts();
  await fixture.load(hosted('leak', LEAK, { memoryMb: MEMORY_MB }));
});

afterAll(() => fixture[Symbol.asyncDispose]());

function hostMb(): number {
  return (fixture.hosts.residentBytes().get('leak') ?? 0) / 2 ** 20;
}

describe('a host that keeps more memory than its functions may have', () => {
  test('is replaced by one that is loaded beside it, and no call fails', async () => {
    const [firstPid] = fixture.hosts.pids();
    const finished = fixture.call('leak', { wait: true });
    let largestMb = 0;
    // Two calls are open at once at most, so two environments may hold memory.
    const enoughMb = hostMb() + 2 * MEMORY_MB + SLACK_MB + 24;
    while (fixture.hosts.pids()[0] === firstPid) {
      const event = hostMb() < enoughMb ? {} : { wait: true };
      expect(await fixture.call('leak', event)).toMatchObject({ kind: 'result' });
      largestMb = Math.max(largestMb, hostMb());
    }
    expect(outcomeOf(await finished)).toBe('finished');
    expect(await fixture.ended.waitFor(({ reason }) => reason === 'recycle')).toMatchObject({
      pid: firstPid,
      trustGroup: 'leak',
    });
    expect(hostMb()).toBeLessThan(largestMb / 2);
    expect(fixture.hosts.functions()).toMatchObject([{ kills: 0 }]);
  });

  test('again within a minute: that counts as a kill', async () => {
    while (fixture.quarantined.all.length === 0) await fixture.call('leak');
    expect(fixture.quarantined.all).toEqual(['leak']);
  });
});
