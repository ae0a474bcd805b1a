import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeEvent,
  decodeResult,
  encodeEvent,
  encodeResult,
  type FlatEvent,
  isEcho,
} from '../../src/wire/event-codec.ts';

const REQUEST_EVENT: FlatEvent = {
  config: {
    distributionDomainName: 'd111111abcdef8.cloudfront.net',
    distributionId: 'EDFDVBD6EXAMPLE',
    eventType: 'viewer-request',
    requestId: '4TyzHTaYWb1GX1qTfsHhEqV6HUDd_BzoBZnwfnvQc_1oF26ClkoUSEQ==',
  },
  request: {
    clientIp: '203.0.113.178',
    method: 'GET',
    uri: '/a/b.html',
    querystring: 'a=1&b=%20',
    headers: [
      ...['host', 'Host', 'example.org'],
      ...['cookie', 'Cookie', 'a=1'],
      ...['cookie', 'cookie', 'b=2'],
      ...['x-empty', 'x-empty', ''],
      ...['cookie', 'Cookie', 'c=3'],
    ],
  },
};

const RESPONSE_EVENT: FlatEvent = {
  config: { ...REQUEST_EVENT.config, eventType: 'origin-response' },
  request: {
    ...REQUEST_EVENT.request,
    origin: '{"s3":{"domainName":"bucket","path":""}}',
  },
  response: {
    status: '200',
    statusDescription: 'OK',
    headers: ['set-cookie', 'Set-Cookie', 'a=1', 'set-cookie', 'Set-Cookie', 'b=é'],
  },
};

interface Decoded {
  readonly Records: readonly [{ readonly cf: Record<string, any> }];
}

/** What a function gets. */
function delivered(event: FlatEvent): Decoded['Records'][0]['cf'] {
  return (decodeEvent(encodeEvent(event).text) as Decoded).Records[0].cf;
}

/** What the edge worker gets for what a function returned. */
function crossed(value: unknown): unknown {
  return decodeResult(encodeResult(value));
}

function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value === undefined ? null : value));
}

describe('encodeEvent() and decodeEvent()', () => {
  test('decodeEvent() gives the Lambda event of a request', () => {
    expect(decodeEvent(encodeEvent(REQUEST_EVENT).text)).toStrictEqual({
      Records: [
        {
          cf: {
            config: REQUEST_EVENT.config,
            request: {
              clientIp: '203.0.113.178',
              method: 'GET',
              uri: '/a/b.html',
              querystring: 'a=1&b=%20',
              headers: {
                host: [{ key: 'Host', value: 'example.org' }],
                cookie: [
                  { key: 'Cookie', value: 'a=1' },
                  { key: 'cookie', value: 'b=2' },
                  { key: 'Cookie', value: 'c=3' },
                ],
                'x-empty': [{ key: 'x-empty', value: '' }],
              },
            },
          },
        },
      ],
    });
  });

  test('decodeEvent() gives body, origin and response when they are there', () => {
    const body = { inputTruncated: true, action: 'read-only', encoding: 'base64', data: 'YQ==' };
    const request = { ...RESPONSE_EVENT.request, body };
    const cf = delivered({ ...RESPONSE_EVENT, request });
    expect(cf['request'].body).toStrictEqual(body);
    expect(cf['request'].origin).toStrictEqual({ s3: { domainName: 'bucket', path: '' } });
    expect(cf['response']).toStrictEqual({
      status: '200',
      statusDescription: 'OK',
      headers: {
        'set-cookie': [
          { key: 'Set-Cookie', value: 'a=1' },
          { key: 'Set-Cookie', value: 'b=é' },
        ],
      },
    });
  });

  test('decodeEvent() keeps the names that objects inherit apart from header names', () => {
    const headers = ['__proto__', '__proto__', 'a', 'constructor', 'constructor', 'b'];
    const cf = delivered({ ...REQUEST_EVENT, request: { ...REQUEST_EVENT.request, headers } });
    const map: object = cf['request'].headers;
    expect(Object.keys(map)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(map)).toBe(Object.prototype);
  });

  test.each([
    ['a header value', { headers: ['a', 'a', 'b\0c'] }],
    ['the uri', { uri: '/a\0b' }],
  ])('decodeEvent() refuses a text in which %s holds a NUL', (_where, change) => {
    const event = { ...REQUEST_EVENT, request: { ...REQUEST_EVENT.request, ...change } };
    expect(() => decodeEvent(encodeEvent(event).text)).toThrow('Cannot decode');
  });

  test('decodeEvent() works after the prototypes were emptied', () => {
    const { split, indexOf, slice } = String.prototype;
    const { push } = Array.prototype;
    const { call, bind } = Function.prototype;
    const broken = (): never => {
      throw new Error('tampered');
    };
    const { text } = encodeEvent(REQUEST_EVENT);
    let back = '';
    Object.assign(String.prototype, { split: broken, indexOf: broken, slice: broken });
    Object.assign(Array.prototype, { push: broken });
    Object.assign(Function.prototype, { call: broken, bind: broken });
    try {
      back = encodeResult((decodeEvent(text) as any).Records[0].cf.request);
    } finally {
      Object.assign(Function.prototype, { call, bind });
      Object.assign(String.prototype, { split, indexOf, slice });
      Object.assign(Array.prototype, { push });
    }
    expect(back[0]).toBe('F');
  });
});

