import { expect, test } from 'vitest';
import type { BehaviorConfig } from '../../src/config/config.ts';
import { compiled, configuration } from './configuration.ts';

function behaviorWith(
  behavior: Readonly<Record<string, unknown>>,
  sections: Readonly<Record<string, unknown>> = {},
): BehaviorConfig {
  const behaviors = [{ path: '*', origin: 'app', ...behavior }];
  const compiledBehavior = compiled(configuration({ ...sections, behaviors })).behaviors[0];
  if (compiledBehavior === undefined) throw new Error('no behavior');
  return compiledBehavior;
}

function cachePolicyOf(policy: Readonly<Record<string, unknown>>): BehaviorConfig['cachePolicy'] {
  return behaviorWith({ cachePolicy: 'own' }, { cachePolicies: { own: policy } }).cachePolicy;
}

test('a behavior without policies has Rfc9111 and no others', () => {
  const behavior = behaviorWith({});
  expect(behavior.cachePolicy).toEqual({ kind: 'rfc9111', name: 'Rfc9111' });
  expect(behavior).not.toHaveProperty('originRequestPolicy');
  expect(behavior).not.toHaveProperty('responseHeadersPolicy');
});

test('managed policies are found by name, with prefix, and by id', () => {
  const behavior = behaviorWith({
    cachePolicy: 'Managed-CachingDisabled',
    originRequestPolicy: '216adef6-5c7f-47e4-b989-5492eafa07d3',
    responseHeadersPolicy: 'SimpleCORS',
  });
  expect(behavior.cachePolicy.name).toBe('CachingDisabled');
  expect(behavior.originRequestPolicy?.name).toBe('AllViewer');
  expect(behavior.responseHeadersPolicy?.name).toBe('SimpleCORS');
});

test.each([
  ['all', { kind: 'all' }],
  ['none', { kind: 'none' }],
  [['Session', 'b'], { kind: 'include', names: ['Session', 'b'] }],
  [{ include: ['b', 'b'] }, { kind: 'include', names: ['b'] }],
  [{ exclude: ['utm'] }, { kind: 'exclude', names: ['utm'] }],
  [[], { kind: 'none' }],
  [{ exclude: [] }, { kind: 'all' }],
])('a selection of cookies written %j is %j, letters as given', (cookies, expected) => {
  expect(cachePolicyOf({ key: { cookies } })).toMatchObject({ cookies: expected });
});

test('field names of a cache key are compared in lower case', () => {
  const policy = cachePolicyOf({ key: { headers: ['Accept-Language', 'accept-language'] } });
  expect(policy).toMatchObject({ headers: { kind: 'include', names: ['accept-language'] } });
});

test.each([
  [{}, [0, 86_400, 31_536_000]],
  [{ maxTtlSeconds: 600 }, [0, 600, 600]],
  [{ minTtlSeconds: 100_000 }, [100_000, 100_000, 31_536_000]],
  [{ minTtlSeconds: 40_000_000 }, [40_000_000, 40_000_000, 40_000_000]],
  [{ defaultTtlSeconds: 40_000_000 }, [0, 40_000_000, 40_000_000]],
  [{ minTtlSeconds: 1, defaultTtlSeconds: 2, maxTtlSeconds: 3 }, [1, 2, 3]],
])('the lifetimes of a cache policy with %j are %j', (given, [min, fallback, max]) => {
  expect(cachePolicyOf(given)).toMatchObject({
    minTtlSeconds: min,
    defaultTtlSeconds: fallback,
    maxTtlSeconds: max,
  });
});

test('an origin request policy keeps the fields of the edge apart from those of the viewer', () => {
  const policy = {
    headers: ['X-Plan', 'CloudFront-Viewer-Country'],
    cloudfrontHeaders: ['CloudFront-Viewer-City'],
    queryStrings: 'all',
  };
  const behavior = behaviorWith(
    { originRequestPolicy: 'own' },
    { originRequestPolicies: { own: policy } },
  );
  expect(behavior.originRequestPolicy).toEqual({
    name: 'own',
    headers: { kind: 'include', names: ['x-plan'] },
    cookies: { kind: 'none' },
    queryStrings: { kind: 'all' },
    cloudfrontHeaders: ['cloudfront-viewer-city', 'cloudfront-viewer-country'],
  });
});

test('a response headers policy has fields to remove, fields to set, and CORS', () => {
  const policy = {
    remove: ['Server'],
    set: { 'X-Frame-Options': 'DENY', 'X-Plan': { value: '', override: false } },
    cors: { allowOrigins: ['https://*.example.org'], allowMethods: ['GET'], maxAgeSeconds: 600 },
  };
  const behavior = behaviorWith(
    { responseHeadersPolicy: 'own' },
    { responseHeadersPolicies: { own: policy } },
  );
  expect(behavior.responseHeadersPolicy).toEqual({
    name: 'own',
    remove: ['server'],
    set: [
      { name: 'X-Frame-Options', value: 'DENY', override: true },
      { name: 'X-Plan', value: '', override: false },
    ],
    cors: {
      allowOrigins: ['https://*.example.org'],
      allowMethods: ['GET'],
      allowHeaders: [],
      exposeHeaders: [],
      allowCredentials: false,
      maxAgeSeconds: 600,
      originOverride: true,
    },
  });
});
