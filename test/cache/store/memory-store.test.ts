import { describe, expect, test } from 'vitest';
import { MemoryStore, storedBytes } from '../../../src/cache/store/memory-store.ts';
import type { StoredResponse } from '../../../src/cache/stored-response.ts';
import { get, storedOf } from '../policy/support.ts';
import { describeStoreContract } from '../store-contract.ts';

describeStoreContract('MemoryStore', () => new MemoryStore({ maxBytes: 1_000_000 }));

function variant(path: string, foo: string, sizeBytes = 10): StoredResponse {
  const fields = ['Cache-Control', 'max-age=60', 'Vary', 'Foo'];
  return storedOf(fields, 'x'.repeat(sizeBytes), { request: get(['Foo', foo], path) });
}

describe('MemoryStore', () => {
  test('put() answers at once', () => {
    const store = new MemoryStore({ maxBytes: 100_000 });
    expect(store.put(variant('/a', '1'))).toBe(true);
    expect(store.get('example.com/a')).toHaveLength(1);
  });

  test('put() removes the least recently used keys to stay within its bytes', () => {
    const one = storedBytes(variant('/1', 'x', 1000));
    const store = new MemoryStore({ maxBytes: one * 2 });
    store.put(variant('/1', 'x', 1000));
    store.put(variant('/2', 'x', 1000));
    store.get('example.com/1');
    store.put(variant('/3', 'x', 1000));
    expect(store.get('example.com/2')).toBeUndefined();
    expect(store.get('example.com/1')).toHaveLength(1);
    expect(store.bytes).toBeLessThanOrEqual(one * 2);
  });

  test('put() removes the oldest variant when one key alone is over the limit', () => {
    const one = storedBytes(variant('/1', 'x', 1000));
    const store = new MemoryStore({ maxBytes: one * 2 });
    for (const foo of ['1', '2', '3']) store.put(variant('/1', foo, 1000));
    const found = store.get('example.com/1')?.map(({ selection }) => selection[0]?.[1]);
    expect(found).toEqual(['3', '2']);
  });

  test('put() bounds the variants of a key', () => {
    const store = new MemoryStore({ maxBytes: 1_000_000, maxVariants: 2 });
    for (const foo of ['1', '2', '3']) store.put(variant('/1', foo));
    expect(store.get('example.com/1')).toHaveLength(2);
    const standard = new MemoryStore({ maxBytes: 1_000_000 });
    for (let foo = 0; foo < 70; foo++) standard.put(variant('/1', String(foo)));
    expect(standard.get('example.com/1')).toHaveLength(64);
  });

  test('put() of what is larger than the store leaves it out, and drops what it replaces', () => {
    const store = new MemoryStore({ maxBytes: 5000 });
    store.put(variant('/1', '1'));
    store.put(variant('/1', '2'));
    expect(store.put(variant('/1', '1', 6000))).toBe(false);
    expect(store.get('example.com/1')?.map(({ selection }) => selection[0]?.[1])).toEqual(['2']);
  });

  test('storedBytes() counts key, fields, selection and content', () => {
    const small = storedBytes(variant('/1', 'a'));
    expect(storedBytes(variant('/12', 'a')) - small).toBeGreaterThan(1);
    expect(storedBytes(variant('/1', 'abc')) - small).toBe(2);
    expect(storedBytes(variant('/1', 'a', 20)) - small).toBe(10);
  });

  test('dispose() empties it', () => {
    const store = new MemoryStore({ maxBytes: 100_000 });
    store.put(variant('/a', '1'));
    store.dispose();
    expect(store.size).toBe(0);
  });
});
