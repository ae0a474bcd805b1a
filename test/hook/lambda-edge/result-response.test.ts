import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import type { HookEvent } from '../../../src/hook/lambda-edge/event.ts';
import type { HookVerdict } from '../../../src/hook/lambda-edge/result.ts';
import {
  expectKind,
  type LooseMessage,
  originRequest,
  originResponse,
  refusalOf,
  utf8,
  verdictAfter,
  verdictOf,
  viewerRequest,
  viewerResponse,
} from './events.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

function generated(value: unknown, event: HookEvent = viewerRequest()) {
  return expectKind(verdictOf(event, value), 'respond').response;
}

function passed(change: (response: LooseMessage) => void, event: HookEvent = originResponse()) {
  return expectKind(verdictAfter(event, change), 'continue-response');
}

describe('readHookResult(): generated responses', () => {
  test('readHookResult() gives a whole response', () => {
    const value = {
      status: '302',
      statusDescription: 'Moved',
      headers: {
        location: [{ key: 'Location', value: 'https://example.com/é' }],
        'set-cookie': [{ value: 'a=1' }, { value: 'b=2' }],
      },
      body: 'gone é',
    };
    const response = generated(value);
    expect({ ...response, bytes: utf8(response.bytes) }).toStrictEqual({
      status: 302,
      reason: 'Moved',
      fields: [
        'Location',
        'https://example.com/\xc3\xa9',
        'Set-Cookie',
        'a=1',
        'Set-Cookie',
        'b=2',
      ],
      bytes: 'gone é',
    });
  });

  test.each<[unknown, number]>([
    ['200', 200],
    [200, 200],
    ['599', 599],
    [599, 599],
    [404, 404],
  ])('readHookResult() takes the status %j', (status, expected) => {
    expect(generated({ status }).status).toBe(expected);
    const changed = passed((response) => (response['status'] = status));
    expect(changed.response.status).toBe(expected);
  });

  test.each([
    '199',
    199,
    '600',
    600,
    100,
    '100',
    0,
    -200,
    200.5,
    '200.5',
    '',
    'OK',
    '0200',
    ' 200',
    '2e2',
    '0xC8',
    null,
    true,
    [],
    ['200'],
    {},
  ])('readHookResult() refuses the status %j', (status) => {
    for (const event of [viewerRequest(), originRequest()]) {
      expect(refusalOf(verdictOf(event, { status, headers: {} })).rule).toBe('status');
    }
    const verdict = verdictAfter(originResponse(), (response) => (response['status'] = status));
    expect(refusalOf(verdict).rule).toBe('status');
  });

  test.each([
    [200, 'OK'],
    [404, 'Not Found'],
    [299, ''],
  ])('readHookResult() gives %i the standard phrase', (status, reason) => {
    expect(generated({ status }).reason).toBe(reason);
  });

  test.each([null, 5, 'a\r\nb', {}])(
    'readHookResult() refuses the statusDescription %j',
    (text) => {
      const verdict = verdictOf(viewerRequest(), { status: '200', statusDescription: text });
      expect(refusalOf(verdict).rule).toBe('status-description');
    },
  );

  test.each<[string, unknown, string]>([
    ['text', { body: 'é' }, 'é'],
    ['text by name', { body: 'é', bodyEncoding: 'text' }, 'é'],
    ['base64', { body: 'w6k=', bodyEncoding: 'base64' }, 'é'],
    ['none', {}, ''],
    ['none but an encoding', { bodyEncoding: 'base64' }, ''],
  ])('readHookResult() reads a body in %s', (_name, members, text) => {
    const response = generated({ status: '200', ...(members as object) });
    expect(utf8(response.bytes)).toBe(text);
  });

  test.each<[unknown, string]>([
    [{ body: 5 }, 'body'],
    [{ body: null }, 'body'],
    [{ body: { a: 1 } }, 'body'],
    [{ body: ['x'] }, 'body'],
    [{ body: 'x', bodyEncoding: 'utf8' }, 'body-encoding'],
    [{ body: 'x', bodyEncoding: null }, 'body-encoding'],
    [{ body: 'no base64', bodyEncoding: 'base64' }, 'body-encoding'],
    [{ body: 'w6k', bodyEncoding: 'base64' }, 'body-encoding'],
  ])('readHookResult() refuses the body of %j', (members, rule) => {
    const value = { status: '200', ...(members as object) };
    for (const event of [viewerRequest(), originRequest()]) {
      expect(refusalOf(verdictOf(event, value)).rule).toBe(rule);
    }
    const verdict = verdictAfter(originResponse(), (response) => Object.assign(response, members));
    expect(refusalOf(verdict).rule).toBe(rule);
  });

  test.each(['', 'x'])(
    'readHookResult() refuses 204 with the body %j at viewer-request',
    (body) => {
      for (const status of ['204', 204]) {
        expect(refusalOf(verdictOf(viewerRequest(), { status, body })).rule).toBe('body');
      }
      expect(generated({ status: '204' }).bytes).toHaveLength(0);
    },
  );

  test('readHookResult() drops the content of a 204 at the origin (RFC 9110 §6.4.1)', () => {
    expect(generated({ status: '204', body: 'x' }, originRequest()).bytes).toHaveLength(0);
    expect(generated({ status: '304', body: 'x' }, originRequest()).bytes).toHaveLength(0);
  });

  test.each([
    ['viewer-request', 40 * KIB, viewerRequest],
    ['origin-request', MIB, originRequest],
  ] as const)(
    'readHookResult() limits headers and body at %s to %i bytes',
    (_point, limit, build) => {
      const event = build();
      // "X-A: " and CR LF around a value of 93 bytes.
      const headers = { 'x-a': [{ key: 'X-A', value: 'v'.repeat(93) }] };
      const room = limit - 100;
      expect(
        generated({ status: '200', headers, body: 'x'.repeat(room) }, event).bytes,
      ).toHaveLength(room);
      const over = refusalOf(
        verdictOf(event, { status: '200', headers, body: 'x'.repeat(room + 1) }),
      );
      expect(over.rule).toBe('response-size');
      expect(over.message).toContain(`${limit + 1} bytes long`);
      const body = Buffer.alloc(limit + 1).toString('base64');
      const encoded = verdictOf(event, { status: '200', body, bodyEncoding: 'base64' });
      expect(refusalOf(encoded).rule).toBe('response-size');
      const wide = verdictOf(event, { status: '200', body: 'é'.repeat(limit / 2 + 1) });
      expect(refusalOf(wide).rule).toBe('response-size');
    },
  );
});

