import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readHookResult } from '../../../src/hook/lambda-edge/result.ts';
import { decodeResult, encodeResult } from '../../../src/wire/event-codec.ts';
import {
  delivered,
  expectKind,
  type LooseHeaders,
  originRequest,
  originResponse,
  refusalOf,
  verdictAfter,
  viewerRequest,
  viewerResponse,
  withFields,
} from './events.ts';

type HeaderChange = (headers: LooseHeaders) => void;

/** The fields of the request after a function changed its header map. */
function fieldsAfter(fields: readonly string[], change: HeaderChange): readonly string[] {
  const event = withFields(viewerRequest(), fields);
  const verdict = verdictAfter(event, ({ headers }) => change(headers));
  return expectKind(verdict, 'continue-request').request.fields;
}

const HIDDEN_AND_SEEN = [
  'Connection',
  'close',
  'Accept',
  'a',
  'Cookie',
  '1',
  'X-Cache',
  'Hit',
  'cookie',
  '2',
];

describe('readHookResult(): unchanged headers', () => {
  test.each([
    ['viewer-request', viewerRequest()],
    ['origin-request', originRequest()],
  ])('readHookResult() gives the very fields at %s', (_point, event) => {
    const { request, changed } = expectKind(
      verdictAfter(event, () => {}),
      'continue-request',
    );
    expect(request.fields).toBe(event.input.request.fields);
    expect(changed).toEqual({
      path: false,
      query: false,
      fields: false,
      body: false,
      origin: false,
    });
  });

  test.each([
    ['origin-response', originResponse()],
    ['viewer-response', viewerResponse()],
  ])('readHookResult() gives the very fields at %s', (_point, event) => {
    const { response } = expectKind(
      verdictAfter(event, () => {}),
      'continue-response',
    );
    expect(response).toEqual({ ...event.input.response, body: { kind: 'keep' } });
    expect(response.fields).toBe(event.input.response?.fields);
  });

  test('readHookResult() gives the very fields for any fields', () => {
    const name = fc.constantFrom(
      'A',
      'a',
      'Connection',
      'X-Edge-1',
      '7',
      '__proto__',
      'constructor',
    );
    const value = fc.string({
      unit: fc.integer({ min: 9, max: 255 }).map((code) => String.fromCharCode(code)),
    });
    const fields = fc.array(fc.tuple(name, value)).map((lines) => lines.flat());
    fc.assert(
      fc.property(fields, (fields) => {
        const event = withFields(viewerRequest(), fields);
        const { request } = delivered(event);
        // Not the short way of an echo, but the whole way, with the members in another order.
        const value: unknown = decodeResult(encodeResult({ uri: request['uri'], ...request }));
        const verdict = expectKind(readHookResult(value, event, 'f'), 'continue-request');
        return verdict.request.fields === fields;
      }),
    );
  });

  test('readHookResult() accepts read-only headers without key, or with another case', () => {
    const { request } = expectKind(
      verdictAfter(viewerRequest(), ({ headers }) => {
        headers['host'] = [{ value: 'd111111abcdef8.cloudfront.net' }];
        headers['via'] = [{ key: 'VIA', value: '1.1 elsewhere' }];
      }),
      'continue-request',
    );
    expect(request.fields).toEqual(viewerRequest().input.request.fields);
  });
});

