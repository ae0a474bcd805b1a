import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { lookupStatus } from '../../src/cache/explain.ts';
import { pump } from '../../src/cache/fill.ts';
import {
  type CacheQuery,
  HttpCache,
  type HttpCacheOptions,
  type Lookup,
  type OriginExchange,
} from '../../src/cache/http-cache.ts';
import type { CacheStore } from '../../src/cache/store/cache-store.ts';
import { MemoryStore } from '../../src/cache/store/memory-store.ts';
import type { StoredResponse } from '../../src/cache/stored-response.ts';
import type { CachePolicy } from '../../src/config/config.ts';
import type { Fields } from '../../src/http/fields.ts';
import type { Content, RequestHead } from '../../src/http/message.ts';
import { cloudfront, get, httpDate, NOW, ok, RFC9111 } from './policy/support.ts';

class TestClock {
  at = NOW;
  now(): number {
    return this.at;
  }
  pass(seconds: number): void {
    this.at += seconds * 1000;
  }
}

function setUp(options: Partial<HttpCacheOptions> = {}) {
  const clock = new TestClock();
  const store = new MemoryStore({ maxBytes: 1_000_000 });
  const cache = new HttpCache({ store, clock, maxResponseBytes: 1000, ...options });
  const query = (request: RequestHead = get(), policy: CachePolicy = RFC9111): CacheQuery =>
    cache.query(policy, 'example.com', request);
  const lookup = (request: RequestHead = get(), policy: CachePolicy = RFC9111): Lookup => {
    const found = cache.lookup(query(request, policy));
    if (found instanceof Promise) throw new Error('lookup was not synchronous');
    return found;
  };
  const exchange = (fields: Fields, status = 200): OriginExchange => ({
    response: ok(fields, status),
    times: { requestedAt: clock.at, respondedAt: clock.at },
  });
  /** A whole miss: the origin answers with these fields and this content. */
  const answer = (fields: Fields, content = 'content', request = get(), policy = RFC9111) => {
    const asked = query(request, policy);
    const joined = cache.join(asked, lookup(request, policy));
    if (joined === undefined) throw new Error('did not join');
    const admission = cache.admit(asked, exchange(fields));
    cache.begin(joined.fill, admission);
    if (admission.kind === 'stored')
      pump({ kind: 'bytes', bytes: Buffer.from(content) }, joined.fill);
    return admission;
  };
  return { cache, clock, store, query, lookup, exchange, answer };
}

const FRESH = ['Cache-Control', 'max-age=60'];

function stale(lookup: Lookup): Extract<Lookup, { kind: 'stale' }> {
  if (lookup.kind !== 'stale') throw new Error(`lookup is ${lookup.kind}`);
  return lookup;
}

async function textOf(content: Content): Promise<string> {
  if (content.kind === 'bytes') return Buffer.from(content.bytes).toString();
  if (content.kind === 'none') return '';
  return (await buffer(content.stream)).toString();
}

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
    expect(await cache.lookup(query())).toMatchObject({ kind: 'miss' });
    cache.store(cache.admit(query(), exchange(FRESH)), Buffer.from('x'));
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
    const failing = Object.create(store, {
      put: { value: () => Promise.reject(new Error('x')) },
    }) as CacheStore;
    const { cache, query, exchange } = setUp({ store: failing });
    cache.store(cache.admit(query(), exchange(FRESH)), Buffer.from('x'));
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

