import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { sizeLimitsAt } from '../../../src/hook/lambda-edge/limits.ts';
import { lambdaOriginOf } from '../../../src/hook/lambda-edge/origin.ts';
import { bytesOf, textOf } from '../../../src/hook/lambda-edge/text.ts';
import {
  CUSTOM_ORIGIN,
  delivered,
  originRequest,
  originResponse,
  S3_ORIGIN,
  viewerRequest,
  viewerResponse,
  withFields,
} from './events.ts';

const BODY = { bytes: Buffer.from('hello'), truncated: false };
const CONFIG = {
  distributionDomainName: 'd111111abcdef8.cloudfront.net',
  distributionId: 'EDFDVBD6EXAMPLE',
  requestId: '4TyzHTaYWb1GX1qTfsHhEqV6HUDd_BzoBZnwfnvQc_1oF26ClkoUSEQ==',
};
const REQUEST = {
  clientIp: '203.0.113.178',
  method: 'GET',
  uri: '/page',
  querystring: 'size=large',
  headers: {
    host: [{ key: 'Host', value: 'd111111abcdef8.cloudfront.net' }],
    'user-agent': [{ key: 'User-Agent', value: 'curl/8.14.1' }],
    accept: [{ key: 'accept', value: '*/*' }],
    cookie: [
      { key: 'Cookie', value: 'a=1' },
      { key: 'cookie', value: 'b=2' },
    ],
    via: [{ key: 'Via', value: '1.1 elsewhere' }],
  },
};

describe('buildHookEvent()', () => {
  test('buildHookEvent() gives the whole event of viewer-request', () => {
    expect(delivered(viewerRequest())).toStrictEqual({
      config: { ...CONFIG, eventType: 'viewer-request' },
      request: REQUEST,
    });
  });

  test('buildHookEvent() gives the whole event of origin-request', () => {
    expect(delivered(originRequest())).toStrictEqual({
      config: { ...CONFIG, eventType: 'origin-request' },
      request: {
        ...REQUEST,
        origin: {
          custom: {
            customHeaders: {
              'x-origin-key': [{ key: 'X-Origin-Key', value: 'secret' }],
              via: [{ key: 'Via', value: 'configured' }],
            },
            domainName: '127.0.0.1',
            keepaliveTimeout: 5,
            path: '/base',
            port: 8081,
            protocol: 'http',
            readTimeout: 30,
            sslProtocols: ['TLSv1.2'],
          },
        },
      },
    });
  });

  test.each([
    ['origin-response', originResponse(), true],
    ['viewer-response', viewerResponse(), false],
  ])('buildHookEvent() gives the whole event of %s', (eventType, event, hasOrigin) => {
    const cf = delivered(event);
    expect(cf.config).toStrictEqual({ ...CONFIG, eventType });
    expect('origin' in cf.request).toBe(hasOrigin);
    expect(cf.response).toStrictEqual({
      status: '200',
      statusDescription: 'Fine',
      headers: {
        'content-type': [{ key: 'Content-Type', value: 'text/html' }],
        'content-length': [{ key: 'Content-Length', value: '5' }],
        'set-cookie': [
          { key: 'Set-Cookie', value: 'a=1' },
          { key: 'set-cookie', value: 'b=2' },
        ],
        via: [{ key: 'Via', value: '1.1 origin' }],
        'content-encoding': [{ key: 'Content-Encoding', value: 'identity' }],
      },
    });
  });

  test('buildHookEvent() leaves out what a hook point does not have', () => {
    const extra = { body: BODY, origin: CUSTOM_ORIGIN };
    expect(Object.keys(delivered(viewerResponse(extra)).request)).not.toContain('origin');
    expect(Object.keys(delivered(viewerResponse(extra)).request)).not.toContain('body');
    expect(Object.keys(delivered(viewerRequest(extra)).request)).not.toContain('origin');
    const response = { status: 200, reason: '', fields: [] };
    expect(delivered(originRequest({ response }))).not.toHaveProperty('response');
  });

  test('buildHookEvent() gives an s3 origin its members', () => {
    const origin = { ...S3_ORIGIN, readTimeoutSeconds: 10, responseCompletionTimeoutSeconds: 60 };
    expect(delivered(originRequest({ origin })).request['origin']).toStrictEqual({
      s3: {
        authMethod: 'origin-access-identity',
        customHeaders: {},
        domainName: 'bucket.s3.amazonaws.com',
        path: '',
        readTimeout: 10,
        region: 'eu-west-1',
        responseCompletionTimeout: 60,
      },
    });
  });

  test('buildHookEvent() names the standard phrase when the origin sent none', () => {
    const response = { status: 404, reason: '', fields: [] };
    const cf = delivered(originResponse({ response }));
    expect(cf.response?.['statusDescription']).toBe('Not Found');
  });

  test.each([
    'Connection',
    'EXPECT',
    'Keep-Alive',
    'Proxy-Authorization',
    'Trailer',
    'Upgrade',
    'X-Accel-Redirect',
    'X-Amz-Cf-Id',
    'x-amz-cf-anything',
    'X-Amzn-RequestId',
    'X-Cache',
    'X-Edge-Anything',
    'X-Forwarded-Proto',
    'X-Real-IP',
  ])('buildHookEvent() does not expose %s (CloudFront developer guide)', (name) => {
    const event = withFields(viewerRequest(), [name, 'x', 'X-Other', 'y']);
    expect(Object.keys(delivered(event).request.headers)).toEqual(['x-other']);
  });

  test.each(['X-Amz-Date', 'X-Cache-Hits', 'Cookie', 'Via', 'X-Forwarded-For', 'CDN-Loop'])(
    'buildHookEvent() exposes %s',
    (name) => {
      const event = withFields(viewerRequest(), [name, 'x']);
      expect(delivered(event).request.headers).toHaveProperty([name.toLowerCase()]);
    },
  );

  test('buildHookEvent() gives each line of a name its own entry', () => {
    const event = withFields(viewerRequest(), ['Cookie', 'a=1; b=2', 'X', '1', 'COOKIE', 'c=3']);
    expect(delivered(event).request.headers['cookie']).toEqual([
      { key: 'Cookie', value: 'a=1; b=2' },
      { key: 'COOKIE', value: 'c=3' },
    ]);
  });
});

