import { describe, expect, test } from 'vitest';
import type { HookEvent } from '../../../src/hook/lambda-edge/event.ts';
import type { HookVerdict } from '../../../src/hook/lambda-edge/result.ts';
import {
  CUSTOM_ORIGIN,
  expectKind,
  originRequest,
  refusalOf,
  S3_ORIGIN,
  verdictAfter,
  viewerRequest,
} from './events.ts';

type Loose = Record<string, unknown>;

const CUSTOM = {
  customHeaders: {},
  domainName: 'other.example.com',
  keepaliveTimeout: 5,
  path: '',
  port: 443,
  protocol: 'https',
  readTimeout: 30,
  sslProtocols: ['TLSv1.2', 'TLSv1.1'],
};
const S3 = {
  authMethod: 'none',
  customHeaders: {},
  domainName: 'other.s3.amazonaws.com',
  path: '/content',
  region: '',
};
const S3_EVENT = originRequest({ origin: S3_ORIGIN });

/** The verdict after the origin was replaced. */
function withOrigin(origin: unknown, event: HookEvent = originRequest()): HookVerdict {
  return verdictAfter(event, (request) => (request['origin'] = origin));
}

/** The verdict after members of the delivered custom origin were changed. */
function withCustom(changes: Loose): HookVerdict {
  return verdictAfter(originRequest(), (request) => {
    Object.assign((request['origin'] as { custom: Loose }).custom, changes);
  });
}

function withCustomHeaders(customHeaders: Loose): HookVerdict {
  return withOrigin({ custom: { ...CUSTOM, customHeaders } });
}

function originOf(verdict: HookVerdict) {
  return expectKind(verdict, 'continue-request').request.origin;
}

describe('readHookResult(): origins that are taken', () => {
  test('readHookResult() gives the delivered object when the origin was left alone', () => {
    for (const origin of [CUSTOM_ORIGIN, S3_ORIGIN]) {
      const verdict = verdictAfter(originRequest({ origin }), (request) => {
        request['uri'] = '/other';
      });
      expect(originOf(verdict)).toBe(origin);
      expect(expectKind(verdict, 'continue-request').changed.origin).toBe(false);
    }
  });

  test('readHookResult() gives the delivered object when the origin was deleted', () => {
    expect(originOf(verdictAfter(originRequest(), (request) => delete request['origin']))).toBe(
      CUSTOM_ORIGIN,
    );
  });

  test('readHookResult() gives a new custom origin', () => {
    const customHeaders = { 'x-a': [{ key: 'X-A', value: 'é' }, { value: '2' }] };
    const verdict = withOrigin({ custom: { ...CUSTOM, customHeaders } });
    expect(expectKind(verdict, 'continue-request').changed.origin).toBe(true);
    expect(originOf(verdict)).toStrictEqual({
      kind: 'custom',
      domainName: 'other.example.com',
      path: '',
      port: 443,
      protocol: 'https',
      sslProtocols: ['TLSv1.2', 'TLSv1.1'],
      readTimeoutSeconds: 30,
      keepaliveTimeoutSeconds: 5,
      customHeaders: ['X-A', '\xc3\xa9', 'X-A', '2'],
    });
  });

  test('readHookResult() gives a new s3 origin', () => {
    const origin = { s3: { ...S3, readTimeout: 20, responseCompletionTimeout: 40 } };
    expect(originOf(withOrigin(origin))).toStrictEqual({
      kind: 's3',
      domainName: 'other.s3.amazonaws.com',
      path: '/content',
      authMethod: 'none',
      region: '',
      readTimeoutSeconds: 20,
      responseCompletionTimeoutSeconds: 40,
      customHeaders: [],
    });
  });

  test.each<[string, Loose]>([
    ['port 80', { port: 80 }],
    ['port 1024', { port: 1024 }],
    ['port 65535', { port: 65_535 }],
    ['protocol https', { protocol: 'https' }],
    ['a path of 255 characters', { path: `/${'a'.repeat(254)}` }],
    ['an encoded path', { path: '/a%20b/c' }],
    ['a domain name of 253 characters', { domainName: `${'a.'.repeat(126)}b` }],
    ['localhost', { domainName: 'localhost' }],
    ['timeouts of 1', { readTimeout: 1, keepaliveTimeout: 1 }],
    ['timeouts of 120', { readTimeout: 120, keepaliveTimeout: 120 }],
    ['no completion timeout', { responseCompletionTimeout: 0 }],
    ['a completion timeout as long as the read timeout', { responseCompletionTimeout: 30 }],
    ['every protocol version', { sslProtocols: ['TLSv1.2', 'TLSv1.1', 'TLSv1', 'SSLv3'] }],
    ['no custom headers', { customHeaders: undefined }],
    ['an unknown member', { somethingNew: 1 }],
  ])('readHookResult() takes %s', (_name, changes) => {
    expect(withCustom(changes).kind).toBe('continue-request');
  });

  test('readHookResult() holds only changed members to the rules of functions', () => {
    // The delivered domain name is an IP address and a delivered custom header is "Via": both come
    // from the configuration.
    expect(originOf(withCustom({ path: '/new' }))).toMatchObject({
      domainName: '127.0.0.1',
      path: '/new',
      customHeaders: ['X-Origin-Key', 'secret', 'Via', 'configured'],
    });
  });

  test('readHookResult() lets the access identity stay, or be dropped', () => {
    const kept = { s3: { ...S3, authMethod: 'origin-access-identity', region: 'eu-west-1' } };
    expect(originOf(withOrigin(kept, S3_EVENT))).toMatchObject({ domainName: S3.domainName });
    expect(originOf(withOrigin({ s3: S3 }, S3_EVENT))).toMatchObject({ authMethod: 'none' });
    const s3 = { ...S3, region: undefined };
    expect(originOf(withOrigin({ s3 }))).toMatchObject({ region: '' });
  });
});