describe('HttpCache: stale responses', () => {
  const WINDOW = ['Cache-Control', 'max-age=60, stale-while-revalidate=60', 'ETag', '"a"'];

  test('one validation in the background at a time', () => {
    const { cache, query, lookup, answer, clock, exchange } = setUp();
    answer(WINDOW);
    clock.pass(60);
    const found = stale(lookup());
    expect(found.handling).toBe('while-revalidating');
    const fill = cache.joinInBackground(query(), found);
    expect(fill).toBeDefined();
    expect(cache.joinInBackground(query(), found)).toBeUndefined();
    const { updated } = cache.freshen(query(), found.stored, exchange(['ETag', '"a"'], 304), fill);
    expect(lookup()).toMatchObject({ kind: 'hit', stored: updated, freshForSeconds: 60 });
    expect(cache.counters.freshened).toBe(1);
    expect(cache.joinInBackground(query({ ...get(), method: 'HEAD' }), found)).toBeDefined();
  });

  test('a 304 serves those who wait', async () => {
    const { cache, query, lookup, answer, clock, exchange } = setUp();
    answer([...FRESH, 'ETag', '"a"']);
    clock.pass(60);
    const found = stale(lookup());
    const leader = cache.join(query(), found);
    const follower = cache.join(query(), found);
    const result = cache.freshen(query(), found.stored, exchange([], 304), leader?.fill);
    expect(await follower?.fill.head).toEqual({ kind: 'stored', stored: result.updated });
  });

  test('a 304 to a request of another variant keeps that one and adds its own (RFC 9111 §4.3.4)', () => {
    const { cache, query, lookup, answer, exchange } = setUp();
    const one = get(['Foo', '1']);
    const two = get(['Foo', '2']);
    const varying = [...FRESH, 'Vary', 'Foo', 'ETag', '"a"'];
    answer(varying, 'both', one);
    const missed = lookup(two);
    const [candidate] = missed.kind === 'miss' ? missed.candidates : [];
    if (candidate === undefined) throw new Error('no candidate');
    const { fill } = cache.join(query(two), missed) ?? {};
    cache.freshen(query(two), candidate, exchange(['ETag', '"a"'], 304), fill);
    expect([lookup(one).kind, lookup(two).kind]).toEqual(['hit', 'hit']);
    expect(fill?.matches(one)).toBe(false);
    expect(lookup(get(['Foo', '3'])).kind).toBe('miss');
  });

  test('a 304 after a purge does not add a variant either', () => {
    const { cache, query, lookup, answer, exchange } = setUp();
    const two = get(['Foo', '2']);
    answer([...FRESH, 'Vary', 'Foo', 'ETag', '"a"'], 'both', get(['Foo', '1']));
    const missed = lookup(two);
    const [candidate] = missed.kind === 'miss' ? missed.candidates : [];
    if (candidate === undefined) throw new Error('no candidate');
    expect(cache.purge({ kind: 'all' })).toBe(1);
    cache.freshen(query(two), candidate, exchange(['ETag', '"a"'], 304));
    expect(lookup(two)).toMatchObject({ reason: 'uri-miss' });
  });

  test('another variant does not wait for a validation', () => {
    const { cache, query, lookup, answer, clock } = setUp();
    answer([...FRESH, 'Vary', 'Foo', 'ETag', '"a"'], 'one', get(['Foo', '1']));
    clock.pass(60);
    const join = (foo: string) => {
      const request = get(['Foo', foo]);
      return cache.join(query(request), lookup(request))?.role;
    };
    expect([join('1'), join('2'), join('1')]).toEqual(['leader', 'leader', 'follower']);
  });

  test('a 304 that forbids storing removes the stored response', async () => {
    const { cache, query, lookup, answer, clock, exchange } = setUp();
    answer([...FRESH, 'ETag', '"a"']);
    clock.pass(60);
    const found = stale(lookup());
    const leader = cache.join(query(), found);
    const no = exchange(['Cache-Control', 'no-store'], 304);
    expect(cache.freshen(query(), found.stored, no, leader?.fill).kind).toBe('notStored');
    expect(await leader?.fill.head).toEqual({ kind: 'notShared', reason: 'no-store' });
    expect(lookup().kind).toBe('miss');
  });

  test('a response that cannot be stored takes the stale one along, a failed one does not', () => {
    const { cache, query, lookup, answer, clock, exchange } = setUp();
    answer([...FRESH, 'ETag', '"a"']);
    clock.pass(60);
    const { stored } = stale(lookup());
    const begin = (superseded?: StoredResponse): void => {
      const joined = cache.join(query(), lookup());
      if (joined === undefined) throw new Error('did not join');
      const admission = cache.admit(query(), exchange(['Cache-Control', 'private']));
      cache.begin(joined.fill, admission, superseded === undefined ? {} : { superseded });
    };
    begin();
    expect(lookup().kind).toBe('stale');
    begin(stored);
    expect(lookup().kind).toBe('miss');
  });

  test('an origin that failed is left alone for a while', () => {
    const { cache, query, lookup, answer, clock } = setUp();
    answer(FRESH);
    clock.pass(60);
    const { stored } = stale(lookup());
    expect(cache.mayServeStaleOnError(query(), stored)).toEqual({ kind: 'allowed' });
    cache.noteOriginFailure(query());
    expect(stale(lookup()).handling).toBe('origin-failing');
    clock.pass(5);
    expect(stale(lookup()).handling).toBe('validate');
    cache.noteOriginFailure(query(), 30);
    clock.pass(29);
    expect(stale(lookup()).handling).toBe('origin-failing');
    answer(FRESH);
    clock.pass(60);
    cache.noteOriginFailure(query(), 30);
    answer(FRESH);
    clock.pass(60);
    expect(stale(lookup()).handling).toBe('validate');
  });

  test('CloudFront leaves it alone for 10 s', () => {
    const { cache, query, lookup, answer, clock } = setUp();
    const policy = cloudfront();
    answer(FRESH, 'x', get(), policy);
    clock.pass(60);
    cache.noteOriginFailure(query(get(), policy));
    clock.pass(9);
    expect(stale(lookup(get(), policy)).handling).toBe('origin-failing');
    clock.pass(1);
    expect(stale(lookup(get(), policy)).handling).toBe('validate');
  });

  test('a failing origin changes nothing for what must be validated', () => {
    const { cache, query, lookup, answer, clock } = setUp();
    answer(['Cache-Control', 'max-age=60, must-revalidate']);
    clock.pass(60);
    cache.noteOriginFailure(query());
    expect(stale(lookup()).handling).toBe('validate');
  });

  test('a HEAD response freshens, or removes (RFC 9111 §4.3.5)', () => {
    const { cache, query, lookup, answer, clock, exchange } = setUp();
    answer([...FRESH, 'ETag', '"a"']);
    clock.pass(60);
    const head = query({ ...get(), method: 'HEAD' });
    cache.freshenFromHead(head, stale(lookup()).stored, exchange(['X-New', '1']));
    const found = lookup();
    expect(found.kind === 'hit' && found.stored.fields.includes('X-New')).toBe(true);
    clock.pass(60);
    cache.freshenFromHead(head, stale(lookup()).stored, exchange([], 503));
    expect(lookup().kind).toBe('stale');
    cache.freshenFromHead(head, stale(lookup()).stored, exchange(['ETag', '"b"']));
    expect(lookup().kind).toBe('miss');
  });
});

