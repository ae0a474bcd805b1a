import type {
  CachePolicy,
  CorsPolicy,
  NameSelection,
  OriginRequestPolicy,
  ResponseHeadersPolicy,
} from './config.ts';

/** CloudFront's managed policies, by name and id, so that configurations keep the names they have there. */

/** A managed policy is found by `name`, by `Managed-` and its name, and by `id`. */
export interface ManagedPolicy<Policy> {
  readonly name: string;
  readonly id: string;
  readonly policy: Policy;
}

const ALL: NameSelection = { kind: 'all' };
const NONE: NameSelection = { kind: 'none' };
const include = (...names: string[]): NameSelection => ({ kind: 'include', names });

/** Plain RFC 9111 with `Vary` as a secondary key: what a behavior gets that names no cache policy. */
export const RFC9111_POLICY: CachePolicy = { kind: 'rfc9111', name: 'Rfc9111' };

const DAY_SECONDS = 86_400;
const YEAR_SECONDS = 31_536_000;
const UNKEYED = {
  headers: NONE,
  cookies: NONE,
  queryStrings: NONE,
  acceptEncodingGzip: true,
  acceptEncodingBrotli: true,
};
const ORIGIN_CONTROL_HEADERS = include(
  'host',
  'origin',
  'x-http-method-override',
  'x-http-method',
  'x-method-override',
);

type CloudfrontPolicy = Extract<CachePolicy, { kind: 'cloudfront' }>;
type CacheKey = Omit<CloudfrontPolicy, 'kind' | 'name' | `${'min' | 'default' | 'max'}TtlSeconds`>;

function cachePolicy(
  name: string,
  id: string,
  [minTtlSeconds, defaultTtlSeconds, maxTtlSeconds]: readonly [number, number, number],
  key: CacheKey,
): ManagedPolicy<CachePolicy> {
  const ttls = { minTtlSeconds, defaultTtlSeconds, maxTtlSeconds };
  return { name, id, policy: { kind: 'cloudfront', name, ...ttls, ...key } };
}

export const MANAGED_CACHE_POLICIES: readonly ManagedPolicy<CachePolicy>[] = [
  cachePolicy(
    'CachingOptimized',
    '658327ea-f89d-4fab-a63d-7e88639e58f6',
    [1, DAY_SECONDS, YEAR_SECONDS],
    UNKEYED,
  ),
  cachePolicy(
    'CachingOptimizedForUncompressedObjects',
    'b2884449-e4de-46a7-ac36-70bc7f1ddd6d',
    [1, DAY_SECONDS, YEAR_SECONDS],
    { ...UNKEYED, acceptEncodingGzip: false, acceptEncodingBrotli: false },
  ),
  cachePolicy('CachingDisabled', '4135ea2d-6df8-44a3-9df3-4b5a84be39ad', [0, 0, 0], {
    ...UNKEYED,
    acceptEncodingGzip: false,
    acceptEncodingBrotli: false,
  }),
  cachePolicy('Amplify', '2e54312d-136d-493c-8eb9-b001f22f67d2', [2, 2, 600], {
    ...UNKEYED,
    headers: include('authorization', 'cloudfront-viewer-country', 'host'),
    cookies: ALL,
    queryStrings: ALL,
  }),
  cachePolicy(
    'Elemental-MediaPackage',
    '08627262-05a9-4f76-9ded-b50ca2e3a84f',
    [0, DAY_SECONDS, YEAR_SECONDS],
    {
      ...UNKEYED,
      headers: include('origin'),
      queryStrings: include('aws.manifestfilter', 'start', 'end', 'm'),
      acceptEncodingBrotli: false,
    },
  ),
  cachePolicy(
    'UseOriginCacheControlHeaders',
    '83da9c7e-98b4-4e11-a168-04f0df8e2c65',
    [0, 0, YEAR_SECONDS],
    { ...UNKEYED, headers: ORIGIN_CONTROL_HEADERS, cookies: ALL },
  ),
  cachePolicy(
    'UseOriginCacheControlHeaders-QueryStrings',
    '4cc15a8a-d715-48a4-82b8-cc0b614638fe',
    [0, 0, YEAR_SECONDS],
    { ...UNKEYED, headers: ORIGIN_CONTROL_HEADERS, cookies: ALL, queryStrings: ALL },
  ),
];

const EDGE_HEADERS = [
  'cloudfront-forwarded-proto',
  'cloudfront-is-android-viewer',
  'cloudfront-is-desktop-viewer',
  'cloudfront-is-ios-viewer',
  'cloudfront-is-mobile-viewer',
  'cloudfront-is-smarttv-viewer',
  'cloudfront-is-tablet-viewer',
  'cloudfront-viewer-city',
  'cloudfront-viewer-country',
  'cloudfront-viewer-country-name',
  'cloudfront-viewer-country-region',
  'cloudfront-viewer-country-region-name',
  'cloudfront-viewer-http-version',
  'cloudfront-viewer-latitude',
  'cloudfront-viewer-longitude',
  'cloudfront-viewer-metro-code',
  'cloudfront-viewer-postal-code',
  'cloudfront-viewer-time-zone',
  'cloudfront-viewer-tls',
] as const;

type Forwarded = Omit<OriginRequestPolicy, 'name'>;

const FORWARDS_NOTHING: Forwarded = {
  headers: NONE,
  cookies: NONE,
  queryStrings: NONE,
  cloudfrontHeaders: [],
};

