import { describe, expect, test } from 'vitest';
import {
  originRequest,
  originResponse,
  refusalOf,
  verdictAfter,
  verdictOf,
  viewerRequest,
  viewerResponse,
  withFields,
} from './events.ts';

const POINTS = {
  'viewer-request': viewerRequest,
  'origin-request': originRequest,
  'origin-response': originResponse,
  'viewer-response': viewerResponse,
} as const;

/** CloudFront developer guide, written out again on purpose. */
const READ_ONLY: [keyof typeof POINTS, string][] = [
  ...['CDN-Loop', 'Content-Length', 'Host', 'Transfer-Encoding', 'Via'].map(
    (name): ['viewer-request', string] => ['viewer-request', name],
  ),
  ...[
    'Accept-Encoding',
    'CDN-Loop',
    'Content-Length',
    'If-Modified-Since',
    'If-None-Match',
    'If-Range',
    'If-Unmodified-Since',
    'Transfer-Encoding',
    'Via',
  ].map((name): ['origin-request', string] => ['origin-request', name]),
  ['origin-response', 'Transfer-Encoding'],
  ['origin-response', 'Via'],
  ...['Warning', 'Via', 'Content-Length', 'Content-Encoding', 'Transfer-Encoding'].map(
    (name): ['viewer-response', string] => ['viewer-response', name],
  ),
];

/** An event whose message has just this field. */
function eventWith(point: keyof typeof POINTS, fields: readonly string[]) {
  if (point === 'viewer-request' || point === 'origin-request') {
    return withFields(POINTS[point](), fields);
  }
  return POINTS[point]({ response: { status: 200, reason: 'OK', fields } });
}

