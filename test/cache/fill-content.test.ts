import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EdgeError } from '../../src/base/edge-error.ts';
import { pump, READ_AHEAD_BYTES } from '../../src/cache/fill.ts';
import { bytes, makeFill, START, streamOf, textOf } from './fill-support.ts';

describe('Fill: ranges', () => {
  test('content() of a range, at any distribution of chunks', async () => {
    const whole = 'abcdefghijklmnopqrstuvwxyz';
    const scenario = fc.record({
      cuts: fc.array(fc.nat(whole.length), { maxLength: 6 }),
      first: fc.nat(whole.length - 1),
      length: fc.integer({ min: 1, max: whole.length }),
      joinAfter: fc.nat(6),
      maxResponseBytes: fc.constantFrom(5, 100),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ cuts, first, length, joinAfter, maxResponseBytes }) => {
        const last = Math.min(first + length, whole.length) - 1;
        const { fill } = makeFill({ maxResponseBytes });
        fill.joined();
        fill.start(START);
        const all = textOf(fill.content());
        const edges = [0, ...cuts.toSorted((a, b) => a - b), whole.length];
        let part: Promise<string> | undefined;
        for (let i = 1; i < edges.length; i++) {
          if (i > joinAfter) part ??= textOf(fill.content({ first, last }));
          fill.write(bytes(whole.slice(edges[i - 1], edges[i])));
        }
        part ??= textOf(fill.content({ first, last }));
        fill.end();
        expect(await part).toBe(whole.slice(first, last + 1));
        expect(await all).toBe(whole);
      }),
    );
  });

  test('content() of a complete fill is a slice; its length is known', () => {
    const { fill } = makeFill();
    fill.joined();
    fill.start({ ...START, lengthBytes: 4 });
    const streamed = fill.content({ first: 1, last: 2 });
    expect(streamed).toMatchObject({ kind: 'stream', lengthBytes: 2 });
    fill.write(bytes('abcd'));
    fill.end();
    expect(fill.content({ first: 1, last: 2 })).toEqual({ kind: 'bytes', bytes: bytes('bc') });
  });

  test('content() tells the whole length when it was announced', () => {
    const { fill } = makeFill();
    fill.start({ ...START, lengthBytes: 4 });
    expect(fill.content()).toMatchObject({ kind: 'stream', lengthBytes: 4 });
  });
});

describe('pump()', () => {
  test('writes a stream at the pace of the fill', async () => {
    const { fill } = makeFill({ maxResponseBytes: 1 });
    fill.start(START);
    const size = READ_AHEAD_BYTES * 4;
    const source = Readable.from(
      (function* chunks() {
        for (let i = 0; i < 64; i++) yield Buffer.alloc(size / 64, i);
      })(),
    );
    pump({ kind: 'stream', stream: source }, fill);
    const received = await buffer(streamOf(fill.content()));
    expect(received.byteLength).toBe(size);
    expect(received.at(-1)).toBe(63);
  });

  test.each([
    [{ kind: 'none' } as const, ''],
    [{ kind: 'bytes', bytes: bytes('abc') } as const, 'abc'],
  ])('takes content that is at hand: %j', (content, text) => {
    const { fill, stored } = makeFill();
    fill.start(START);
    pump(content, fill);
    expect(stored).toEqual([text]);
  });

  test('an error of the stream fails the fill with it', async () => {
    const { fill, stored } = makeFill();
    fill.start(START);
    const source = new PassThrough();
    pump({ kind: 'stream', stream: source }, fill);
    const reader = buffer(streamOf(fill.content()));
    source.write('abc');
    source.destroy(new EdgeError('EDGE_ORIGIN_READ_TIMEOUT', 'x'));
    await expect(reader).rejects.toMatchObject({ code: 'EDGE_ORIGIN_READ_TIMEOUT' });
    expect(stored).toEqual([]);
  });

  test.each([
    ['closes before its end', false],
    ['is closed already', true],
  ])('a stream that %s fails the fill', async (_how, early) => {
    const { fill, stored } = makeFill();
    fill.start(START);
    const source = new PassThrough();
    if (early) source.destroy();
    pump({ kind: 'stream', stream: source }, fill);
    const reader = buffer(streamOf(fill.content()));
    source.destroy();
    await expect(reader).rejects.toMatchObject({ code: 'EDGE_ORIGIN_ABORTED' });
    expect(stored).toEqual([]);
  });

  test('an abandoned fill destroys the stream', async () => {
    const { fill } = makeFill({ maxResponseBytes: 1 });
    fill.start(START);
    const source = new PassThrough();
    pump({ kind: 'stream', stream: source }, fill);
    source.write('abc');
    const reader = streamOf(fill.content());
    reader.once('data', () => reader.destroy());
    await once(source, 'close');
    expect(source.destroyed).toBe(true);
    expect(fill.abandoned.aborted).toBe(true);
  });

  test('a stream that comes after the fill was abandoned is destroyed', () => {
    const { fill } = makeFill();
    fill.start(START);
    fill.leave();
    fill.doom();
    const source = new PassThrough();
    pump({ kind: 'stream', stream: source }, fill);
    expect(source.destroyed).toBe(true);
  });
});
