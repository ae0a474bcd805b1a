import { expect, test } from 'vitest';
import {
  MANAGED_CACHE_POLICIES,
  MANAGED_ORIGIN_REQUEST_POLICIES,
  MANAGED_RESPONSE_HEADERS_POLICIES,
  managedPolicy,
} from '../../src/config/managed-policies.ts';

const TABLES = [
  ['cache policies', MANAGED_CACHE_POLICIES, 7],
  ['origin request policies', MANAGED_ORIGIN_REQUEST_POLICIES, 8],
  ['response headers policies', MANAGED_RESPONSE_HEADERS_POLICIES, 5],
] as const;

test.each(TABLES)('the managed %s each have a name and an id of their own', (_, table, count) => {
  expect(table).toHaveLength(count);
  expect(new Set(table.map((row) => row.name)).size).toBe(count);
  expect(new Set(table.map((row) => row.id)).size).toBe(count);
  for (const row of table) expect(row.id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
});

test.each(['CachingOptimized', 'Managed-CachingOptimized', '658327ea-f89d-4fab-a63d-7e88639e58f6'])(
  'managedPolicy() finds CachingOptimized as %s',
  (reference) => {
    expect(managedPolicy(MANAGED_CACHE_POLICIES, reference)).toEqual({
      kind: 'cloudfront',
      name: 'CachingOptimized',
      minTtlSeconds: 1,
      defaultTtlSeconds: 86_400,
      maxTtlSeconds: 31_536_000,
      headers: { kind: 'none' },
      cookies: { kind: 'none' },
      queryStrings: { kind: 'none' },
      acceptEncodingGzip: true,
      acceptEncodingBrotli: true,
    });
  },
);

test('managedPolicy() knows neither another case nor another table', () => {
  expect(managedPolicy(MANAGED_CACHE_POLICIES, 'cachingoptimized')).toBeUndefined();
  expect(managedPolicy(MANAGED_ORIGIN_REQUEST_POLICIES, 'CachingOptimized')).toBeUndefined();
});

test('CachingDisabled has no lifetime at all', () => {
  expect(managedPolicy(MANAGED_CACHE_POLICIES, 'CachingDisabled')).toMatchObject({
    minTtlSeconds: 0,
    defaultTtlSeconds: 0,
    maxTtlSeconds: 0,
  });
});

test('AllViewerExceptHostHeader forwards all fields but Host and adds those of the edge', () => {
  const policy = managedPolicy(MANAGED_ORIGIN_REQUEST_POLICIES, 'AllViewerExceptHostHeader');
  expect(policy?.headers).toEqual({ kind: 'exclude', names: ['host'] });
  expect(policy?.cloudfrontHeaders).toContain('cloudfront-viewer-country');
});

test('SecurityHeadersPolicy overrides X-Content-Type-Options only', () => {
  const policy = managedPolicy(MANAGED_RESPONSE_HEADERS_POLICIES, 'SecurityHeadersPolicy');
  const overriding = policy?.set.filter((field) => field.override).map((field) => field.name);
  expect(overriding).toEqual(['X-Content-Type-Options']);
});