describe('readHookResult(): read-only headers', () => {
  test.each(READ_ONLY)('readHookResult() at %s refuses to add %s', (point, name) => {
    const verdict = verdictAfter(eventWith(point, []), ({ headers }) => {
      headers[name.toLowerCase()] = [{ key: name, value: '1' }];
    });
    expect(refusalOf(verdict)).toMatchObject({
      rule: 'read-only-header',
      message: expect.stringMatching(
        new RegExp(`"auth" at ${point}: header "${name}" .*added`, 'i'),
      ) as string,
    });
  });

  test.each(READ_ONLY)('readHookResult() at %s refuses to change %s', (point, name) => {
    const verdict = verdictAfter(eventWith(point, [name, '1']), ({ headers }) => {
      headers[name.toLowerCase()] = [{ key: name, value: '2' }];
    });
    expect(refusalOf(verdict).message).toMatch(/is read-only and was changed from "1" to "2"/);
  });

  test.each(READ_ONLY)('readHookResult() at %s refuses to delete %s', (point, name) => {
    const deleted = verdictAfter(eventWith(point, [name, '1']), ({ headers }) => {
      delete headers[name.toLowerCase()];
    });
    expect(refusalOf(deleted).message).toContain('is read-only and was deleted');
    const emptied = verdictAfter(eventWith(point, [name, '1']), ({ headers }) => {
      headers[name.toLowerCase()] = [];
    });
    expect(refusalOf(emptied).rule).toBe('read-only-header');
  });

  test.each<[keyof typeof POINTS, string]>([
    ['origin-request', 'Host'],
    ['viewer-request', 'Accept-Encoding'],
    ['viewer-request', 'If-None-Match'],
    ['origin-response', 'Content-Encoding'],
    ['origin-response', 'Warning'],
    ['origin-request', 'CloudFront-Viewer-Country'],
    ['viewer-response', 'Cache-Control'],
  ])('readHookResult() at %s lets a function write %s', (point, name) => {
    const verdict = verdictAfter(eventWith(point, [name, '1']), ({ headers }) => {
      headers[name.toLowerCase()] = [{ key: name, value: '2' }];
    });
    expect(verdict.kind).not.toBe('refused');
  });

  test('readHookResult() refuses CloudFront-Viewer-Country at viewer-request, but not its removal', () => {
    const name = 'cloudfront-viewer-country';
    const added = verdictAfter(viewerRequest(), ({ headers }) => {
      headers[name] = [{ value: 'CH' }];
    });
    expect(refusalOf(added).rule).toBe('read-only-header');
    const event = withFields(viewerRequest(), ['CloudFront-Viewer-Country', 'DE']);
    expect(verdictAfter(event, () => {}).kind).toBe('continue-request');
    expect(verdictAfter(event, ({ headers }) => delete headers[name]).kind).toBe(
      'continue-request',
    );
  });

  test('readHookResult() refuses one more line of a read-only header', () => {
    const verdict = verdictAfter(viewerRequest(), ({ headers }) => {
      (headers['via'] as unknown[]).push({ key: 'Via', value: '1.1 more' });
    });
    expect(refusalOf(verdict).rule).toBe('read-only-header');
  });

  test('readHookResult() refuses a read-only header behind another name', () => {
    const verdict = verdictAfter(viewerRequest(), ({ headers }) => {
      headers['x-foo'] = [{ key: 'Content-Length', value: '0' }];
    });
    expect(refusalOf(verdict).rule).toBe('read-only-header');
  });

  test.each([
    ['viewer-request', viewerRequest, 'content-length'],
    ['viewer-request', viewerRequest, 'via'],
    ['origin-request', originRequest, 'transfer-encoding'],
  ])('readHookResult() at %s refuses a generated response with %s', (_point, build, name) => {
    const value = { status: '200', headers: { [name]: [{ value: '5' }] } };
    expect(refusalOf(verdictOf(build(), value)).rule).toBe('read-only-header');
  });

  test('readHookResult() says the whole story in one message', () => {
    const verdict = verdictAfter(viewerRequest(), ({ headers }) => {
      headers['via'] = [{ key: 'Via', value: '1.1 me' }];
    });
    expect(refusalOf(verdict).message).toBe(
      'Cannot use the result of function "auth" at viewer-request: header "Via" is read-only and was changed from "1.1 elsewhere" to "1.1 me", expected it to be returned as delivered',
    );
    if (verdict.kind !== 'refused') throw new Error('unreachable');
    expect(verdict.error).toMatchObject({
      code: 'EDGE_HOOK_VALIDATION',
      status: 502,
      facts: {
        rule: 'read-only-header',
        function: 'auth',
        hookPoint: 'viewer-request',
        header: 'Via',
        value: '1.1 me',
      },
    });
  });
});

describe('readHookResult(): headers that no function may set', () => {
  test.each(
    (Object.keys(POINTS) as (keyof typeof POINTS)[]).flatMap((point) =>
      ['Connection', 'X-Cache', 'X-Amz-Cf-Foo', 'x-edge-foo', 'X-REAL-IP', 'Upgrade'].map(
        (name) => [point, name] as const,
      ),
    ),
  )('readHookResult() at %s refuses %s, in any case', (point, name) => {
    for (const written of [name, name.toLowerCase()]) {
      const verdict = verdictAfter(POINTS[point](), ({ headers }) => {
        headers[written] = [{ value: 'x' }];
      });
      expect(refusalOf(verdict).rule).toBe('disallowed-header');
    }
  });

  test('readHookResult() refuses a disallowed header behind another name', () => {
    const verdict = verdictAfter(viewerRequest(), ({ headers }) => {
      headers['x-foo'] = [{ key: 'X-Edge-Foo', value: '1' }];
    });
    expect(refusalOf(verdict).rule).toBe('disallowed-header');
  });

  test('readHookResult() refuses a disallowed header that the function could not see', () => {
    const verdict = verdictAfter(viewerRequest(), ({ headers }) => {
      headers['connection'] = [{ key: 'Connection', value: 'keep-alive' }];
    });
    expect(refusalOf(verdict).rule).toBe('disallowed-header');
  });
});