describe('readHookResult(): origins that are refused', () => {
  test.each<[string, unknown]>([
    ['both kinds', { custom: CUSTOM, s3: S3 }],
    ['neither kind', {}],
    ['an unknown kind', { gcs: {} }],
    ['null', null],
    ['a string', 'other.example.com'],
    ['a custom that is null', { custom: null }],
    ['an s3 that is a list', { s3: [] }],
  ])('readHookResult() refuses %s (CloudFront developer guide)', (_name, origin) => {
    expect(refusalOf(withOrigin(origin)).rule).toBe('origin');
  });

  test.each<[string, unknown]>([
    ['domainName', ''],
    ['domainName', 'a.example.com:8080'],
    ['domainName', '192.0.2.1'],
    ['domainName', '2001:db8::1'],
    ['domainName', 'http://a.example.com'],
    ['domainName', 'a b'],
    ['domainName', `${'a.'.repeat(127)}b`],
    ['domainName', 5],
    ['path', 'no-slash'],
    ['path', '/ends/'],
    ['path', '/'],
    ['path', '/a b'],
    ['path', '/é'],
    ['path', `/${'a'.repeat(255)}`],
    ['path', null],
    ['port', '443'],
    ['port', 0],
    ['port', 81],
    ['port', 1023],
    ['port', 65_536],
    ['port', 8080.5],
    ['protocol', 'ftp'],
    ['protocol', 'HTTPS'],
    ['protocol', 'match-viewer'],
    ['sslProtocols', 'TLSv1.2'],
    ['sslProtocols', ['TLSv1.3']],
    ['sslProtocols', [1]],
    ['readTimeout', 0],
    ['readTimeout', 121],
    ['readTimeout', '30'],
    ['keepaliveTimeout', 0],
    ['keepaliveTimeout', 121],
    ['responseCompletionTimeout', 29],
    ['responseCompletionTimeout', 'long'],
    ['customHeaders', []],
  ])('readHookResult() refuses the custom %s %j (CloudFront developer guide)', (member, value) => {
    const refusal = refusalOf(withCustom({ [member]: value }));
    expect(refusal.rule).toBe('origin');
    expect(refusal.message).toContain(`origin.custom.${member}`);
  });

  test.each([
    'domainName',
    'path',
    'port',
    'protocol',
    'sslProtocols',
    'readTimeout',
    'keepaliveTimeout',
  ])('readHookResult() refuses a custom origin without %s', (member) => {
    const custom = { ...CUSTOM, [member]: undefined };
    expect(refusalOf(withOrigin({ custom })).message).toContain(`${member} is missing`);
  });

  test.each<[string, unknown]>([
    ['domainName', 'Other.s3.amazonaws.com'],
    ['domainName', ''],
    ['domainName', 'a'.repeat(129)],
    ['domainName', undefined],
    ['path', 'x'],
    ['path', '/x/'],
    ['path', undefined],
    ['authMethod', 'origin-access-control'],
    ['authMethod', undefined],
    ['authMethod', 'origin-access-identity'],
    ['region', 5],
    ['readTimeout', 0],
  ])('readHookResult() refuses the s3 %s %j (CloudFront developer guide)', (member, value) => {
    const refusal = refusalOf(withOrigin({ s3: { ...S3, [member]: value } }));
    expect(refusal.rule).toBe('origin');
    expect(refusal.message).toContain(`origin.s3.${member}`);
  });

  test('readHookResult() refuses an access identity without region', () => {
    const origin = { s3: { ...S3, authMethod: 'origin-access-identity', region: '' } };
    expect(refusalOf(withOrigin(origin, S3_EVENT)).message).toContain('origin.s3.region');
  });

  test('readHookResult() refuses an origin at viewer-request', () => {
    const refusal = refusalOf(withOrigin({ custom: CUSTOM }, viewerRequest()));
    expect(refusal.rule).toBe('origin');
    expect(refusal.message).toContain('it can be set at origin-request only');
  });
});

