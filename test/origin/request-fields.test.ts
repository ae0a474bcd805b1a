import { describe, expect, test } from 'vitest';
import type { CachePolicy, NameSelection, OriginRequestPolicy } from '../../src/config/config.ts';
import {
  type ForwardRules,
  finalOriginFields,
  originRequestFields,
  originRequestQuery,
} from '../../src/origin/request-fields.ts';

const NONE: NameSelection = { kind: 'none' };
const ALL: NameSelection = { kind: 'all' };
const only = (...names: string[]): NameSelection => ({ kind: 'include', names });
const allBut = (...names: string[]): NameSelection => ({ kind: 'exclude', names });

const RFC9111: CachePolicy = { kind: 'rfc9111', name: 'Rfc9111' };

function cachePolicy(
  more: Partial<Extract<CachePolicy, { kind: 'cloudfront' }>> = {},
): CachePolicy {
  return {
    kind: 'cloudfront',
    name: 'p',
    minTtlSeconds: 0,
    defaultTtlSeconds: 0,
    maxTtlSeconds: 0,
    headers: NONE,
    cookies: NONE,
    queryStrings: NONE,
    acceptEncodingGzip: false,
    acceptEncodingBrotli: false,
    ...more,
  };
}

function requestPolicy(more: Partial<OriginRequestPolicy> = {}): OriginRequestPolicy {
  return {
    name: 'o',
    headers: NONE,
    cookies: NONE,
    queryStrings: NONE,
    cloudfrontHeaders: [],
    ...more,
  };
}

function rules(cache: CachePolicy, originRequestPolicy?: OriginRequestPolicy): ForwardRules {
  return {
    cachePolicy: cache,
    originRequestPolicy,
    target: { protocol: 'http', hostname: 'origin.example', port: 8081 },
    viaName: 'isoedge',
  };
}

function forwarded(
  fields: readonly string[],
  rule: ForwardRules,
  httpVersion: '1.0' | '1.1' = '1.1',
) {
  return originRequestFields(
    { fields, httpVersion, clientIp: '192.0.2.7', protocol: 'https' },
    rule,
  );
}

const FIXED = ['Via', '1.1 isoedge', 'X-Forwarded-For', '192.0.2.7'];

describe('originRequestFields() under Rfc9111', () => {
  test('passes everything with its case, order and duplicates, the Host of the viewer too', () => {
    const fields = [
      'Host',
      'www.example',
      'X-Two',
      '1',
      'x-tWo',
      '2',
      'Cookie',
      'b=2; a=1',
      'User-Agent',
      'Me',
    ];
    expect(forwarded(fields, rules(RFC9111))).toEqual([
      ...fields,
      'X-Forwarded-Host',
      'www.example',
      'X-Forwarded-Proto',
      'https',
      ...FIXED,
    ]);
  });

  test('drops the fields of the connection and those it names (RFC 9110 §7.6.1)', () => {
    const fields = [
      'Host',
      'a',
      'Connection',
      'close, X-Hop',
      'X-Hop',
      '1',
      'Keep-Alive',
      '1',
      'TE',
      'trailers',
      'Trailer',
      'x',
      'Transfer-Encoding',
      'chunked',
      'Upgrade',
      'x',
      'Proxy-Authorization',
      'x',
      'Proxy-Connection',
      'x',
      'Expect',
      '100-continue',
    ];
    const names = forwarded(fields, rules(RFC9111)).filter((_, i) => i % 2 === 0);
    expect(names).toEqual([
      'Host',
      'X-Forwarded-Host',
      'X-Forwarded-Proto',
      'Via',
      'X-Forwarded-For',
    ]);
  });

  test('keeps what a viewer has no business to strip by naming it in Connection', () => {
    const fields = [
      'Host',
      'a',
      'Connection',
      'host, Content-Length, authorization',
      'Content-Length',
      '3',
      'Authorization',
      'x',
    ];
    const result = forwarded(fields, rules(RFC9111));
    expect(result.slice(0, 6)).toEqual(['Host', 'a', 'Content-Length', '3', 'Authorization', 'x']);
  });

  test('appends to Via and X-Forwarded-For, and replaces what a viewer says about itself', () => {
    const fields = [
      'Host',
      'a',
      'Via',
      '1.0 first',
      'via',
      '2 second',
      'X-Forwarded-For',
      '198.51.100.1',
      'X-Forwarded-Proto',
      'http',
      'X-Forwarded-Host',
      'fake',
    ];
    expect(forwarded(fields, rules(RFC9111), '1.0')).toEqual([
      'Host',
      'a',
      'X-Forwarded-Host',
      'a',
      'X-Forwarded-Proto',
      'https',
      'Via',
      '1.0 first, 2 second, 1.0 isoedge',
      'X-Forwarded-For',
      '198.51.100.1, 192.0.2.7',
    ]);
  });

  test('gives the origin a Host when the viewer sent none (RFC 9112 §3.2)', () => {
    expect(forwarded([], rules(RFC9111), '1.0').slice(0, 2)).toEqual([
      'Host',
      'origin.example:8081',
    ]);
  });
});