describe('readHookResult(): changed headers', () => {
  test.each<[string, readonly string[], HeaderChange, readonly string[]]>([
    [
      'a new header follows at the end',
      ['B', '2', 'A', '1'],
      (headers) => (headers['x-new'] = [{ key: 'X-New', value: 'v' }]),
      ['B', '2', 'A', '1', 'X-New', 'v'],
    ],
    [
      'a changed header stays in its place',
      ['B', '2', 'A', '1'],
      (headers) => (headers['b'] = [{ key: 'B', value: '3' }]),
      ['B', '3', 'A', '1'],
    ],
    [
      'a deleted header goes with all its lines',
      HIDDEN_AND_SEEN,
      (headers) => delete headers['cookie'],
      ['Connection', 'close', 'Accept', 'a', 'X-Cache', 'Hit'],
    ],
    ['an empty list deletes', ['A', '1', 'B', '2'], (headers) => (headers['a'] = []), ['B', '2']],
    [
      'new lines of a name stand where its first line stood',
      HIDDEN_AND_SEEN,
      (headers) => (headers['cookie'] = [{ key: 'Cookie', value: '3' }, { value: '4' }]),
      ['Connection', 'close', 'Accept', 'a', 'Cookie', '3', 'Cookie', '4', 'X-Cache', 'Hit'],
    ],
    [
      'a missing key is derived from the name',
      [],
      (headers) => (headers['x-foo-bar'] = [{ value: 'v' }]),
      ['X-Foo-Bar', 'v'],
    ],
    [
      'the case of a key is kept',
      [],
      (headers) => (headers['x-foo-bar'] = [{ key: 'x-FOO-bar', value: 'v' }]),
      ['x-FOO-bar', 'v'],
    ],
    [
      'another case of a key is a change',
      ['X-Foo', 'v'],
      (headers) => (headers['x-foo'] = [{ key: 'x-foo', value: 'v' }]),
      ['x-foo', 'v'],
    ],
    [
      'an empty list of a disallowed header adds nothing',
      ['A', '1'],
      (headers) => (headers['connection'] = []),
      ['A', '1'],
    ],
    [
      'a list of values gives one line each',
      [],
      (headers) => (headers['x'] = [{ key: 'X', value: ['1', '2'] }]),
      ['X', '1', 'X', '2'],
    ],
    [
      'spaces at the ends are no part of a value (RFC 9110 §5.5)',
      [],
      (headers) => (headers['x'] = [{ key: 'X', value: '  a b ' }]),
      ['X', 'a b'],
    ],
    ['an empty value is a value', [], (headers) => (headers['x'] = [{ value: '' }]), ['X', '']],
    [
      'a changed value goes on as UTF-8',
      ['X', '\xe9'],
      (headers) => (headers['x'] = [{ key: 'X', value: 'éè' }]),
      ['X', '\xc3\xa9\xc3\xa8'],
    ],
    [
      'an unchanged value keeps its bytes beside a changed one of its name',
      ['Connection', 'close', 'X', '\xe9', 'X', '2'],
      (headers) =>
        (headers['x'] = [
          { key: 'X', value: 'é' },
          { key: 'X', value: '3' },
        ]),
      ['Connection', 'close', 'X', '\xe9', 'X', '3'],
    ],
  ])('readHookResult(): %s', (_name, fields, change, expected) => {
    expect(fieldsAfter(fields, change)).toEqual(expected);
  });

  test('readHookResult() keeps several Set-Cookie lines apart', () => {
    const verdict = verdictAfter(viewerResponse(), ({ headers }) => {
      (headers['set-cookie'] as unknown[]).push({ key: 'Set-Cookie', value: 'c=3' });
    });
    const { fields } = expectKind(verdict, 'continue-response').response;
    expect(fields.filter((_, i) => fields[i - 1]?.toLowerCase() === 'set-cookie')).toEqual([
      'a=1',
      'b=2',
      'c=3',
    ]);
  });

  test.each<[string, HeaderChange, readonly string[], string]>([
    [
      'a name in capitals',
      (headers) => (headers['X-Foo'] = [{ value: 'v' }]),
      ['X-Foo', 'v'],
      'header name "X-Foo" is not in lower case',
    ],
    [
      'a key that differs from the name',
      (headers) => (headers['x-foo'] = [{ key: 'X-Bar', value: 'v' }]),
      ['X-Bar', 'v'],
      'header "x-foo" has an entry with the key "X-Bar"',
    ],
  ])('readHookResult() accepts %s with a warning', (_name, change, expected, warning) => {
    const event = withFields(viewerRequest(), []);
    const verdict = verdictAfter(event, ({ headers }) => change(headers));
    const { request, warnings } = expectKind(verdict, 'continue-request');
    expect(request.fields).toEqual(expected);
    expect(warnings).toEqual([warning]);
  });
});

