import ivm from 'isolated-vm';
import { describe, expect, test } from 'vitest';
import { createHostGarbageCollector } from '../../src/sandbox/host-garbage.ts';

const collect = createHostGarbageCollector();

/**
 * Leaves 64 MiB that nobody holds; in a frame of its own, whose registers are gone when it returns.
 */
function litter(): number {
  return Buffer.alloc(64 * 2 ** 20).length;
}

describe('createHostGarbageCollector()', () => {
  test('gives a function that frees buffers which nobody holds', () => {
    const before = process.memoryUsage().arrayBuffers;
    litter();
    collect();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
  });

  test('gives functions no way to collect', () => {
    const isolate = new ivm.Isolate({ memoryLimit: 16 });
    expect(isolate.createContextSync().evalSync('typeof gc')).toBe('undefined');
    isolate.dispose();
  });
});
