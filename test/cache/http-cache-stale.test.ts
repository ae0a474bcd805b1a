import { describe, expect, test } from 'vitest';
import { pump } from '../../src/cache/fill.ts';
import type { StoredResponse } from '../../src/cache/stored-response.ts';
import { FRESH, setUp, stale } from './http-cache-support.ts';
import { cloudfront, get, ok } from './policy/support.ts';

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
    cache.noteOriginFailure(query(), 300);
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

  test('beginPosted() takes a POST response that answers later GETs (RFC 9110 §9.3.3)', () => {
    const { cache, query, lookup, exchange } = setUp();
    const post = query({ ...get(), method: 'POST' });
    const usable = [...FRESH, 'Content-Location', '/a'];
    expect(cache.beginPosted(post, exchange(FRESH))).toBeUndefined();
    expect(cache.beginPosted(post, exchange([...usable, 'Vary', '*']))).toBeUndefined();
    const put = query({ ...get(), method: 'PUT' });
    expect(cache.beginPosted(put, exchange(usable))).toBeUndefined();
    const fill = cache.beginPosted(post, exchange(usable));
    if (fill === undefined) throw new Error('not begun');
    expect(fill.content().kind).toBe('stream');
    expect(lookup().kind).toBe('miss');
    pump({ kind: 'bytes', bytes: Buffer.from('posted') }, fill);
    expect(lookup().kind).toBe('hit');
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
