import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { HostProcess, KillReason } from '../../src/host/host-process.ts';
import type { CpuUsage } from '../../src/host/process-usage.ts';
import type { HostStatus } from '../../src/host/status-file.ts';
import { HostWatch, WATCH_INTERVAL_MS, type Watched } from '../../src/host/watch.ts';

const MIB = 2 ** 20;
const LIMITS = { cpuMs: 50, wallMs: 1000, memoryMb: 100 };

/** A host as the watch sees one, with everything that it reads in the hands of the test. */
class Puppet implements Watched {
  stretch = 0;
  residentBytes = 80 * MIB;
  usage: CpuUsage | undefined = { ranMs: 0, waitedMs: 0 };
  verdict: KillReason | undefined;
  killed: KillReason | undefined;
  looks = 0;

  isLoading = false;

  readonly host = {
    ended: false,
    status: () => this.#status(),
    residentBytes: () => this.residentBytes,
    cpu: () => this.usage,
    kill: (reason: KillReason) => {
      this.killed ??= reason;
    },
  } as unknown as HostProcess;

  limitsOf({ function: id }: HostStatus): typeof LIMITS | undefined {
    return id === 1 ? LIMITS : undefined;
  }

  judge(): KillReason | undefined {
    return this.verdict;
  }

  #status(): HostStatus {
    this.looks += 1;
    return { stretch: this.stretch, call: 1, function: 1, begun: 1, loading: this.isLoading };
  }
}

let watch: HostWatch;
let puppet: Puppet;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  watch = new HostWatch();
  puppet = new Puppet();
  watch.start(puppet);
});

afterEach(() => {
  watch.stop(puppet);
  vi.useRealTimers();
});

function pass(ms: number, ran = ms): void {
  for (let at = 0; at < ms; at += WATCH_INTERVAL_MS) {
    if (puppet.usage !== undefined) {
      const { ranMs, waitedMs } = puppet.usage;
      const share = (ran / ms) * WATCH_INTERVAL_MS;
      const waited = WATCH_INTERVAL_MS - share;
      puppet.usage = { ranMs: ranMs + share, waitedMs: waitedMs + waited };
    }
    vi.advanceTimersByTime(WATCH_INTERVAL_MS);
  }
}

describe('HostWatch', () => {
  test('lets a stretch have its limit and the grace, then kills', () => {
    puppet.stretch = 1;
    pass(110);
    expect(puppet.killed).toBeUndefined();
    pass(10);
    expect(puppet.killed).toBe('cpu');
  });

  test('begins to count anew with every stretch', () => {
    for (puppet.stretch = 1; puppet.stretch < 10; puppet.stretch += 1) pass(100);
    expect(puppet.killed).toBeUndefined();
  });

  test('does not count time in which nobody is on the CPU', () => {
    pass(1000);
    expect(puppet.killed).toBeUndefined();
  });

  test('waits for code that the machine gives no CPU up to its wall-clock limit, and blames nobody', () => {
    puppet.stretch = 1;
    pass(1060, 30);
    expect(puppet.killed).toBeUndefined();
    pass(10, 0);
    expect(puppet.killed).toBe('starved');
  });

  test('takes a module that gets no CPU for one that does not load', () => {
    puppet.isLoading = true;
    puppet.stretch = 1;
    pass(1070, 30);
    expect(puppet.killed).toBe('cpu');
  });

  test('knows how long code waited for a CPU although it had to wait itself', () => {
    puppet.stretch = 1;
    vi.advanceTimersByTime(WATCH_INTERVAL_MS);
    puppet.usage = { ranMs: 10, waitedMs: 190 };
    // Two hundred milliseconds in one look: the event loop was as busy as the machine.
    const before = performance.now();
    vi.spyOn(performance, 'now').mockReturnValue(before + 200);
    vi.advanceTimersByTime(WATCH_INTERVAL_MS);
    vi.restoreAllMocks();
    expect(puppet.killed).toBeUndefined();
  });

  test('does not wait for code that sleeps in a system call', () => {
    puppet.stretch = 1;
    for (let at = 0; at < 130; at += WATCH_INTERVAL_MS) {
      vi.advanceTimersByTime(WATCH_INTERVAL_MS);
    }
    expect(puppet.killed).toBe('cpu');
  });

  test('goes by the wall clock where the system does not tell', () => {
    puppet.usage = undefined;
    puppet.stretch = 1;
    pass(110);
    expect(puppet.killed).toBeUndefined();
    pass(10);
    expect(puppet.killed).toBe('cpu');
  });

  test('kills a stretch that grows beyond its memory limit and the slack', () => {
    pass(10);
    puppet.stretch = 1;
    puppet.residentBytes += 60 * MIB;
    pass(5);
    puppet.residentBytes += 104 * MIB;
    pass(10);
    expect(puppet.killed).toBeUndefined();
    puppet.residentBytes += MIB;
    pass(5);
    expect(puppet.killed).toBe('memory');
    expect(watch.peakResidentBytes).toBe((80 + 60 + 105) * MIB);
  });

  test('does not blame a stretch for what was there before', () => {
    puppet.residentBytes = 2000 * MIB;
    pass(10);
    puppet.stretch = 1;
    pass(50);
    expect(puppet.killed).toBeUndefined();
  });

  test('does what the group decides about its host', () => {
    puppet.verdict = 'unresponsive';
    pass(5);
    expect(puppet.killed).toBe('unresponsive');
  });

  test('looks no more when there is nothing to watch', () => {
    pass(10);
    watch.stop(puppet);
    const { looks } = puppet;
    pass(100);
    expect(puppet.looks).toBe(looks);
    expect(vi.getTimerCount()).toBe(0);
  });
});
