import { describe, expect, test } from 'vitest';
import { ProcessUsage } from '../../src/host/process-usage.ts';

const onLinux = process.platform === 'linux';

describe.runIf(onLinux)('ProcessUsage', () => {
  test('residentBytes() is what the process itself sees', () => {
    const usage = new ProcessUsage(process.pid);
    const ratio = usage.residentBytes() / process.memoryUsage.rss();
    usage.close();
    expect(ratio).toBeGreaterThan(0.8);
    expect(ratio).toBeLessThan(1.25);
  });

  test('cpu() grows with the work of the main thread', () => {
    const usage = new ProcessUsage(process.ppid);
    const first = usage.cpu();
    const second = usage.cpu();
    usage.close();
    expect(first?.ranMs).toBeGreaterThan(0);
    expect(second?.ranMs).toBeGreaterThanOrEqual(first?.ranMs ?? Number.NaN);
    expect(second?.waitedMs).toBeGreaterThanOrEqual(first?.waitedMs ?? Number.NaN);
  });

  test('of a process that does not exist is nothing', () => {
    const usage = new ProcessUsage(2 ** 22 + 1);
    expect(usage.residentBytes()).toBe(0);
    expect(usage.cpu()).toBeUndefined();
    usage.close();
  });

  test('after close() is nothing', () => {
    const usage = new ProcessUsage(process.pid);
    usage.close();
    usage.close();
    expect(usage.residentBytes()).toBe(0);
    expect(usage.cpu()).toBeUndefined();
  });
});