describe('originRequestFields() under a policy (CloudFront developer guide)', () => {
  const viewer = [
    'Host',
    'www.example',
    'User-Agent',
    'Me',
    'Accept',
    '*/*',
    'X-A',
    '1',
    'Authorization',
    'x',
    'Cookie',
    'b=2; $v=1; a=1; bad; c=3',
    'Range',
    'bytes=0-1',
    'If-None-Match',
    '"x"',
    'Content-Type',
    'text/plain',
    'X-Forwarded-Proto',
    'gopher',
    'X-Edge-Secret',
    '1',
    'Connection',
    'close',
  ];

  test('passes conditions, range and content, and speaks for itself', () => {
    expect(forwarded(viewer, rules(cachePolicy()))).toEqual([
      'Host',
      'origin.example:8081',
      'Range',
      'bytes=0-1',
      'If-None-Match',
      '"x"',
      'Content-Type',
      'text/plain',
      'User-Agent',
      'Amazon CloudFront',
      ...FIXED,
    ]);
  });

  test.each<[string, ForwardRules, string[], string[]]>([
    [
      'the cache policy lists',
      rules(cachePolicy({ headers: only('x-a', 'authorization') })),
      ['X-A', 'Authorization'],
      ['Accept', 'Cookie'],
    ],
    [
      'the origin request policy lists',
      rules(cachePolicy(), requestPolicy({ headers: only('accept') })),
      ['Accept'],
      ['X-A', 'Authorization'],
    ],
    [
      'either lists',
      rules(cachePolicy({ headers: only('x-a') }), requestPolicy({ headers: only('accept') })),
      ['Accept', 'X-A'],
      ['Authorization'],
    ],
    [
      'is not excluded',
      rules(cachePolicy(), requestPolicy({ headers: allBut('accept') })),
      ['X-A', 'Authorization'],
      ['Accept', 'X-Edge-Secret'],
    ],
    [
      'the cache policy lists, excluded or not',
      rules(cachePolicy({ headers: only('accept') }), requestPolicy({ headers: allBut('accept') })),
      ['Accept', 'X-A'],
      ['Cookie'],
    ],
    [
      'there is, except what a viewer could lie with',
      rules(cachePolicy(), requestPolicy({ headers: ALL })),
      ['Accept', 'X-A', 'Authorization'],
      ['X-Edge-Secret', 'X-Forwarded-Proto', 'Connection', 'Cookie'],
    ],
    [
      'is named, even that',
      rules(cachePolicy(), requestPolicy({ headers: only('x-forwarded-proto') })),
      ['X-Forwarded-Proto'],
      ['X-A'],
    ],
    [
      'Rfc9111 with an origin request policy lists',
      rules(RFC9111, requestPolicy({ headers: only('x-a') })),
      ['X-A'],
      ['Accept', 'X-Forwarded-Host'],
    ],
  ])('passes what %s', (_name, rule, present, absent) => {
    const names = forwarded(viewer, rule).filter((_, i) => i % 2 === 0);
    expect(names).toEqual(expect.arrayContaining(present));
    for (const name of absent) expect(names).not.toContain(name);
  });

  test('passes the Host and User-Agent of the viewer when a policy selects them', () => {
    const result = forwarded(
      viewer,
      rules(cachePolicy(), requestPolicy({ headers: only('host', 'user-agent') })),
    );
    expect(result.slice(0, 4)).toEqual(['Host', 'www.example', 'User-Agent', 'Me']);
    expect(result).not.toContain('Amazon CloudFront');
  });

  test.each<[string, NameSelection, NameSelection, string | undefined]>([
    ['none', NONE, NONE, undefined],
    ['all, sorted by name and well-formed only', ALL, NONE, 'a=1; b=2; c=3'],
    ['those of the cache policy', only('b'), NONE, 'b=2'],
    ['those of both policies', only('b'), only('a'), 'a=1; b=2'],
    ['all but some', NONE, allBut('b'), 'a=1; c=3'],
    ['names in their own case', only('B'), NONE, undefined],
  ])('passes cookies: %s', (_name, keyed, requested, expected) => {
    const result = forwarded(
      viewer,
      rules(cachePolicy({ cookies: keyed }), requestPolicy({ cookies: requested })),
    );
    const at = result.indexOf('Cookie');
    expect(at === -1 ? undefined : result[at + 1]).toBe(expected);
  });

  const gzip = { acceptEncodingGzip: true };
  const both = { acceptEncodingGzip: true, acceptEncodingBrotli: true };
  const listed = { acceptEncodingGzip: true, headers: only('accept-encoding') };

  test.each<[string, string | undefined, Parameters<typeof cachePolicy>[0], string | undefined]>([
    ['both flags', 'gzip, deflate, br', both, 'br,gzip'],
    ['one flag', 'gzip, br', gzip, 'gzip'],
    ['a weight of zero', 'gzip;q=0, br;q=0.5', both, 'br'],
    ['nothing in common', 'deflate', gzip, 'identity'],
    ['no field', undefined, gzip, undefined],
    ['no flag', 'gzip', {}, undefined],
    ['a policy that lists it', 'gzip;q=1', listed, 'gzip;q=1'],
  ])(
    'normalizes Accept-Encoding for %s (CloudFront developer guide)',
    (_name, sent, policy, expected) => {
      const fields = sent === undefined ? [] : ['Accept-Encoding', sent];
      const result = forwarded(fields, rules(cachePolicy(policy)));
      const at = result.indexOf('Accept-Encoding');
      expect(at === -1 ? undefined : result[at + 1]).toBe(expected);
    },
  );

  test('drops Accept-Encoding of an HTTP/1.0 viewer (CloudFront developer guide)', () => {
    const result = forwarded(['Accept-Encoding', 'gzip'], rules(cachePolicy(gzip)), '1.0');
    expect(result).not.toContain('Accept-Encoding');
  });
});

