import { describe, expect, test } from 'vitest';
import { replyHead, respondFromStored } from '../../src/cache/respond.ts';
import { get, httpDate, NOW, storedOf } from './policy/support.ts';

const MODIFIED = httpDate(-1000);
const FIELDS = [
  'Cache-Control',
  'max-age=600',
  'ETag',
  '"a"',
  'Last-Modified',
  MODIFIED,
  'Content-Type',
  'text/plain',
  'Content-Length',
  '10',
  'Date',
  httpDate(0),
];
const stored = storedOf(FIELDS, '0123456789');
const LATER = NOW + 5500;

function respond(fields: readonly string[], response = stored) {
  return respondFromStored(get(fields), response, LATER);
}

function text(reply: ReturnType<typeof respondFromStored>): string | undefined {
  return reply.content.kind === 'bytes' ? Buffer.from(reply.content.bytes).toString() : undefined;
}

describe('respondFromStored()', () => {
  test('sends the stored response with its Age (RFC 9111 §5.1)', () => {
    const reply = respond([]);
    expect(reply.head).toEqual({ status: 200, reason: 'Reason', fields: [...FIELDS, 'Age', '5'] });
    expect(reply.content).toEqual({ kind: 'bytes', bytes: stored.content });
  });

  test('HEAD has the same head and no content (RFC 9110 §9.3.2)', () => {
    const reply = respondFromStored(
      { ...get(['Range', 'bytes=0-1']), method: 'HEAD' },
      stored,
      LATER,
    );
    expect(reply.head.fields).toEqual([...FIELDS, 'Age', '5']);
    expect(reply.content.kind).toBe('none');
  });

  test('a stored 204 has no content', () => {
    const reply = respond([], storedOf(['Cache-Control', 'max-age=9'], '', { status: 204 }));
    expect(reply).toMatchObject({ head: { status: 204 }, content: { kind: 'none' } });
  });

  test.each([
    [['If-None-Match', '"a"']],
    [['If-None-Match', 'W/"a"']],
    [['If-Modified-Since', MODIFIED]],
  ])('%j is answered 304 (RFC 9111 §4.3.2)', (fields) => {
    const reply = respond(fields);
    expect(reply.head).toEqual({
      status: 304,
      reason: 'Not Modified',
      fields: [
        'Cache-Control',
        'max-age=600',
        'ETag',
        '"a"',
        'Last-Modified',
        MODIFIED,
        'Date',
        httpDate(0),
        'Age',
        '5',
      ],
    });
    expect(reply.content.kind).toBe('none');
  });

  test.each([
    [['If-None-Match', '"b"'], 200],
    [['If-Modified-Since', httpDate(-2000)], 200],
    [['If-Match', '"b"'], 412],
    [['If-Match', '"a"'], 200],
    [['If-Unmodified-Since', httpDate(-2000)], 412],
    [['Range', 'bytes=0-1', 'If-None-Match', '"a"'], 304],
  ])('%j is answered %i (RFC 9110 §13.2.2)', (fields, status) => {
    expect(respond(fields).head.status).toBe(status);
  });

  test('without Last-Modified the Date counts (RFC 9111 §4.3.2)', () => {
    const bare = storedOf(['Cache-Control', 'max-age=9', 'Date', httpDate(0)]);
    expect(respond(['If-Modified-Since', httpDate(0)], bare).head.status).toBe(304);
    expect(respond(['If-Modified-Since', httpDate(-1)], bare).head.status).toBe(200);
    expect(respond(['If-None-Match', '"a"'], bare).head.status).toBe(200);
  });

  test('preconditions do not change what is not 2xx (RFC 9110 §13.2.1)', () => {
    const missing = storedOf(FIELDS, 'none', { status: 404 });
    expect(respond(['If-None-Match', '"a"', 'Range', 'bytes=0-1'], missing).head.status).toBe(404);
  });

  test.each([
    ['bytes=0-1', '01', 'bytes 0-1/10'],
    ['bytes=8-', '89', 'bytes 8-9/10'],
    ['bytes=-1', '9', 'bytes 9-9/10'],
  ])('%s is answered 206 with %j (RFC 9110 §15.3.7)', (value, content, contentRange) => {
    const reply = respond(['Range', value]);
    expect(reply.head.status).toBe(206);
    expect(reply.head.fields.slice(-4)).toEqual([
      'Content-Range',
      contentRange,
      'Content-Length',
      String(content.length),
    ]);
    expect(reply.head.fields.filter((name) => name === 'Content-Length')).toHaveLength(1);
    expect(text(reply)).toBe(content);
  });

  test('an unsatisfiable range is answered 416 (RFC 9110 §15.5.17)', () => {
    const reply = respond(['Range', 'bytes=10-']);
    expect(reply.head).toEqual({
      status: 416,
      reason: 'Range Not Satisfiable',
      fields: ['Content-Range', 'bytes */10', 'Content-Length', '0'],
    });
    expect(reply.content.kind).toBe('none');
  });

  test.each([
    [['Range', 'bytes=0-1,4-5']],
    [['Range', 'lines=0-1']],
    [['Range', 'bytes=0-1', 'Range', 'bytes=2-3']],
    [['Range', 'bytes=0-1', 'If-Range', '"b"']],
    [['Range', 'bytes=0-1', 'If-Range', 'W/"a"']],
  ])('%j is answered 200 whole (RFC 9110 §14.2)', (fields) => {
    expect(respond(fields).head.status).toBe(200);
    expect(text(respond(fields))).toBe('0123456789');
  });

  test.each([[['If-Range', '"a"']], [['If-Range', MODIFIED]]])(
    '%j lets the range stand',
    (fields) => {
      expect(respond(['Range', 'bytes=0-1', ...fields]).head.status).toBe(206);
    },
  );

  test('If-Range without an entity tag sends the whole', () => {
    const bare = storedOf(['Cache-Control', 'max-age=9'], '0123456789');
    expect(respond(['Range', 'bytes=0-1', 'If-Range', '"a"'], bare).head.status).toBe(200);
  });

  test('does not touch the stored fields', () => {
    const before = [...stored.fields];
    respond([]);
    respond(['Range', 'bytes=0-1']);
    respond(['If-None-Match', '"a"']);
    expect(stored.fields).toEqual(before);
  });
});

describe('replyHead()', () => {
  test('ignores Range while the length is unknown (RFC 9110 §14.2)', () => {
    const request = get(['Range', 'bytes=0-1']);
    expect(replyHead(request, stored, undefined, LATER).part).toEqual({ kind: 'whole' });
    expect(replyHead(request, stored, 10, LATER).part).toEqual({
      kind: 'range',
      range: { first: 0, last: 1 },
    });
  });
});