function originRequestPolicy(
  name: string,
  id: string,
  forwarded: Forwarded,
): ManagedPolicy<OriginRequestPolicy> {
  return { name, id, policy: { name, ...forwarded } };
}

export const MANAGED_ORIGIN_REQUEST_POLICIES: readonly ManagedPolicy<OriginRequestPolicy>[] = [
  originRequestPolicy('AllViewer', '216adef6-5c7f-47e4-b989-5492eafa07d3', {
    headers: ALL,
    cookies: ALL,
    queryStrings: ALL,
    cloudfrontHeaders: [],
  }),
  originRequestPolicy(
    'AllViewerAndCloudFrontHeaders-2022-06',
    '33f36d7e-f396-46d9-90e0-52428a34d9dc',
    {
      headers: ALL,
      cookies: ALL,
      queryStrings: ALL,
      cloudfrontHeaders: [...EDGE_HEADERS, 'cloudfront-viewer-address', 'cloudfront-viewer-asn'],
    },
  ),
  originRequestPolicy('AllViewerExceptHostHeader', 'b689b0a8-53d0-40ab-baf2-68738e2966ac', {
    headers: { kind: 'exclude', names: ['host'] },
    cookies: ALL,
    queryStrings: ALL,
    cloudfrontHeaders: EDGE_HEADERS,
  }),
  originRequestPolicy('CORS-CustomOrigin', '59781a5b-3903-41f3-afcb-af62929ccde1', {
    ...FORWARDS_NOTHING,
    headers: include('origin'),
  }),
  originRequestPolicy('CORS-S3Origin', '88a5eaf4-2fd4-4709-b370-b4c650ea3fcf', {
    ...FORWARDS_NOTHING,
    headers: include('origin', 'access-control-request-headers', 'access-control-request-method'),
  }),
  originRequestPolicy(
    'Elemental-MediaTailor-PersonalizedManifests',
    '775133bc-15f2-49f9-abea-afb2e0bf67d2',
    {
      ...FORWARDS_NOTHING,
      headers: include(
        'origin',
        'access-control-request-headers',
        'access-control-request-method',
        'user-agent',
        'x-forwarded-for',
      ),
      queryStrings: ALL,
    },
  ),
  originRequestPolicy('HostHeaderOnly', 'bf0718e1-ba1e-49d1-88b1-f726733018ae', {
    ...FORWARDS_NOTHING,
    headers: include('host'),
  }),
  originRequestPolicy('UserAgentRefererHeaders', 'acba4595-bd28-49b8-b9fe-13317c0390fa', {
    ...FORWARDS_NOTHING,
    headers: include('user-agent', 'referer'),
  }),
];

const SIMPLE_CORS: CorsPolicy = {
  allowOrigins: ['*'],
  allowMethods: [],
  allowHeaders: [],
  exposeHeaders: [],
  allowCredentials: false,
  originOverride: false,
};

const PREFLIGHT_CORS: CorsPolicy = {
  ...SIMPLE_CORS,
  allowMethods: ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'],
  exposeHeaders: ['*'],
};

const SECURITY_HEADERS: ResponseHeadersPolicy['set'] = [
  { name: 'Referrer-Policy', value: 'strict-origin-when-cross-origin', override: false },
  { name: 'Strict-Transport-Security', value: 'max-age=31536000', override: false },
  { name: 'X-Content-Type-Options', value: 'nosniff', override: true },
  { name: 'X-Frame-Options', value: 'SAMEORIGIN', override: false },
  { name: 'X-XSS-Protection', value: '1; mode=block', override: false },
];

function responseHeadersPolicy(
  name: string,
  id: string,
  parts: Partial<Pick<ResponseHeadersPolicy, 'set' | 'cors'>>,
): ManagedPolicy<ResponseHeadersPolicy> {
  return { name, id, policy: { name, remove: [], set: [], ...parts } };
}

export const MANAGED_RESPONSE_HEADERS_POLICIES: readonly ManagedPolicy<ResponseHeadersPolicy>[] = [
  responseHeadersPolicy('SimpleCORS', '60669652-455b-4ae9-85a4-c4c02393f86c', {
    cors: SIMPLE_CORS,
  }),
  responseHeadersPolicy('CORS-With-Preflight', '5cc3b908-e619-4b99-88e5-2cf7f45965bd', {
    cors: PREFLIGHT_CORS,
  }),
  responseHeadersPolicy('SecurityHeadersPolicy', '67f7725c-6f97-4210-82d7-5512b31e9d03', {
    set: SECURITY_HEADERS,
  }),
  responseHeadersPolicy('CORS-and-SecurityHeadersPolicy', 'e61eb60c-9c35-4d20-a928-2b84e02af89c', {
    cors: SIMPLE_CORS,
    set: SECURITY_HEADERS,
  }),
  responseHeadersPolicy(
    'CORS-with-preflight-and-SecurityHeadersPolicy',
    'eaab4381-ed33-4a86-88ca-d9558dc6cd63',
    { cors: PREFLIGHT_CORS, set: SECURITY_HEADERS },
  ),
];

/** The managed policy that `reference` names. */
export function managedPolicy<Policy>(
  table: readonly ManagedPolicy<Policy>[],
  reference: string,
): Policy | undefined {
  const name = reference.startsWith('Managed-') ? reference.slice('Managed-'.length) : reference;
  return table.find((row) => row.name === name || row.id === reference)?.policy;
}