/** The verdict on a response with no visible header but Via, and a new body. */
function withViaAnd(body: string): HookVerdict {
  return verdictAfter(originResponse(), (response) => {
    Object.assign(response, { headers: { via: response.headers['via'] }, body });
  });
}

describe('readHookResult(): origin-response', () => {
  test('readHookResult() gives status, phrase and headers', () => {
    const { response } = passed((response) => {
      response['status'] = 404;
      response['statusDescription'] = 'Nothing';
      response.headers = { 'x-a': [{ key: 'X-A', value: '1' }], via: response.headers['via'] };
    });
    // The hidden line stays; Content-Length stays with the content.
    expect(response).toStrictEqual({
      status: 404,
      reason: 'Nothing',
      fields: [
        'Via',
        '1.1 origin',
        'X-Cache',
        'Hit from shield',
        'X-A',
        '1',
        'Content-Length',
        '5',
      ],
      body: { kind: 'keep' },
    });
  });

  test('readHookResult() replaces the body, without the framing of the old one', () => {
    const { response } = passed((response) => (response['body'] = 'new'));
    expect(response.body).toStrictEqual({ kind: 'replace', bytes: Buffer.from('new') });
    expect(response.fields).not.toContain('Content-Length');
    expect(response.fields).toContain('Content-Type');
  });

  test('readHookResult() removes the body for an empty one', () => {
    for (const bodyEncoding of ['text', 'base64', undefined]) {
      const { response } = passed((response) =>
        Object.assign(response, { body: '', bodyEncoding }),
      );
      expect(response.body).toEqual({ kind: 'remove' });
      expect(response.fields).not.toContain('Content-Length');
    }
  });

  test('readHookResult() gives no new content to a status without content', () => {
    const { response } = passed((response) =>
      Object.assign(response, { status: '204', body: 'x' }),
    );
    expect(response.body).toEqual({ kind: 'remove' });
  });

  test.each<[string, (headers: LooseMessage['headers']) => void]>([
    ['changed', (headers) => (headers['content-length'] = [{ key: 'Content-Length', value: '9' }])],
    ['doubled', (headers) => (headers['content-length'] as unknown[]).push({ value: '5' })],
    ['deleted', (headers) => delete headers['content-length']],
  ])(
    'readHookResult() keeps the Content-Length of content that stays, when it was %s',
    (_how, change) => {
      const { response, warnings } = passed(({ headers }) => change(headers));
      const lengths = response.fields.filter(
        (_, i) => response.fields[i - 1]?.toLowerCase() === 'content-length',
      );
      expect(lengths).toEqual(['5']);
      expect(warnings).toHaveLength(1);
    },
  );

  test('readHookResult() limits headers and new body to 1 MB', () => {
    // Via, and the hidden X-Cache line that goes with the response.
    const room = MIB - 'Via: 1.1 origin\r\nX-Cache: Hit from shield\r\n'.length;
    expect(withViaAnd('x'.repeat(room)).kind).toBe('continue-response');
    expect(refusalOf(withViaAnd('x'.repeat(room + 1))).rule).toBe('response-size');
  });

  test('readHookResult() takes a delivered status that functions could not set', () => {
    const response = { status: 999, reason: 'Odd', fields: [] };
    const event = originResponse({ response });
    const { response: back } = passed(({ headers }) => (headers['x'] = [{ value: '1' }]), event);
    expect([back.status, back.reason]).toEqual([999, 'Odd']);
  });

  test('readHookResult() keeps the bytes of an unchanged phrase', () => {
    const response = { status: 200, reason: 'Gr\xfcezi', fields: [] };
    const event = originResponse({ response });
    const { response: back } = passed(({ headers }) => (headers['x'] = [{ value: '1' }]), event);
    expect(back.reason).toBe('Gr\xfcezi');
  });
});

