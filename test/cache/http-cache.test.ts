import { describe, expect, test } from 'vitest';
import type { CacheStore } from '../../src/cache/store/cache-store.ts';
import { MemoryStore } from '../../src/cache/store/memory-store.ts';
import { textOf } from './fill-support.ts';
import { FRESH, fillOnce, setUp, stale } from './http-cache-support.ts';
import { cloudfront, get, RFC9111 } from './policy/support.ts';

describe('HttpCache.lookup()', () => {
  test('miss, hit, stale', () => {
    const { lookup, answer, clock } = setUp();
    expect(lookup()).toEqual({ kind: 'miss', reason: 'uri-miss', candidates: [] });
    answer(FRESH);
    clock.pass(10);
    expect(lookup()).toMatchObject({ kind: 'hit', ageSeconds: 10, freshForSeconds: 50 });
    expect(lookup({ ...get(), method: 'HEAD' }).kind).toBe('hit');
    clock.pass(50);
    expect(lookup()).toMatchObject({
      kind: 'stale',
      reason: 'expired',
      handling: 'validate',
      ageSeconds: 60,
      freshForSeconds: 0,
    });
  });

  test('a stored response tells its length when the origin did not', () => {
    const { lookup, answer } = setUp();
    answer(FRESH, 'four');
    const found = lookup();
    expect(found.kind === 'hit' && found.stored.fields.slice(-2)).toEqual(['Content-Length', '4']);
    answer([...FRESH, 'Content-Length', '4'], 'four', get([], '/b'));
    const other = lookup(get([], '/b'));
    expect(other.kind === 'hit' && other.stored.fields.filter((name) => name === '4')).toHaveLength(
      1,
    );
  });

  test('vary-miss offers the other variants', () => {
    const { lookup, answer, clock } = setUp();
    answer([...FRESH, 'Vary', 'Foo', 'ETag', '"1"'], 'one', get(['Foo', '1']));
    const missed = lookup(get(['Foo', '2']));
    expect(missed).toMatchObject({ kind: 'miss', reason: 'vary-miss' });
    expect(missed.kind === 'miss' && missed.candidates[0]?.entityTag).toBe('"1"');
    clock.pass(1_000_000);
    expect(lookup(get(['Foo', '2']))).toMatchObject({ reason: 'uri-miss' });
  });

  test.each([
    ['POST', RFC9111, { kind: 'bypass', reason: 'method' }],
    [
      'GET',
      cloudfront({ defaultTtlSeconds: 0, maxTtlSeconds: 0 }),
      { kind: 'bypass', reason: 'disabled' },
    ],
  ] as const)('%s under %j is %j', (method, policy, expected) => {
    const { cache, query, lookup } = setUp();
    const request = { ...get(), method };
    expect(lookup(request, policy)).toEqual(expected);
    expect(cache.join(query(request, policy), lookup(request, policy))).toBeUndefined();
  });

  test('only-if-cached is unsatisfied without a usable response (RFC 9111 §5.2.1.7)', () => {
    const { lookup, answer, clock } = setUp();
    const request = get(['Cache-Control', 'only-if-cached']);
    expect(lookup(request).kind).toBe('unsatisfied');
    answer(FRESH);
    expect(lookup(request).kind).toBe('hit');
    clock.pass(60);
    expect(lookup(request).kind).toBe('unsatisfied');
  });

  test('only-if-cached may have what may be sent while it is validated', () => {
    const { lookup, answer, clock } = setUp();
    answer(['Cache-Control', 'max-age=60, stale-while-revalidate=60']);
    clock.pass(60);
    expect(lookup(get(['Cache-Control', 'only-if-cached'])).kind).toBe('stale');
  });

  test('CloudFront ignores what the viewer says', () => {
    const { lookup, answer } = setUp();
    answer(FRESH, 'x', get(), cloudfront());
    expect(lookup(get(['Cache-Control', 'no-cache']), cloudfront()).kind).toBe('hit');
  });

  test('works with a store that answers later', async () => {
    const memory = new MemoryStore({ maxBytes: 100_000 });
    const errors: unknown[] = [];
    const store: CacheStore = {
      bytes: 0,
      size: 0,
      get: (keyText) => Promise.resolve(memory.get(keyText)),
      put: () => Promise.reject(new Error('disk is full')),
      replace: () => Promise.resolve(true),
      remove: () => Promise.resolve(false),
      delete: () => Promise.resolve(false),
      purge: () => Promise.resolve(7),
      dispose: () => undefined,
    };
    const { cache, query, exchange } = setUp({
      store,
      onStoreError: (error) => errors.push(error),
    });
    const lookup = await cache.lookup(query());
    expect(lookup).toMatchObject({ kind: 'miss' });
    fillOnce(cache, { query: query(), lookup, exchange: exchange(FRESH), content: 'x' });
    const one = query(get(['Foo', '1']));
    const varying = cache.admit(one, exchange([...FRESH, 'Vary', 'Foo', 'ETag', '"a"']));
    if (varying.kind !== 'stored') throw new Error('not stored');
    const stored = { ...varying.head, content: Buffer.from('x') };
    cache.freshen(query(get(['Foo', '2'])), stored, exchange([], 304));
    expect(await cache.purge({ kind: 'all' })).toBe(7);
    expect(cache.counters.purged).toBe(7);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    const full = { message: 'disk is full' };
    expect(errors).toMatchObject([full, full]);
    expect(cache.dispose()).toBeUndefined();
  });

  test('a failing store without a listener does not end the process', async () => {
    const store = new MemoryStore({ maxBytes: 100_000 });
    store.put = () => Promise.reject<boolean>(new Error('x')) as never;
    const { cache, query, exchange } = setUp({ store });
    const lookup = await cache.lookup(query());
    fillOnce(cache, { query: query(), lookup, exchange: exchange(FRESH), content: 'x' });
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    expect(cache.counters.stored).toBe(1);
  });
});