test.each<[string, ForwardRules, string]>([
  ['whole under Rfc9111', rules(RFC9111), 'b=1&a=2&b=3&&c'],
  ['empty', rules(cachePolicy()), ''],
  ['whole', rules(cachePolicy({ queryStrings: ALL })), 'b=1&a=2&b=3&&c'],
  ['listed, in the order sent', rules(cachePolicy({ queryStrings: only('c', 'b') })), 'b=1&b=3&c'],
  [
    'listed by either policy',
    rules(cachePolicy({ queryStrings: only('a') }), requestPolicy({ queryStrings: only('c') })),
    'a=2&c',
  ],
  ['all but some', rules(cachePolicy({ queryStrings: allBut('b') })), 'a=2&&c'],
])('originRequestQuery() is %s', (_name, rule, expected) => {
  expect(originRequestQuery('b=1&a=2&b=3&&c', rule)).toBe(expected);
});

test('finalOriginFields() applies custom headers over lines of the same name, and drops what hooks added for the connection', () => {
  const fields = ['Host', 'a', 'x-secret', 'guess', 'Upgrade', 'x', 'TE', 'x'];
  expect(finalOriginFields(fields, ['X-Secret', 'real', 'X-B', '1'])).toEqual([
    'Host',
    'a',
    'X-Secret',
    'real',
    'X-B',
    '1',
  ]);
});
