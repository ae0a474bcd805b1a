import { describe, expect, test } from 'vitest';
import {
  decodeEvent,
  decodeEventText,
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
      ['host', 'Host', 'example.org'],
      ['cookie', 'Cookie', 'a=1'],
      ['cookie', 'cookie', 'b=2'],
      ['x-empty', 'x-empty', ''],
      ['cookie', 'Cookie', 'c=3'],
    ].flat(),
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

interface Message {
  [member: string]: unknown;
  headers: Record<string, { key?: string; value: string }[]>;
}

interface Cf {
  readonly request: Message;
  readonly response?: Message;
}

/** What a function gets. */
function delivered(event: FlatEvent): Cf {
  return decodeEvent(encodeEvent(event).text).Records[0].cf as Cf;
}

function broken(): never {
  throw new Error('tampered');
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
    expect(cf.request['body']).toStrictEqual(body);
    expect(cf.request['origin']).toStrictEqual({ s3: { domainName: 'bucket', path: '' } });
    expect(cf.response).toStrictEqual({
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
    const map: object = cf.request.headers;
    expect(Object.keys(map)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(map)).toBe(Object.prototype);
  });

  test('decodeEventText() reads the flat form and JSON', () => {
    const { text } = encodeEvent(REQUEST_EVENT);
    expect(decodeEventText(`F${text}`)).toStrictEqual(decodeEvent(text));
    expect(decodeEventText('J{"Records":[1]}')).toStrictEqual({ Records: [1] });
  });

  test.each([
    ['a header value', { headers: ['a', 'a', 'b\0c'] }],
    ['the uri', { uri: '/a\0b' }],
  ])('decodeEvent() refuses a text in which %s holds a NUL', (_where, change) => {
    const event = { ...REQUEST_EVENT, request: { ...REQUEST_EVENT.request, ...change } };
    expect(() => decodeEvent(encodeEvent(event).text)).toThrow('Cannot decode');
  });

  test('decodeEvent() and encodeResult() work after the members of the prototypes were replaced', () => {
    const names = {
      String: ['split', 'indexOf', 'slice'],
      Array: ['push'],
      Function: ['call', 'bind'],
    };
    const prototypes = {
      String: String.prototype,
      Array: Array.prototype,
      Function: Function.prototype,
    };
    const { text } = encodeEvent(REQUEST_EVENT);
    const saved: [object, string, unknown][] = [];
    let back = '';
    for (const type of ['String', 'Array', 'Function'] as const) {
      for (const name of names[type])
        saved.push([prototypes[type], name, Reflect.get(prototypes[type], name)]);
    }
    for (const [prototype, name] of saved) Reflect.set(prototype, name, broken);
    try {
      back = encodeResult((decodeEvent(text).Records[0].cf as Cf).request);
    } finally {
      for (const [prototype, name, method] of saved) Reflect.set(prototype, name, method);
    }
    expect(back[0]).toBe('F');
  });
});

describe('isEcho()', () => {
  const adjacent = {
    ...REQUEST_EVENT.request,
    headers: REQUEST_EVENT.request.headers.slice(0, 12),
  };

  test.each([
    ['request', { ...REQUEST_EVENT, request: adjacent }],
    [
      'request with body',
      {
        ...REQUEST_EVENT,
        request: {
          ...adjacent,
          body: { inputTruncated: false, action: 'read-only', encoding: 'base64', data: 'YQ==' },
          origin: '{"s3":{}}',
        },
      },
    ],
    ['response', RESPONSE_EVENT],
  ])('isEcho() is true for an unchanged %s', (_name, event) => {
    const cf = delivered(event);
    expect(isEcho(encodeResult(cf.response ?? cf.request), encodeEvent(event))).toBe(true);
  });

  test('isEcho() is false after any change', () => {
    const event = { ...REQUEST_EVENT, request: adjacent };
    const changes: ((request: Message) => void)[] = [
      (request) => (request['uri'] = '/a/c.html'),
      (request) => (request.headers['host'] = [{ key: 'Host', value: 'example.net' }]),
      (request) => delete request.headers['x-empty'],
      (request) => (request.headers['x'] = [{ key: 'X', value: '' }]),
      (request) => (request['status'] = '200'),
    ];
    for (const change of changes) {
      const { request } = delivered(event);
      change(request);
      expect(isEcho(encodeResult(request), encodeEvent(event))).toBe(false);
    }
  });
});