describe('isEcho()', () => {
  const adjacent = { ...REQUEST_EVENT.request, headers: REQUEST_EVENT.request.headers.slice(0, 12) };

  test.each([
    ['request', { ...REQUEST_EVENT, request: adjacent }],
    ['request with body', {
      ...REQUEST_EVENT,
      request: {
        ...adjacent,
        body: { inputTruncated: false, action: 'read-only', encoding: 'base64', data: 'YQ==' },
        origin: '{"s3":{}}',
      },
    }],
    ['response', RESPONSE_EVENT],
  ])('isEcho() is true for an unchanged %s', (_name, event) => {
    const cf = delivered(event);
    expect(isEcho(encodeResult(cf['response'] ?? cf['request']), encodeEvent(event))).toBe(true);
  });

  test('isEcho() is false after any change', () => {
    const event = { ...REQUEST_EVENT, request: adjacent };
    const changes: ((request: Record<string, any>) => void)[] = [
      (request) => (request['uri'] = '/a/c.html'),
      (request) => (request['headers'].host[0].value = 'example.net'),
      (request) => delete request['headers']['x-empty'],
      (request) => (request['headers'].x = [{ key: 'X', value: '' }]),
      (request) => (request['status'] = '200'),
    ];
    for (const change of changes) {
      const { request } = delivered(event);
      change(request);
      expect(isEcho(encodeResult(request), encodeEvent(event))).toBe(false);
    }
  });
});

/** Strings with everything that could upset a separator, a flag or an encoding. */
const oddString = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '\0', '\x01', 'a\0b', '\ud800', 'x\udc00', 'é', '漢字', '__proto__', 'constructor', '7'),
);
const oddValue = fc.oneof(
  { weight: 4, arbitrary: oddString },
  { weight: 1, arbitrary: fc.anything() },
);
const entry = fc.oneof(
  { weight: 6, arbitrary: fc.record({ key: oddString, value: oddString }, { requiredKeys: ['value'] }) },
  { weight: 1, arbitrary: fc.record({ key: oddValue, value: oddValue, more: oddValue }, { requiredKeys: [] }) },
  { weight: 1, arbitrary: oddValue },
);
const headers = fc.oneof(
  { weight: 6, arbitrary: fc.dictionary(oddString, fc.array(entry, { maxLength: 3 })) },
  { weight: 1, arbitrary: fc.dictionary(oddString, oddValue) },
  { weight: 1, arbitrary: oddValue },
);
const body = fc.oneof(
  fc.record(
    { inputTruncated: fc.oneof(fc.boolean(), oddValue), action: oddString, encoding: oddString, data: oddString },
    { requiredKeys: [] },
  ),
  oddValue,
);
const requestLike = fc.record(
  {
    clientIp: oddValue,
    method: oddValue,
    uri: oddValue,
    querystring: oddValue,
    headers,
    body,
    origin: oddValue,
    extra: oddValue,
  },
  { requiredKeys: [] },
);
const responseLike = fc.record(
  {
    status: fc.oneof(fc.integer({ min: -2, max: 1100 }), fc.double(), oddValue),
    statusDescription: oddValue,
    headers,
    body: oddValue,
    bodyEncoding: oddValue,
    extra: oddValue,
  },
  { requiredKeys: [] },
);
const plainHeaders = fc.dictionary(
  oddString,
  fc.array(fc.record({ key: oddString, value: oddString }, { requiredKeys: ['value'] }), {
    minLength: 1,
    maxLength: 3,
  }),
);
const ordinary = fc.oneof(
  fc.record(
    { clientIp: oddString, method: oddString, uri: oddString, querystring: oddString, headers: plainHeaders },
    { requiredKeys: ['headers'] },
  ),
  fc.record(
    { status: oddString, statusDescription: oddString, headers: plainHeaders, body: oddString, bodyEncoding: oddString },
    { requiredKeys: ['status'] },
  ),
);

/** Whether JSON can write the value at all. */
function hasJson(value: unknown): boolean {
  try {
    return JSON.stringify(value === undefined ? null : value) !== undefined;
  } catch {
    return false;
  }
}

