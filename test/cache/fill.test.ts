import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { EdgeError } from '../../src/base/edge-error.ts';
import { type Fill, READ_AHEAD_BYTES } from '../../src/cache/fill.ts';
import { selectionOf } from '../../src/http/vary.ts';
import { bytes, HEAD, makeFill, START, streamOf, textOf } from './fill-support.ts';
import { get, storedHeadOf, storedOf } from './policy/support.ts';

describe('Fill: sharing', () => {
  test('every reader gets all content, whenever it joined, and it is stored once', async () => {
    const { fill, stored, events } = makeFill();
    fill.joined();
    fill.start(START);
    const first = textOf(fill.content());
    fill.write(bytes('ab'));
    const second = textOf(fill.content());
    fill.write(bytes('cd'));
    fill.end();
    fill.joined();
    const third = fill.content();
    expect(third.kind).toBe('bytes');
    expect(await Promise.all([first, second, textOf(third)])).toEqual(['abcd', 'abcd', 'abcd']);
    expect(stored).toEqual(['abcd']);
    expect(events).toEqual(['ended']);
  });

  test('head says shared, with the stored head', async () => {
    const { fill } = makeFill();
    fill.start(START);
    expect(await fill.head).toEqual({ kind: 'shared', head: HEAD });
  });

  test('head says notShared when it is not fresh, and it is stored all the same', async () => {
    const { fill, stored } = makeFill();
    fill.start({ head: HEAD, shareable: false });
    expect(await fill.head).toEqual({ kind: 'notShared', reason: 'not-fresh' });
    expect(fill.accepts(get())).toBe(false);
    fill.write(bytes('a'));
    fill.end();
    expect(stored).toEqual(['a']);
  });

  test.each([
    ['decline', (fill: Fill) => fill.decline('private'), { kind: 'notShared', reason: 'private' }],
    [
      'validated',
      (fill: Fill) => fill.validated(storedOf(['Cache-Control', 'max-age=9'])),
      { kind: 'stored' },
    ],
    ['fail', (fill: Fill) => fill.fail(new Error('no')), { kind: 'failed' }],
  ] as const)('%s() settles the head and ends the fill', async (_name, settle, head) => {
    const { fill, stored, events } = makeFill();
    settle(fill);
    expect(await fill.head).toMatchObject(head);
    expect(events).toEqual(['ended']);
    expect(fill.accepts(get())).toBe(false);
    expect(stored).toEqual([]);
  });

  test('fail() turns what was thrown into an EdgeError', async () => {
    const { fill } = makeFill();
    fill.fail('text');
    expect(await fill.head).toMatchObject({ error: { code: 'EDGE_INTERNAL' } });
  });

  test('the stored copy is exact and does not share memory with the chunks', async () => {
    const pooled = Buffer.alloc(64, 'x');
    let content: Uint8Array = new Uint8Array();
    const { fill } = makeFill({
      listener: {
        onComplete: (_head, received) => {
          content = received;
        },
        onOutgrown: () => undefined,
        onEnded: () => undefined,
      },
    });
    fill.start(START);
    fill.write(pooled.subarray(0, 10));
    fill.end();
    pooled.fill('y');
    expect(content.buffer.byteLength).toBe(10);
    expect(Buffer.from(content).toString()).toBe('x'.repeat(10));
  });
});

describe('Fill: Vary', () => {
  test('accepts everything until the head is known, then what the selection matches', () => {
    const { fill } = makeFill();
    expect(fill.accepts(get(['Foo', '2']))).toBe(true);
    expect(fill.selectingNames).toBeUndefined();
    const request = get(['Foo', '1']);
    const head = storedHeadOf(['Cache-Control', 'max-age=9', 'Vary', 'Foo'], { request });
    fill.start({ head, shareable: true });
    expect(fill.selectingNames).toEqual(['foo']);
    expect(fill.matches(request)).toBe(true);
    expect(fill.accepts(get(['Foo', '2']))).toBe(false);
  });

  test('an assumed selection is used until the head is known', () => {
    const { fill } = makeFill({ assumedSelection: selectionOf(['Foo', '1'], ['foo']) });
    expect(fill.accepts(get(['Foo', '1']))).toBe(true);
    expect(fill.accepts(get(['Foo', '2']))).toBe(false);
    fill.start(START);
    expect(fill.accepts(get(['Foo', '2']))).toBe(true);
  });

  test('after a validation, what was validated decides', () => {
    const { fill } = makeFill();
    const request = get(['Foo', '1']);
    fill.validated(storedOf(['Cache-Control', 'max-age=9', 'Vary', 'Foo'], 'x', { request }));
    expect(fill.matches(request)).toBe(true);
    expect(fill.matches(get(['Foo', '2']))).toBe(false);
  });

  test('does not accept before the head when the key was uncacheable lately', () => {
    const { fill } = makeFill({ collapses: false });
    expect(fill.accepts(get())).toBe(false);
    fill.start(START);
    expect(fill.accepts(get())).toBe(true);
  });
});

describe('Fill: failures', () => {
  test.each([
    ['shorter', 'abc'],
    ['longer', 'abcde'],
  ])('content %s than announced fails every reader and is not stored', async (_how, text) => {
    const { fill, stored } = makeFill();
    fill.start({ ...START, lengthBytes: 4 });
    const stream = streamOf(fill.content());
    stream.resume();
    fill.write(bytes(text));
    fill.end();
    const [error] = await once(stream, 'error');
    expect(error).toMatchObject({ code: 'EDGE_ORIGIN_ABORTED' });
    expect(stored).toEqual([]);
  });

  test('a reader that comes after the failure fails too', async () => {
    const { fill } = makeFill();
    fill.start(START);
    fill.fail(new EdgeError('EDGE_ORIGIN_READ_TIMEOUT', 'x'));
    await expect(buffer(streamOf(fill.content()))).rejects.toMatchObject({
      code: 'EDGE_ORIGIN_READ_TIMEOUT',
    });
  });

  test('what comes after the end is ignored', async () => {
    const { fill, stored } = makeFill();
    fill.end();
    fill.start(START);
    fill.write(bytes('a'));
    fill.end();
    fill.write(bytes('b'));
    fill.end();
    fill.fail(new Error('late'));
    expect(await textOf(fill.content())).toBe('a');
    expect(stored).toEqual(['a']);
  });
});