describe('HttpCache: collapsing', () => {
  test('followers get the response of the leader as it arrives', async () => {
    const { cache, query, lookup, exchange } = setUp();
    const leader = cache.join(query(), lookup());
    const follower = cache.join(query(), lookup());
    expect([leader?.role, follower?.role]).toEqual(['leader', 'follower']);
    if (leader === undefined || follower === undefined) throw new Error('did not join');
    cache.begin(leader.fill, cache.admit(query(), exchange(FRESH)), { lengthBytes: 4 });
    const head = await follower.fill.head;
    expect(head).toMatchObject({ kind: 'shared', head: { status: 200 } });
    const contents = [textOf(leader.fill.content()), textOf(follower.fill.content())];
    leader.fill.write(Buffer.from('ab'));
    leader.fill.write(Buffer.from('cd'));
    leader.fill.end();
    expect(await Promise.all(contents)).toEqual(['abcd', 'abcd']);
    expect(lookup().kind).toBe('hit');
    expect(cache.counters).toMatchObject({ stored: 1, collapsed: 1 });
  });

  test('an uncacheable response sends followers on their own, and the next ones do not wait', async () => {
    const { cache, query, lookup, exchange, answer } = setUp();
    const leader = cache.join(query(), lookup());
    const follower = cache.join(query(), lookup());
    if (leader === undefined) throw new Error('did not join');
    cache.begin(leader.fill, cache.admit(query(), exchange(['Cache-Control', 'private'])));
    expect(await follower?.fill.head).toEqual({ kind: 'notShared', reason: 'private' });
    expect(cache.join(query(), lookup())?.role).toBe('leader');
    expect(cache.join(query(), lookup())?.role).toBe('leader');
    expect(cache.counters.notStored).toEqual({ private: 1 });
    answer(FRESH);
    expect(lookup().kind).toBe('hit');
  });

  test('a request with no-store is not followed, and does not make the others go alone', async () => {
    const { cache, query, lookup, exchange } = setUp();
    const request = get(['Cache-Control', 'no-store']);
    const first = cache.join(query(request), lookup(request));
    expect(cache.join(query(), lookup())?.role).toBe('leader');
    if (first === undefined) throw new Error('did not join');
    cache.begin(first.fill, cache.admit(query(request), exchange(FRESH)));
    expect(await first.fill.head).toEqual({ kind: 'notShared', reason: 'request-no-store' });
    expect(cache.join(query(), lookup())?.role).toBe('follower');
  });

  test('what is stored but stale on arrival is not shared', async () => {
    const { cache, query, lookup, exchange } = setUp();
    const leader = cache.join(query(), lookup());
    if (leader === undefined) throw new Error('did not join');
    const admission = cache.admit(query(), exchange(['Cache-Control', 'no-cache', 'ETag', '"a"']));
    cache.begin(leader.fill, admission);
    expect(await leader.fill.head).toEqual({ kind: 'notShared', reason: 'not-fresh' });
    leader.fill.end();
    expect(stale(lookup()).reason).toBe('no-cache');
  });

  test('content that outgrows the limit is counted and not waited for again', () => {
    const { cache, query, lookup, answer } = setUp();
    answer(FRESH, 'x'.repeat(1001));
    expect(cache.counters.notStored).toEqual({ 'too-large': 1 });
    expect(lookup().kind).toBe('miss');
    cache.join(query(), lookup());
    expect(cache.join(query(), lookup())?.role).toBe('leader');
  });

  test.each([
    ['no-cache', 'leader'],
    ['max-age=0', 'leader'],
    ['max-age=5', 'follower'],
  ])('a request with %s is a %s', (value, role) => {
    const { cache, query, lookup } = setUp();
    cache.join(query(), lookup());
    const request = get(['Cache-Control', value]);
    expect(cache.join(query(request), lookup(request))?.role).toBe(role);
  });

  test('HEAD and Range follow a GET, and never lead', () => {
    const { cache, query, lookup } = setUp();
    const requests = [{ ...get(), method: 'HEAD' }, get(['Range', 'bytes=0-1'])];
    for (const request of requests) {
      expect(cache.join(query(request), lookup(request))).toBeUndefined();
    }
    cache.join(query(), lookup());
    for (const request of requests) {
      expect(cache.join(query(request), lookup(request))?.role).toBe('follower');
    }
    const demanding = { ...get(['Cache-Control', 'no-cache']), method: 'HEAD' };
    expect(cache.join(query(demanding), lookup(demanding))).toBeUndefined();
  });

  test('Range leads where a stale response is to be validated', () => {
    const { cache, query, lookup, answer, clock } = setUp();
    answer([...FRESH, 'ETag', '"a"']);
    clock.pass(60);
    const request = get(['Range', 'bytes=0-1']);
    expect(cache.join(query(request), lookup(request))?.role).toBe('leader');
  });

  test('variants known from the store collapse apart', () => {
    const { cache, query, lookup, answer } = setUp();
    answer([...FRESH, 'Vary', 'Foo'], 'one', get(['Foo', '1']));
    const join = (foo: string) => {
      const request = get(['Foo', foo]);
      return cache.join(query(request), lookup(request));
    };
    expect([join('2')?.role, join('3')?.role, join('2')?.role]).toEqual([
      'leader',
      'leader',
      'follower',
    ]);
  });
});