describe('readHookResult(): viewer-response', () => {
  test('readHookResult() gives changed headers', () => {
    const { response } = passed(({ headers }) => {
      headers['strict-transport-security'] = [
        { key: 'Strict-Transport-Security', value: 'max-age=1' },
      ];
      delete headers['content-type'];
    }, viewerResponse());
    expect(response.fields.slice(-2)).toEqual(['Strict-Transport-Security', 'max-age=1']);
    expect(response.fields).not.toContain('Content-Type');
    expect(response.body).toEqual({ kind: 'keep' });
  });

  test.each(['201', 404, null, 'x'])('readHookResult() refuses the status %j', (status) => {
    const verdict = verdictAfter(viewerResponse(), (response) => (response['status'] = status));
    expect(refusalOf(verdict)).toMatchObject({
      rule: 'status',
      message: expect.stringContaining('changed from "200"') as string,
    });
  });

  test('readHookResult() takes the same status as a number, and keeps the phrase', () => {
    const { response } = passed((response) => {
      response['status'] = 200;
      response['statusDescription'] = 'Other';
    }, viewerResponse());
    expect([response.status, response.reason]).toEqual([200, 'Fine']);
  });

  test.each(['x', '', null, 5])('readHookResult() refuses the body %j', (body) => {
    const verdict = verdictAfter(viewerResponse(), (response) => Object.assign(response, { body }));
    expect(refusalOf(verdict).rule).toBe('body');
  });
});
