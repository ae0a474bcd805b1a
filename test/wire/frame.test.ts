import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Frame,
  FrameReader,
  FrameWriter,
  MAX_HOST_FRAME_BYTES,
} from '../../src/wire/frame.ts';

interface Message {
  readonly type: number;
  readonly id: number;
  readonly number: number;
  readonly text: string;
  readonly bytes: readonly number[];
}

const message: fc.Arbitrary<Message> = fc.record({
  type: fc.integer({ min: 0, max: 255 }),
  id: fc.integer({ min: 0, max: 0xffff_ffff }),
  number: fc.double({ noNaN: true }),
  text: fc.string({ unit: 'grapheme', maxLength: 300 }),
  bytes: fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 300 }),
});

function write(writer: FrameWriter, { type, id, number, text, bytes }: Message): void {
  writer.begin(type, id).number(number).text(text).bytes(Uint8Array.from(bytes)).end();
}

function read(frame: Frame): Message {
  return {
    type: frame.type,
    id: frame.id,
    number: frame.number(),
    text: frame.text(),
    bytes: [...frame.bytes()],
  };
}

function bytesOf(messages: readonly Message[]): Buffer {
  const writer = new FrameWriter();
  for (const one of messages) write(writer, one);
  return writer.take() ?? Buffer.alloc(0);
}

describe('FrameReader', () => {
  test('gives the frames that were written, however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 8 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        (messages, cuts) => {
          const stream = bytesOf(messages);
          const received: Message[] = [];
          const reader = new FrameReader((frame) => received.push(read(frame)));
          const ends = [...cuts.map((cut) => cut % (stream.length + 1)), stream.length];
          let from = 0;
          for (const end of ends.sort((a, b) => a - b)) {
            reader.push(stream.subarray(from, end));
            from = end;
          }
          expect(received).toEqual(messages);
        },
      ),
    );
  });

  test('gives the same frames byte by byte', () => {
    const messages = [
      { type: 1, id: 7, number: -0.5, text: 'naïve 🦊', bytes: [0, 255] },
      { type: 255, id: 0xffff_ffff, number: 1e300, text: '', bytes: [] },
    ];
    const received: Message[] = [];
    const reader = new FrameReader((frame) => received.push(read(frame)));
    for (const byte of bytesOf(messages)) reader.push(Buffer.of(byte));
    expect(received).toEqual(messages);
  });

  test.each([
    ['longer than the limit', 1025],
    ['of four gigabytes', 0xffff_ffff],
    ['too short for a type and an id', 4],
    ['without length', 0],
  ])('refuses a frame %s', (_what, length) => {
    const reader = new FrameReader(() => expect.unreachable(), 1024);
    const head = Buffer.alloc(16);
    head.writeUInt32LE(length);
    expect(() => reader.push(head)).toThrow(RangeError);
  });

  test('takes a frame of exactly the limit', () => {
    const content = new Uint8Array(1024 - 5 - 4);
    const writer = new FrameWriter();
    writer.begin(1, 1).bytes(content).end();
    let seen = 0;
    const reader = new FrameReader((frame) => {
      seen = frame.bytes().length;
    }, 1024);
    reader.push(writer.take() ?? Buffer.alloc(0));
    expect(seen).toBe(content.length);
  });

  test('hosts may send far less than they may be sent', () => {
    const head = Buffer.alloc(4);
    head.writeUInt32LE(MAX_HOST_FRAME_BYTES + 1);
    expect(() => new FrameReader(() => undefined).push(head)).not.toThrow();
    const reader = new FrameReader(() => undefined, MAX_HOST_FRAME_BYTES);
    expect(() => reader.push(head)).toThrow(RangeError);
  });
});

describe('Frame', () => {
  const tooMuch: readonly (readonly [string, (frame: Frame) => unknown])[] = [
    ['number()', (frame) => frame.number()],
    ['text()', (frame) => frame.text()],
    ['bytes()', (frame) => frame.bytes()],
  ];

  test.each(tooMuch)('%s does not read on into the next frame', (_name, take) => {
    const writer = new FrameWriter();
    writer.begin(1, 1).end();
    writer.begin(2, 2).text('of somebody else').end();
    const reader = new FrameReader((frame) => {
      if (frame.type === 1) take(frame);
    });
    expect(() => reader.push(writer.take() ?? Buffer.alloc(0))).toThrow(RangeError);
  });

  test.each(tooMuch.slice(1))('%s does not believe a length beyond the frame', (_name, take) => {
    const writer = new FrameWriter();
    writer.begin(1, 1).text('abc').end();
    const stream = writer.take() ?? Buffer.alloc(0);
    stream.writeUInt32LE(4, 9);
    const reader = new FrameReader((frame) => void take(frame));
    expect(() => reader.push(stream)).toThrow(RangeError);
  });

  test('bytes() gives a copy that outlives the chunk', () => {
    const stream = bytesOf([{ type: 1, id: 1, number: 0, text: '', bytes: [1, 2, 3] }]);
    let kept = new Uint8Array(0);
    new FrameReader((frame) => {
      frame.number();
      frame.text();
      kept = frame.bytes();
    }).push(stream);
    stream.fill(9);
    expect([...kept]).toEqual([1, 2, 3]);
  });
});

describe('FrameWriter', () => {
  test('take() gives everything once', () => {
    const writer = new FrameWriter();
    write(writer, { type: 1, id: 1, number: 1, text: 'a', bytes: [] });
    expect(writer.pendingBytes).toBeGreaterThan(0);
    expect(writer.take()).toBeDefined();
    expect(writer.take()).toBeUndefined();
    expect(writer.pendingBytes).toBe(0);
  });

  test('begin() discards a frame that was never ended', () => {
    const writer = new FrameWriter();
    write(writer, { type: 1, id: 1, number: 1, text: 'first', bytes: [] });
    writer.begin(9, 9).text('left unfinished');
    write(writer, { type: 2, id: 2, number: 2, text: 'second', bytes: [] });
    const received: Message[] = [];
    const reader = new FrameReader((frame) => received.push(read(frame)));
    reader.push(writer.take() ?? Buffer.alloc(0));
    expect(received.map(({ text }) => text)).toEqual(['first', 'second']);
  });

  test('grows for a large frame and writes small ones afterwards', () => {
    const writer = new FrameWriter();
    const large = 'é'.repeat(2_000_000);
    for (const text of [large, 'small']) {
      write(writer, { type: 1, id: 1, number: 1, text, bytes: [] });
      const received: Message[] = [];
      const reader = new FrameReader((frame) => received.push(read(frame)));
      reader.push(writer.take() ?? Buffer.alloc(0));
      expect(received[0]?.text === text).toBe(true);
    }
  });
});