describe('HttpCache: purge and invalidation', () => {
  test('purge() removes stale copies and keeps fills under way from being stored', () => {
    const { cache, query, lookup, answer, clock, exchange } = setUp();
    answer(FRESH);
    clock.pass(60);
    const joined = cache.join(query(), lookup());
    if (joined === undefined) throw new Error('did not join');
    cache.begin(joined.fill, cache.admit(query(), exchange(FRESH)));
    expect(cache.purge({ kind: 'url', target: '/a' })).toBe(1);
    joined.fill.write(Buffer.from('x'));
    joined.fill.end();
    expect(lookup()).toMatchObject({ kind: 'miss', reason: 'uri-miss' });
    expect(cache.counters.purged).toBe(1);
  });

  test('purge() during a validation: the 304 does not bring the response back', () => {
    const { cache, query, lookup, answer, clock, exchange } = setUp();
    answer([...FRESH, 'ETag', '"a"']);
    clock.pass(60);
    const { stored } = stale(lookup());
    expect(cache.purge({ kind: 'all' })).toBe(1);
    expect(cache.freshen(query(), stored, exchange([], 304)).kind).toBe('freshened');
    expect(lookup().kind).toBe('miss');
  });

  test('a POST that succeeds invalidates its target and what it names (RFC 9111 §4.4)', () => {
    const { cache, query, lookup, answer, exchange } = setUp();
    for (const path of ['/a', '/b', '/c']) answer(FRESH, 'x', get([], path));
    const under = cache.join(query(), lookup());
    if (under === undefined) throw new Error('did not join');
    cache.begin(under.fill, cache.admit(query(), exchange(FRESH)));
    const post = query({ ...get(), method: 'POST' });
    cache.invalidate(post, ok(['Location', '/b'], 500));
    expect(lookup().kind).toBe('hit');
    cache.invalidate(post, ok(['Location', '/b'], 303));
    under.fill.end();
    const kinds = ['/a', '/b', '/c'].map((path) => lookup(get([], path)).kind);
    expect(kinds).toEqual(['miss', 'miss', 'hit']);
    expect(cache.counters.invalidated).toBe(2);
  });

  test('CloudFront does not invalidate', () => {
    const { cache, query, lookup, answer } = setUp();
    const policy = cloudfront();
    answer(FRESH, 'x', get(), policy);
    cache.invalidate(query({ ...get(), method: 'POST' }, policy), ok([]));
    expect(lookup(get(), policy).kind).toBe('hit');
  });

  test('store() takes a POST response that answers later GETs (RFC 9110 §9.3.3)', () => {
    const { cache, query, lookup, exchange } = setUp();
    const post = query({ ...get(), method: 'POST' });
    const usable = exchange([...FRESH, 'Content-Location', '/a']);
    cache.store(cache.admit(post, usable), Buffer.from('posted'));
    expect(lookup().kind).toBe('hit');
    cache.store(cache.admit(post, exchange(FRESH)), Buffer.from('posted'));
    expect(cache.counters.notStored).toEqual({ method: 1 });
  });

  test('usage and counters tell what happened', () => {
    const { cache, answer, lookup } = setUp();
    answer(FRESH);
    lookup();
    expect(cache.usage.keys).toBe(1);
    expect(cache.usage.bytes).toBeGreaterThan(0);
    expect(cache.counters.lookups).toEqual({
      hit: 1,
      stale: 0,
      miss: 1,
      unsatisfied: 0,
      bypass: 0,
    });
    expect(cache.dispose()).toBeUndefined();
    expect(cache.usage.keys).toBe(0);
  });
});

