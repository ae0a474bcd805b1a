import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CacheStore } from '../../src/cache/store/cache-store.ts';
import type { StoredResponse } from '../../src/cache/stored-response.ts';
import type { Fields } from '../../src/http/fields.ts';
import { cloudfront, get, storedOf } from './policy/support.ts';

const FRESH = ['Cache-Control', 'max-age=60'];

/** A stored response under `http://example.com{path}`; with `foo` it is a variant. */
function response(path: string, content: string, foo?: string): StoredResponse {
  const request = get(foo === undefined ? [] : ['Foo', foo], path);
  const fields: Fields = foo === undefined ? FRESH : [...FRESH, 'Vary', 'Foo'];
  return storedOf(fields, content, { request });
}

function contentsOf(variants: readonly StoredResponse[] | undefined): string[] | undefined {
  return variants?.map(({ content }) => Buffer.from(content).toString());
}

/** What every store must do. `make` gives an empty one that holds at least 1 MB. */
export function describeStoreContract(name: string, make: () => CacheStore): void {
  describe(`${name} as a CacheStore`, () => {
    let store: CacheStore;
    beforeEach(() => {
      store = make();
    });
    afterEach(async () => {
      await store.dispose();
    });

    async function contents(path: string): Promise<string[] | undefined> {
      return contentsOf(await store.get(`example.com${path}`));
    }

    test('get() of an unknown key is undefined', async () => {
      expect(await store.get('example.com/none')).toBeUndefined();
    });

    test('get() gives back all of what put() took', async () => {
      const stored = response('/a', 'one', '1');
      expect(await store.put(stored)).toBe(true);
      const [found] = (await store.get(stored.key.text)) ?? [];
      expect(found).toEqual(stored);
    });

    test('put() keeps variants side by side, newest first, and replaces the same one', async () => {
      await store.put(response('/a', 'one', '1'));
      await store.put(response('/a', 'two', '2'));
      await store.put(response('/a', 'plain'));
      await store.put(response('/a', 'new one', '1'));
      expect(await contents('/a')).toEqual(['new one', 'plain', 'two']);
      expect(store.size).toBe(1);
    });

    test('replace() needs the previous response to be there still', async () => {
      const old = response('/a', 'old');
      const next = response('/a', 'new');
      await store.put(old);
      expect(await store.replace(old, next)).toBe(true);
      expect(await contents('/a')).toEqual(['new']);
      expect(await store.replace(old, old)).toBe(false);
      await store.purge({ kind: 'all' });
      expect(await store.replace(next, next)).toBe(false);
      expect(await contents('/a')).toBeUndefined();
    });

    test('remove() takes one variant, delete() all of them', async () => {
      const one = response('/a', 'one', '1');
      await store.put(one);
      await store.put(response('/a', 'two', '2'));
      expect(await store.remove(one)).toBe(true);
      expect(await store.remove(one)).toBe(false);
      expect(await contents('/a')).toEqual(['two']);
      expect(await store.delete('example.com/a')).toBe(true);
      expect(await store.delete('example.com/a')).toBe(false);
      expect(await contents('/a')).toBeUndefined();
    });

    test.each([
      [{ kind: 'url', target: '/a/1' }, 2, ['/a/2', '/b']],
      [{ kind: 'url', host: 'EXAMPLE.com', target: '/a/1' }, 2, ['/a/2', '/b']],
      [{ kind: 'url', host: 'other.example', target: '/a/1' }, 0, ['/a/1', '/a/2', '/b']],
      [{ kind: 'url', target: '/a' }, 0, ['/a/1', '/a/2', '/b']],
      [{ kind: 'prefix', prefix: '/a/' }, 3, ['/b']],
      [{ kind: 'prefix', host: 'other.example', prefix: '/' }, 0, ['/a/1', '/a/2', '/b']],
      [{ kind: 'all' }, 4, []],
    ] as const)('purge(%j) removes %i and leaves %j', async (selector, removed, left) => {
      await store.put(response('/a/1', 'x', '1'));
      await store.put(response('/a/1', 'x', '2'));
      await store.put(response('/a/2', 'x'));
      await store.put(response('/b', 'x'));
      expect(await store.purge(selector)).toBe(removed);
      const found = [];
      for (const path of ['/a/1', '/a/2', '/b']) {
        if ((await contents(path)) !== undefined) found.push(path);
      }
      expect(found).toEqual(left);
    });

    test('purge() by host also takes what is shared by all hosts', async () => {
      const policy = cloudfront();
      await store.put(storedOf([], 'shared', { policy, request: get([], '/a') }));
      expect(await store.purge({ kind: 'url', host: 'any.example', target: '/a' })).toBe(1);
    });

    test('bytes count contents, and return to 0', async () => {
      const before = store.bytes;
      const stored = response('/a', 'x'.repeat(10_000));
      await store.put(stored);
      expect(store.bytes).toBeGreaterThanOrEqual(before + 10_000);
      await store.delete(stored.key.text);
      expect(store.bytes).toBe(before);
      expect(store.size).toBe(0);
    });
  });
}