describe('buildHookEvent() with a body', () => {
  test('buildHookEvent() gives the body in base64, read-only', () => {
    expect(delivered(viewerRequest({ body: BODY })).request['body']).toStrictEqual({
      inputTruncated: false,
      action: 'read-only',
      encoding: 'base64',
      data: 'aGVsbG8=',
    });
  });

  test('buildHookEvent() gives an empty body when there is no content', () => {
    const body = { bytes: new Uint8Array(0), truncated: false };
    expect(delivered(viewerRequest({ body })).request['body']).toMatchObject({ data: '' });
  });

  test.each([
    ['viewer-request', 40 * 1024, viewerRequest],
    ['origin-request', 1024 * 1024, originRequest],
  ] as const)('buildHookEvent() truncates the raw bytes at %s to %i', (point, limit, build) => {
    expect(sizeLimitsAt(point).exposedBodyBytes).toBe(limit);
    const exact = delivered(build({ body: { bytes: Buffer.alloc(limit, 1), truncated: false } }));
    expect(exact.request['body']).toMatchObject({ inputTruncated: false });
    const over = delivered(
      build({ body: { bytes: Buffer.alloc(limit + 1, 1), truncated: false } }),
    );
    const { inputTruncated, data } = over.request['body'] as {
      inputTruncated: boolean;
      data: string;
    };
    expect(inputTruncated).toBe(true);
    expect(Buffer.from(data, 'base64')).toEqual(Buffer.alloc(limit, 1));
  });

  test('buildHookEvent() says truncated when the pipeline read only a part', () => {
    const body = { bytes: Buffer.from('part'), truncated: true };
    expect(delivered(viewerRequest({ body })).request['body']).toMatchObject({
      inputTruncated: true,
    });
  });

  test('buildHookEvent() reads the view, not the buffer under it', () => {
    const bytes = new Uint8Array(Buffer.from('xxhelloxx')).subarray(2, 7);
    const body = { bytes, truncated: false };
    expect(delivered(viewerRequest({ body })).request['body']).toMatchObject({ data: 'aGVsbG8=' });
  });
});

describe('textOf() and bytesOf()', () => {
  test.each([
    ['ASCII', 'a b\tc~', 'a b\tc~'],
    ['UTF-8', 'caf\xc3\xa9', 'café'],
    ['ISO-8859-1', 'caf\xe9', 'café'],
    ['NUL', 'a\0b', 'ab'],
    ['a character beyond the BMP', '\xf0\x9f\x98\x80', '😀'],
  ])('textOf() reads %s (CloudFront developer guide)', (_name, bytes, text) => {
    expect(textOf(bytes)).toBe(text);
  });

  test.each([
    ['ASCII', 'abc', 'abc'],
    ['other text as UTF-8', 'café', 'caf\xc3\xa9'],
  ])('bytesOf() writes %s', (_name, text, bytes) => {
    expect(bytesOf(text)).toBe(bytes);
  });

  test('buildHookEvent() exposes path, query and values as text', () => {
    const request = { method: 'GET', path: '/\xc3\xa9', query: '\xe9', fields: ['X', '\xe9'] };
    const { uri, querystring, headers } = delivered(viewerRequest({ request })).request;
    expect([uri, querystring, headers]).toEqual(['/é', 'é', { x: [{ key: 'X', value: 'é' }] }]);
  });
});

describe('lambdaOriginOf()', () => {
  const config = {
    name: 'app',
    protocol: 'https',
    hostname: 'app.example.com',
    port: 443,
    path: '/v1',
    headers: ['X-Key', 'k'],
    connectionAttempts: 3,
    connectTimeoutMs: 10_000,
    readTimeoutMs: 2500,
    keepAliveTimeoutMs: 300_000,
    maxConnections: 100,
  } as const;

  test('lambdaOriginOf() gives a custom origin with whole seconds in range', () => {
    expect(lambdaOriginOf(config)).toStrictEqual({
      kind: 'custom',
      domainName: 'app.example.com',
      path: '/v1',
      port: 443,
      protocol: 'https',
      sslProtocols: ['TLSv1.2'],
      readTimeoutSeconds: 3,
      keepaliveTimeoutSeconds: 120,
      customHeaders: ['X-Key', 'k'],
    });
  });

  test('lambdaOriginOf() gives the same object each time', () => {
    expect(lambdaOriginOf(config)).toBe(lambdaOriginOf(config));
  });
});