describe('Fill: streams', () => {
  test('a failure before anyone listens does not end the process', async () => {
    const { fill } = makeFill();
    fill.start(START);
    const stream = streamOf(fill.content());
    fill.fail(new Error('early'));
    await new Promise((resolve) => {
      stream.once('close', resolve);
    });
    expect(stream.errored).toMatchObject({ message: 'early' });
  });
});

describe('Fill: too large', () => {
  test('content over the limit streams through and is not stored', async () => {
    const { fill, stored, events } = makeFill({ maxResponseBytes: 3 });
    fill.start(START);
    const content = textOf(fill.content());
    fill.write(bytes('ab'));
    expect(fill.accepts(get())).toBe(true);
    fill.write(bytes('cd'));
    expect(fill.accepts(get())).toBe(false);
    expect(events).toEqual(['outgrown', 'ended']);
    fill.write(bytes('ef'));
    fill.end();
    expect(await content).toBe('abcdef');
    expect(stored).toEqual([]);
  });

  test('the origin waits for the slowest reader, and goes on when it caught up', async () => {
    const { fill } = makeFill({ maxResponseBytes: 1 });
    fill.joined();
    fill.start(START);
    const fast = buffer(streamOf(fill.content()));
    const slow = streamOf(fill.content());
    const chunk = Buffer.alloc(READ_AHEAD_BYTES / 4, 'x');
    let written = 0;
    while (fill.write(chunk)) written += 1;
    // What sits in the buffer of the slow stream has left the fill.
    expect(written).toBeLessThanOrEqual(5);
    let resumed = false;
    fill.onDrain(() => {
      resumed = true;
      fill.end();
    });
    expect(resumed).toBe(false);
    const rest = await buffer(slow);
    expect(resumed).toBe(true);
    expect(rest.byteLength).toBe((written + 1) * chunk.byteLength);
    expect((await fast).byteLength).toBe(rest.byteLength);
  });

  test('content is held for a request that has not asked for it yet', async () => {
    const { fill } = makeFill({ maxResponseBytes: 1 });
    fill.joined();
    fill.start(START);
    const first = buffer(streamOf(fill.content()));
    fill.write(bytes('abc'));
    fill.write(bytes('def'));
    const late = textOf(fill.content());
    fill.end();
    expect((await first).toString()).toBe('abcdef');
    expect(await late).toBe('abcdef');
  });

  test('onDrain() calls back at once when nothing has to wait', () => {
    const { fill } = makeFill();
    fill.start(START);
    let called = false;
    fill.onDrain(() => {
      called = true;
    });
    expect(called).toBe(true);
  });
});

describe('Fill: who leaves', () => {
  test('a fill that will be stored goes on without readers', () => {
    const { fill, stored } = makeFill();
    fill.start(START);
    streamOf(fill.content()).destroy();
    fill.write(bytes('a'));
    fill.end();
    expect(stored).toEqual(['a']);
    expect(fill.abandoned.aborted).toBe(false);
  });

  test('a fill whose requests left before the head goes on too', () => {
    const { fill, stored } = makeFill();
    fill.leave();
    fill.start(START);
    fill.end();
    expect(stored).toEqual(['']);
  });

  test('a fill that is not stored is abandoned when the last reader leaves', async () => {
    const { fill, events } = makeFill({ maxResponseBytes: 1 });
    fill.joined();
    fill.start(START);
    const one = streamOf(fill.content());
    const two = streamOf(fill.content());
    fill.write(bytes('abc'));
    one.destroy();
    await once(one, 'close');
    expect(fill.abandoned.aborted).toBe(false);
    two.destroy();
    await once(two, 'close');
    expect(fill.abandoned.aborted).toBe(true);
    expect(fill.abandoned.reason).toMatchObject({ code: 'EDGE_VIEWER_ABORTED' });
    expect(events).toEqual(['outgrown', 'ended']);
  });

  test('outgrowing without readers abandons at once', () => {
    const { fill } = makeFill({ maxResponseBytes: 1 });
    fill.start(START);
    fill.leave();
    fill.write(bytes('abc'));
    expect(fill.abandoned.aborted).toBe(true);
  });
});

describe('Fill: purge', () => {
  test('doom() before the head: it still streams, but is not stored', async () => {
    const { fill, stored, events } = makeFill();
    fill.doom();
    expect(fill.accepts(get())).toBe(false);
    fill.start(START);
    const content = textOf(fill.content());
    fill.write(bytes('abc'));
    fill.end();
    expect(await content).toBe('abc');
    expect(stored).toEqual([]);
    expect(events).toEqual(['ended']);
  });

  test('doom() of one that is not shared: it is not stored either', () => {
    const { fill, stored } = makeFill();
    fill.start({ head: HEAD, shareable: false });
    fill.doom();
    fill.write(bytes('abc'));
    fill.end();
    expect(stored).toEqual([]);
  });

  test('doom() without readers abandons', () => {
    const { fill } = makeFill();
    fill.start(START);
    fill.leave();
    fill.doom();
    expect(fill.abandoned.aborted).toBe(true);
  });
});