describe('lookupStatus()', () => {
  test('puts a lookup into the words of RFC 9211', () => {
    const { lookup, answer, clock } = setUp();
    const none = get([], '/none');
    expect(lookupStatus(lookup(none))).toEqual({ fwd: 'uri-miss' });
    expect(lookupStatus(lookup({ ...get(), method: 'PUT' }))).toEqual({ fwd: 'method' });
    const disabled = cloudfront({ defaultTtlSeconds: 0, maxTtlSeconds: 0 });
    expect(lookupStatus(lookup(get(), disabled))).toEqual({ fwd: 'bypass' });
    const cachedOnly = get(['Cache-Control', 'only-if-cached'], '/none');
    expect(lookupStatus(lookup(cachedOnly))).toEqual({ detail: 'only-if-cached' });
    answer(['Cache-Control', 'max-age=60, stale-while-revalidate=60', 'Date', httpDate(0)]);
    expect(lookupStatus(lookup())).toEqual({ hit: true, ttlSeconds: 60 });
    const noCache = get(['Cache-Control', 'no-cache']);
    expect(lookupStatus(lookup(noCache))).toEqual({ fwd: 'request' });
    clock.pass(61);
    expect(lookupStatus(lookup())).toEqual({
      hit: true,
      ttlSeconds: -1,
      detail: 'while-revalidating',
    });
    clock.pass(60);
    expect(lookupStatus(lookup())).toEqual({ fwd: 'stale' });
  });
});