describe('readHookResult(): custom headers of an origin', () => {
  test.each(['Connection', 'X-Cache', 'X-Edge-A', 'X-Amz-Cf-B', 'X-Real-IP'])(
    'readHookResult() refuses the disallowed %s',
    (name) => {
      const verdict = withCustomHeaders({ [name.toLowerCase()]: [{ key: name, value: 'x' }] });
      expect(refusalOf(verdict).rule).toBe('disallowed-header');
    },
  );

  test.each([
    'Cache-Control',
    'Content-Length',
    'Cookie',
    'Host',
    'If-Match',
    'If-None-Match',
    'Max-Forwards',
    'Pragma',
    'Range',
    'Request-Range',
    'TE',
    'Via',
    'X-Amz-Date',
  ])('readHookResult() refuses %s (CloudFront developer guide)', (name) => {
    for (const key of [name, name.toLowerCase()]) {
      expect(refusalOf(withCustomHeaders({ [key]: [{ value: 'x' }] })).rule).toBe('origin-header');
    }
  });

  test('readHookResult() refuses a name that the request has too', () => {
    const both = withCustomHeaders({ 'user-agent': [{ value: 'x' }] });
    expect(refusalOf(both)).toMatchObject({
      rule: 'origin-header',
      message: expect.stringContaining('"User-Agent"') as string,
    });
    const added = verdictAfter(originRequest(), ({ headers }) => {
      headers['x-origin-key'] = [{ value: 'x' }];
    });
    expect(refusalOf(added).rule).toBe('origin-header');
  });

  test('readHookResult() lets both stand when both were delivered', () => {
    const event = originRequest({
      request: { ...viewerRequest().input.request, fields: ['X-Origin-Key', 'v'] },
    });
    expect(verdictAfter(event, (request) => (request['uri'] = '/other')).kind).toBe(
      'continue-request',
    );
  });

  test.each<[string, unknown, string]>([
    ['a value with a line end', [{ value: 'a\r\nb' }], 'header-value'],
    ['a number', [{ value: 5 }], 'header-value'],
    ['no list', 'x', 'origin'],
    ['a name that is no token', [{ key: 'a b', value: 'x' }], 'header-name'],
  ])('readHookResult() refuses %s', (_name, list, rule) => {
    expect(refusalOf(withCustomHeaders({ 'x-a': list })).rule).toBe(rule);
  });
});