describe('encodeResult() and decodeResult()', () => {
  test.each([
    ['ordinary results', ordinary],
    ['odd requests', requestLike],
    ['odd responses', responseLike],
    ['anything', fc.anything({ withBoxedValues: true, withDate: true, withNullPrototype: true })],
  ])('decodeResult() gives what a JSON round trip gives, for %s', (_name, arbitrary) => {
    fc.assert(
      fc.property(arbitrary as fc.Arbitrary<unknown>, (value) => {
        fc.pre(hasJson(value));
        expect(crossed(value)).toStrictEqual(asJson(value));
      }),
      { numRuns: 1500 },
    );
  });

  test.each<[string, unknown]>([
    ['no result', undefined],
    ['null', null],
    ['a string', 'ok'],
    ['a function member', { status: '200', body: () => 1 }],
    ['an undefined member', { status: '200', body: undefined }],
    ['an own toJSON', { status: '200', toJSON: () => ({ status: '418' }) }],
    ['a toJSON of an origin', { uri: '/', origin: { toJSON: (name: string) => ({ name }) } }],
    ['a toJSON of a header list', { headers: { a: Object.assign([{ value: 'x' }], { toJSON: () => 1 }) } }],
    ['a class', new (class Reply {
      status = '200';
      toJSON(): unknown {
        return { status: '201' };
      }
    })()],
    ['no prototype', Object.assign(Object.create(null), { status: '200', headers: {} })],
    ['a status of minus zero', { status: -0 }],
    ['a status that is not an integer', { status: 200.5 }],
    ['a sparse list', { headers: { a: [, { value: 'x' }] } }],
    ['a hidden member', Object.defineProperty({ uri: '/' }, 'status', { value: '200' })],
    ['a header without entries', { status: '200', headers: { a: [], b: [{ value: '' }] } }],
    ['a symbol member', { status: '200', [Symbol('s')]: 1 }],
  ])('decodeResult() gives what a JSON round trip gives, for %s', (_name, value) => {
    expect(crossed(value)).toStrictEqual(asJson(value));
  });

  test.each<[string, unknown]>([
    ['a request', { clientIp: '::1', method: 'GET', uri: '/', querystring: '', headers: {} }],
    ['a response', { status: '302', statusDescription: 'Found', headers: { location: [{ value: '/' }] } }],
    ['a numeric status', { status: 200, body: 'x' }],
    ['capitals and other keys', { status: '200', headers: { Foo: [{ key: 'Bar', value: 'é漢' }] } }],
    ['an origin', { uri: '/', origin: { s3: { path: '\0' } } }],
  ])('encodeResult() takes the flat form for %s', (_name, value) => {
    expect(encodeResult(value)[0]).toBe('F');
  });

  test('encodeResult() keeps the order of the headers', () => {
    const value = { status: '200', headers: { b: [{ value: '1' }], a: [{ value: '2' }] } };
    expect(JSON.stringify(crossed(value))).toBe(JSON.stringify(value));
  });

  test.each([
    ['Object.prototype.toJSON', Object.prototype, 'toJSON', () => 'changed'],
    ['Array.prototype.toJSON', Array.prototype, 'toJSON', () => 'changed'],
    ['an enumerable Object.prototype.value', Object.prototype, 'value', 'inherited'],
  ])('encodeResult() follows JSON under %s', (_name, prototype, name, member) => {
    const value = { status: '200', headers: { a: [{ key: 'A' }], b: [{ value: 'x' }] } };
    let text = '';
    let json = '';
    Object.defineProperty(prototype, name, { value: member, enumerable: true, configurable: true });
    try {
      text = encodeResult(value);
      json = JSON.stringify(value);
    } finally {
      Reflect.deleteProperty(prototype, name);
    }
    expect(decodeResult(text)).toStrictEqual(JSON.parse(json));
  });

  test('encodeResult() throws what JSON.stringify throws', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    expect(() => encodeResult(cycle)).toThrow(TypeError);
    expect(() => encodeResult({ status: 200n })).toThrow(TypeError);
    expect(() => encodeResult({ uri: '/', origin: cycle })).toThrow(TypeError);
  });

  test.each(['', 'X', 'F', 'Fq31', 'Fq31\0a', 'Fq16\x001e9', 'Fq16\x002\0a\0b\0c', 'Fs1\x00200\0more', 'Fqx', 'J{', 'J'])(
    'decodeResult() refuses the forged text %j',
    (text) => {
      expect(() => decodeResult(text)).toThrow();
    },
  );

  test('decodeResult() ends soon, whatever text it gets', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('q', 's', '16', '8', '1', '', 'a', '127')), (parts) => {
        try {
          decodeResult(`F${parts.join('\0')}`);
        } catch (error) {
          expect((error as Error).message).toContain('Cannot decode');
        }
      }),
      { numRuns: 2000 },
    );
  });
});
