import ivm from 'isolated-vm';
import { describe, expect, test } from 'vitest';
import { createHostGarbageCollector } from '../../src/sandbox/host-garbage.ts';

const collect = createHostGarbageCollector();

describe('createHostGarbageCollector()', () => {
  test('gives a function that frees buffers which nobody holds', () => {
    const left = Buffer.alloc(64 * 2 ** 20).length;
    const before = process.memoryUsage().arrayBuffers;
    collect();
    expect(before - process.memoryUsage().arrayBuffers).toBeGreaterThanOrEqual(left);
  });

  test('gives functions no way to collect', () => {
    const isolate = new ivm.Isolate({ memoryLimit: 16 });
    expect(isolate.createContextSync().evalSync('typeof gc')).toBe('undefined');
    isolate.dispose();
  });
});
