import { describe, expect, test } from 'vitest';
import { CollapseTable, type JoinInput } from '../../src/cache/collapse.ts';
import { HIT_FOR_MISS_MS } from '../../src/cache/expiring-keys.ts';
import { cacheKey } from '../../src/cache/policy/key.ts';
import type { RequestHead } from '../../src/http/message.ts';
import { get, NOW, RFC9111, storedHeadOf } from './policy/support.ts';

const VARY = ['Cache-Control', 'max-age=60', 'Vary', 'Foo'];

function input(request: RequestHead = get(), changes: Partial<JoinInput> = {}): JoinInput {
  return {
    key: cacheKey(RFC9111, 'example.com', request),
    request,
    mayFollow: true,
    mayBeFollowed: true,
    maxResponseBytes: 1000,
    onComplete: () => undefined,
    onOutgrown: () => undefined,
    ...changes,
  };
}

describe('CollapseTable', () => {
  test('join(): one leader, the others follow the same fill', () => {
    const table = new CollapseTable();
    const leader = table.join(input(), NOW);
    const follower = table.join(input(), NOW);
    expect([leader.role, follower.role]).toEqual(['leader', 'follower']);
    expect(follower.fill).toBe(leader.fill);
    expect(table.join(input(get([], '/b')), NOW).role).toBe('leader');
    expect(table.size).toBe(2);
  });

  test('join() of a request that may not follow leads a fill of its own', () => {
    const table = new CollapseTable();
    const first = table.join(input(), NOW);
    const second = table.join(input(get(), { mayFollow: false }), NOW);
    expect(second.role).toBe('leader');
    expect(second.fill).not.toBe(first.fill);
  });

  test('join() after the end begins a new fill', () => {
    const table = new CollapseTable();
    table.join(input(), NOW).fill.decline('private');
    expect(table.size).toBe(0);
    expect(table.join(input(), NOW).role).toBe('leader');
  });

  test('requests for another variant collapse among themselves', () => {
    const table = new CollapseTable();
    const one = get(['Foo', '1']);
    const two = get(['Foo', '2']);
    const { fill } = table.join(input(one), NOW);
    fill.start({ head: storedHeadOf(VARY, { request: one }), shareable: true });
    const second = table.join(input(two), NOW);
    expect(second.role).toBe('leader');
    expect(table.join(input(two), NOW).fill).toBe(second.fill);
    expect(table.join(input(one), NOW).fill).toBe(fill);
    expect(table.join(input(get(['Foo', '3'])), NOW).role).toBe('leader');
  });

  test('stored variants tell what to vary on before any head is known', () => {
    const table = new CollapseTable();
    const known = { selectingNames: ['foo'] };
    const one = table.join(input(get(['Foo', '1']), known), NOW);
    const two = table.join(input(get(['Foo', '2']), known), NOW);
    expect(two.role).toBe('leader');
    expect(table.join(input(get(['Foo', '1']), known), NOW).fill).toBe(one.fill);
  });

  test('what is for its leader alone is not followed before it proved shareable', () => {
    const table = new CollapseTable();
    const { fill } = table.join(input(get(), { mayBeFollowed: false }), NOW);
    expect(table.follow(fill.key, get())).toBeUndefined();
    fill.start({ head: storedHeadOf(['Cache-Control', 'max-age=9']), shareable: true });
    expect(table.follow(fill.key, get())?.fill).toBe(fill);
  });

  test('credentials: others do not wait, and are not told that a page is uncacheable', () => {
    const table = new CollapseTable();
    const authorized = get(['Authorization', 'x']);
    const { fill } = table.join(input(authorized), NOW);
    expect(table.join(input(authorized), NOW).role).toBe('follower');
    const open = table.join(input(), NOW);
    expect(open.role).toBe('leader');
    table.noteUncacheable(fill, NOW);
    expect(table.join(input(authorized), NOW).role).toBe('leader');
    expect(table.join(input(), NOW).role).toBe('follower');
    fill.start({ head: storedHeadOf(['Cache-Control', 'max-age=9']), shareable: true });
    expect(fill.accepts(get())).toBe(true);
  });

  test('follow() never begins a fill', () => {
    const table = new CollapseTable();
    const { key, request } = input();
    expect(table.follow(key, request)).toBeUndefined();
    const { fill } = table.join(input(), NOW);
    expect(table.follow(key, request)).toEqual({ role: 'follower', fill });
  });

  test('an uncacheable key is not waited for, until its time is over', () => {
    const table = new CollapseTable();
    table.noteUncacheable(table.join(input(), NOW).fill, NOW);
    expect(table.join(input(), NOW).role).toBe('leader');
    expect(table.join(input(), NOW + HIT_FOR_MISS_MS - 1).role).toBe('leader');
    expect(table.join(input(), NOW + HIT_FOR_MISS_MS).role).toBe('follower');
  });

  test('noteCacheable() makes requests wait again', () => {
    const table = new CollapseTable();
    const { fill } = table.join(input(), NOW);
    table.noteUncacheable(fill, NOW);
    fill.decline('private');
    table.join(input(), NOW);
    expect(table.join(input(), NOW).role).toBe('leader');
    table.join(input(), NOW).fill.start({ head: storedHeadOf(VARY), shareable: true });
    table.noteCacheable(fill);
    expect(table.join(input(), NOW).role).toBe('follower');
  });

  test('isUnderWay() sees fills that nobody may wait for', () => {
    const table = new CollapseTable();
    const { key, request } = input();
    const first = table.join(input(), NOW).fill;
    table.noteUncacheable(first, NOW);
    first.decline('private');
    expect(table.isUnderWay(key, request)).toBe(false);
    const { fill } = table.join(input(), NOW);
    expect(table.follow(key, request)).toBeUndefined();
    expect(table.isUnderWay(key, request)).toBe(true);
    fill.fail(new Error('x'));
    expect(table.isUnderWay(key, request)).toBe(false);
  });

  test('doom() and doomKey() reach every fill that could still be stored', () => {
    const stored: string[] = [];
    const changes = { onComplete: () => stored.push('x') };
    const table = new CollapseTable();
    const open = table.join(input(get([], '/a'), changes), NOW).fill;
    const notShared = table.join(input(get([], '/a'), { ...changes, mayFollow: false }), NOW).fill;
    const other = table.join(input(get([], '/b'), changes), NOW).fill;
    open.start({ head: storedHeadOf(VARY), shareable: true });
    notShared.start({ head: storedHeadOf(VARY), shareable: false });
    other.start({ head: storedHeadOf(VARY), shareable: true });
    table.doomKey('example.com/a');
    table.doomKey('example.com/none');
    for (const fill of [open, notShared]) fill.end();
    expect(stored).toEqual([]);
    table.doom((key) => key.target === '/b');
    other.end();
    expect(stored).toEqual([]);
    expect(table.size).toBe(0);
  });
});
