import { Buffer } from 'node:buffer';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readHookResult, readHookResultText } from '../../../src/hook/lambda-edge/result.ts';
import {
  base64,
  delivered,
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
const NON_ASCII = { method: 'GET', path: '/caf\xe9', query: 'q=\xc3\xa9', fields: [] };

function requestAfter(
  change: (request: LooseMessage) => void,
  event = viewerRequest(),
): ReturnType<typeof expectKind<'continue-request'>> {
  return expectKind(verdictAfter(event, change), 'continue-request');
}

describe('readHookResult(): what a result is', () => {
  test.each<[unknown, string]>([
    [undefined, 'null'],
    [null, 'null'],
    ['OK', 'the string "OK"'],
    [42, 'the number 42'],
    [true, 'the boolean true'],
    [[], 'a list of 0'],
    [{}, 'an empty object'],
    [{ statusCode: 200, body: 'x' }, 'an object with "statusCode", "body"'],
    [{ Records: [] }, 'an object with "Records"'],
    [{ method: 'GET', headers: {} }, 'an object with "method", "headers"'],
  ])('readHookResult() refuses %j at every hook point', (value, found) => {
    for (const event of [viewerRequest(), originRequest(), originResponse(), viewerResponse()]) {
      const refusal = refusalOf(verdictOf(event, value));
      expect(refusal.rule).toBe('result-shape');
      expect(refusal.message).toContain(found);
    }
  });

  test.each([
    ['origin-response', originResponse()],
    ['viewer-response', viewerResponse()],
  ])('readHookResult() at %s refuses a request', (_point, event) => {
    expect(refusalOf(verdictOf(event, delivered(event).request)).message).toContain(
      'expected a response (with "status")',
    );
  });

  test('readHookResult() takes an object with a status for a response', () => {
    const verdict = verdictAfter(viewerRequest(), (request) => {
      request['status'] = '403';
      request.headers = {};
    });
    expect(verdict.kind).toBe('respond');
  });

  test('readHookResultText() refuses a text that no guest of ours wrote', () => {
    for (const text of ['', 'X', 'J{', 'Fq31\0a']) {
      expect(refusalOf(readHookResultText(text, viewerRequest(), 'auth')).rule).toBe(
        'result-shape',
      );
    }
  });

  test('readHookResultText() refuses a text over the limit unread', () => {
    const text = `J${'['.repeat(MIB)}`;
    expect(refusalOf(readHookResultText(text, viewerRequest(), 'auth'))).toMatchObject({
      rule: 'result-size',
    });
  });

  test('readHookResult() gives a verdict on any value', () => {
    const member = fc.oneof(fc.jsonValue(), fc.constantFrom('200', '/', '', 'replace', 'base64'));
    const entry = fc.oneof(
      fc.record({ key: fc.jsonValue(), value: fc.jsonValue() }),
      fc.jsonValue(),
    );
    const value = fc.oneof(
      fc.jsonValue(),
      fc.record(
        {
          status: member,
          statusDescription: member,
          uri: member,
          querystring: member,
          headers: fc.oneof(fc.dictionary(fc.string(), fc.array(entry)), member),
          body: fc.oneof(fc.record({ action: member, encoding: member, data: member }), member),
          bodyEncoding: member,
          origin: fc.oneof(
            fc.record({ custom: fc.record({ domainName: member, path: member, port: member }) }),
            fc.record({ s3: member }),
            member,
          ),
        },
        { requiredKeys: [] },
      ),
    );
    const events = [viewerRequest(), originRequest(), originResponse(), viewerResponse()];
    fc.assert(
      fc.property(value, fc.constantFrom(...events), (value, event) => {
        const verdict = readHookResult(value, event, 'f');
        return verdict.kind !== 'refused' || verdict.error.code === 'EDGE_HOOK_VALIDATION';
      }),
      { numRuns: 2000 },
    );
  });
});

describe('readHookResult(): uri and querystring', () => {
  test('readHookResult() gives changed uri and querystring', () => {
    const { request, changed } = requestAfter((request) => {
      request['uri'] = '/other';
      request['querystring'] = 'a=1&b=%20';
    });
    expect([request.path, request.query]).toEqual(['/other', 'a=1&b=%20']);
    expect(changed).toMatchObject({ path: true, query: true, fields: false });
  });

  test('readHookResult() takes a missing querystring for none', () => {
    expect(requestAfter((request) => delete request['querystring']).request.query).toBe('');
  });

  test('readHookResult() keeps the bytes of what was left alone (CloudFront developer guide)', () => {
    const event = viewerRequest({ request: NON_ASCII });
    const { request } = requestAfter((request) => (request['querystring'] = 'r=é'), event);
    expect([request.path, request.query]).toEqual(['/caf\xe9', 'r=\xc3\xa9']);
    const other = requestAfter((request) => (request['uri'] = '/café/'), event).request;
    expect([other.path, other.query]).toEqual(['/caf\xc3\xa9/', 'q=\xc3\xa9']);
  });

  test.each([
    ['/a b', '/a%20b'],
    ['/a?b', '/a%3Fb'],
    ['/a#b', '/a%23b'],
  ])('readHookResult() sends the uri %j as %s, with a warning', (uri, path) => {
    const { request, warnings } = requestAfter((request) => (request['uri'] = uri));
    expect(request.path).toBe(path);
    expect(warnings).toHaveLength(1);
  });

  test.each<[string, unknown]>([
    ['uri', 'no-slash'],
    ['uri', ''],
    ['uri', 'https://example.com/'],
    ['uri', '/a\nb'],
    ['uri', '/a\0'],
    ['uri', 5],
    ['uri', null],
    ['querystring', 'a b'],
    ['querystring', 'a#b'],
    ['querystring', 'a\tb'],
    ['querystring', 'a\r\nb'],
    ['querystring', null],
    ['querystring', { a: 1 }],
  ])('readHookResult() refuses the %s %j', (member, value) => {
    for (const event of [viewerRequest(), originRequest()]) {
      const refusal = refusalOf(verdictAfter(event, (request) => (request[member] = value)));
      expect(refusal.rule).toBe(member);
    }
  });

  test('readHookResult() holds uri and querystring together under 8192 characters', () => {
    const fits = requestAfter((request) => {
      request['uri'] = `/${'a'.repeat(4000)}`;
      request['querystring'] = 'b'.repeat(8191 - 4001);
    });
    expect(fits.request.path).toHaveLength(4001);
    const over = verdictAfter(viewerRequest(), (request) => {
      request['uri'] = `/${'a'.repeat(4000)}`;
      request['querystring'] = 'b'.repeat(8192 - 4001);
    });
    expect(refusalOf(over).rule).toBe('uri-size');
    expect(refusalOf(over).message).toContain('8192 characters');
  });

  test('readHookResult() does not hold a delivered target to the limit', () => {
    const request = { method: 'GET', path: `/${'a'.repeat(9000)}`, query: '', fields: [] };
    const { headers } = delivered(viewerRequest()).request;
    const verdict = verdictAfter(viewerRequest({ request }), (message) => {
      message.headers = { accept: headers['accept'] };
    });
    expect(verdict.kind).toBe('continue-request');
  });
});

describe('readHookResult(): members that functions may not change', () => {
  test.each<[string, unknown]>([
    ['method', 'POST'],
    ['method', null],
    ['clientIp', '1.2.3.4'],
  ])('readHookResult() refuses to change %s to %j', (member, value) => {
    const verdict = verdictAfter(originRequest(), (request) => (request[member] = value));
    expect(refusalOf(verdict)).toMatchObject({
      rule: 'read-only-member',
      message: expect.stringContaining(member) as string,
    });
  });

  test('readHookResult() does not miss members that are left out or unknown', () => {
    const { changed } = requestAfter((request) => {
      delete request['method'];
      delete request['clientIp'];
      request['note'] = { anything: true };
    });
    expect(changed).toEqual({
      path: false,
      query: false,
      fields: false,
      body: false,
      origin: false,
    });
  });
});

describe('readHookResult(): request body', () => {
  const body = { bytes: Buffer.from('hello'), truncated: true };
  const fields = ['Content-Length', '5', 'Transfer-Encoding', 'chunked', 'X', '1'];
  const post = { method: 'POST', path: '/', query: '', fields };

  function bodyAfter(value: unknown, event = viewerRequest({ request: post, body })) {
    return verdictAfter(event, (request) => (request['body'] = value));
  }

  test.each<[string, unknown]>([
    [
      'left alone',
      { inputTruncated: true, action: 'read-only', encoding: 'base64', data: 'aGVsbG8=' },
    ],
    ['changed without replace', { action: 'read-only', encoding: 'text', data: 'ignored' }],
    ['without an action', { data: 'ignored', encoding: 'text' }],
    ['deleted', undefined],
  ])('readHookResult() lets the original body go on when it is %s', (_name, value) => {
    const { request, changed } = expectKind(bodyAfter(value), 'continue-request');
    expect(request).not.toHaveProperty('body');
    expect(request.fields).toBe(fields);
    expect(changed.body).toBe(false);
  });

  test.each<[string, unknown, string]>([
    ['text', { action: 'replace', encoding: 'text', data: 'neu é' }, 'neu é'],
    ['base64', { action: 'replace', encoding: 'base64', data: base64('neu é') }, 'neu é'],
    ['base64 by default', { action: 'replace', data: base64('neu') }, 'neu'],
    ['nothing', { action: 'replace', encoding: 'text', data: '' }, ''],
    ['base64 with loose trailing bits', { action: 'replace', data: 'QR==' }, 'A'],
  ])('readHookResult() replaces the body with %s', (_name, value, text) => {
    const { request, changed } = expectKind(bodyAfter(value), 'continue-request');
    expect(utf8(request.body)).toBe(text);
    expect(changed.body).toBe(true);
    expect(request.fields).toEqual(['X', '1']);
  });

  test.each<[unknown, string]>([
    [{ action: 'replace', data: 'not base64!' }, 'body-encoding'],
    [{ action: 'replace', data: 'aGVsbG8' }, 'body-encoding'],
    [{ action: 'replace', data: 'aGVs bG8=' }, 'body-encoding'],
    [{ action: 'replace', data: 'aGVsbG8=\n' }, 'body-encoding'],
    [{ action: 'replace', data: '_-==' }, 'body-encoding'],
    [{ action: 'replace', data: 'A===' }, 'body-encoding'],
    [{ action: 'replace', encoding: 'utf8', data: 'x' }, 'body-encoding'],
    [{ action: 'replace', encoding: null, data: 'x' }, 'body-encoding'],
    [{ action: 'replace', encoding: 'text' }, 'body'],
    [{ action: 'replace', encoding: 'text', data: { a: 1 } }, 'body'],
    [{ action: 'append', data: '' }, 'body'],
    ['text', 'body'],
    [null, 'body'],
    [[], 'body'],
  ])('readHookResult() refuses the body %j', (value, rule) => {
    expect(refusalOf(bodyAfter(value)).rule).toBe(rule);
  });

  test.each([
    ['viewer-request', 'text', 40 * KIB, viewerRequest],
    ['origin-request', 'text', MIB, originRequest],
  ] as const)(
    'readHookResult() at %s limits replaced %s to %i bytes',
    (_point, encoding, limit, build) => {
      const event = build({ request: post, body });
      const exact = bodyAfter({ action: 'replace', encoding, data: 'x'.repeat(limit) }, event);
      expect(expectKind(exact, 'continue-request').request.body).toHaveLength(limit);
      const wide = `${'x'.repeat(limit - 1)}é`;
      const over = refusalOf(bodyAfter({ action: 'replace', encoding, data: wide }, event));
      expect(over.rule).toBe('body-size');
      expect(over.message).toContain(`${limit + 1} bytes long, expected at most ${limit}`);
    },
  );

  test.each([
    ['viewer-request', 40 * KIB, viewerRequest],
    ['origin-request', MIB, originRequest],
  ] as const)(
    'readHookResult() at %s takes back in base64 what was exposed',
    (_point, limit, build) => {
      const event = build({ request: post, body });
      const exact = { action: 'replace', data: Buffer.alloc(limit).toString('base64') };
      expect(bodyAfter(exact, event).kind).toBe('continue-request');
      const over = { action: 'replace', data: Buffer.alloc(limit + 3).toString('base64') };
      expect(refusalOf(bodyAfter(over, event)).rule).toBe('body-size');
    },
  );
});