describe('readHookResult(): the shape of headers', () => {
  test.each<[string, unknown, string]>([
    ['header-value', [{ key: 'X', value: 5 }], 'the number 5'],
    ['header-value', [{ key: 'X', value: true }], 'the boolean true'],
    ['header-value', [{ key: 'X', value: null }], 'null'],
    ['header-value', [{ key: 'X', value: { a: 1 } }], 'an object with "a"'],
    ['header-value', [{ key: 'X' }], 'missing'],
    ['header-value', [{ key: 'X', value: ['a', 1] }], 'the number 1'],
    ['header-value', [{ key: 'X', value: 'a\r\nSet-Cookie: b' }], 'control character %0D'],
    ['header-value', [{ key: 'X', value: 'a\nb' }], 'control character %0A'],
    ['header-value', [{ key: 'X', value: 'a\0b' }], 'control character %00'],
    ['header-value', [{ key: 'X', value: 'a\x7fb' }], 'control character %7F'],
    ['header-value', [{ key: 'X', value: ['ok', 'a\rb'] }], 'control character %0D'],
    ['header-shape', 'a string', 'the string "a string"'],
    ['header-shape', { value: 'x' }, 'an object with "value"'],
    ['header-shape', 7, 'the number 7'],
    ['header-shape', null, 'null'],
    ['header-shape', ['x'], 'the string "x"'],
    ['header-shape', [null], 'null'],
    ['header-shape', [[{ value: 'x' }]], 'a list of 1'],
    ['header-shape', [{ key: 5, value: 'x' }], 'the number 5'],
    ['header-name', [{ key: 'X Y', value: 'x' }], '"X Y"'],
    ['header-name', [{ key: 'X:', value: 'x' }], '"X:"'],
    ['header-name', [{ key: '', value: 'x' }], '""'],
    ['header-name', [{ key: 'Xé', value: 'x' }], '"Xé"'],
    ['header-name', [{ key: 'X\r\nY', value: 'x' }], String.raw`"X\r\nY"`],
  ])('readHookResult() refuses by %s the list %j', (rule, list, found) => {
    const verdict = verdictAfter(viewerRequest(), ({ headers }) => {
      headers['x'] = list;
    });
    const refusal = refusalOf(verdict);
    expect(refusal.rule).toBe(rule);
    expect(refusal.message).toContain(found);
  });

  test.each([
    ['', 'header-name'],
    ['x y', 'header-name'],
    ['x\0', 'header-name'],
  ])('readHookResult() refuses the name %j', (name, rule) => {
    const verdict = verdictAfter(viewerRequest(), ({ headers }) => {
      headers[name] = [{ value: 'v' }];
    });
    expect(refusalOf(verdict).rule).toBe(rule);
  });

  test.each([null, [], 'x', 5])('readHookResult() refuses %j as headers', (headers) => {
    const verdict = verdictAfter(viewerRequest(), (request) => Object.assign(request, { headers }));
    expect(refusalOf(verdict).rule).toBe('header-shape');
  });

  test('readHookResult() refuses a header in a flood of lines', () => {
    const many = Array.from({ length: 2001 }, () => ({ value: 'x' }));
    const lines = verdictAfter(viewerRequest(), ({ headers }) => (headers['x'] = many));
    expect(refusalOf(lines)).toMatchObject({ rule: 'header-shape' });
    const names = verdictAfter(viewerRequest(), ({ headers }) => {
      for (let i = 0; i < 2001; i++) headers[`x-${i}`] = [{ value: 'x' }];
    });
    expect(refusalOf(names)).toMatchObject({ rule: 'header-shape' });
  });
});
