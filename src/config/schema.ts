import { z } from 'zod';
import { behaviorType, errorResponseType } from './schema/behaviors.ts';
import { functionType } from './schema/functions.ts';
import { adminType, limitsType, listenersType } from './schema/listeners.ts';
import { originGroupType, originType } from './schema/origins.ts';
import {
  cachePolicyType,
  originRequestPolicyType,
  responseHeadersPolicyType,
} from './schema/policies.ts';
import { formed, hostType, integer, nameType, setting } from './schema/setting.ts';
import { accessLogType, cacheType, logType } from './schema/storage-and-logs.ts';

const distributionType = z.strictObject({
  domainName: setting(hostType.default('d111111abcdef8.cloudfront.net'), {
    text: 'What functions see as `config.distributionDomainName`.',
    source: 'the example of the CloudFront guide',
  }),
  id: setting(
    formed('1 to 64 letters and digits', z.string().regex(/^[A-Za-z0-9]{1,64}$/)).default(
      'EDFDVBD6EXAMPLE',
    ),
    {
      text: 'What functions see as `config.distributionId`.',
      source: 'the example of the CloudFront guide',
    },
  ),
});

const originsType = z
  .record(nameType, originType)
  .refine((origins) => Object.keys(origins).length > 0);

/**
 * The table of settings: what users write. Each row has its type, range, default, unit, source and one sentence; parsing,
 * messages, `isoedge.schema.json` and `docs/configuration.md` are made from it. The rows of each object are in `schema/`.
 */
export const configType = z.strictObject({
  $schema: setting(z.string().optional(), {
    text: 'Where editors find `isoedge.schema.json`; not used otherwise.',
  }),
  listeners: setting(listenersType.prefault([{}]), {
    text: 'Addresses for viewers. Default: one, on 127.0.0.1:8080.',
  }),
  admin: setting(adminType.optional(), {
    text: 'The admin listener: health, metrics, purge, functions. Without it there is none.',
  }),
  workers: setting(z.union([integer(1, 1024), z.literal('auto')]).default(1), {
    text: 'Number of edge workers; `"auto"` is one for each core.',
    unit: 'count',
  }),
  origins: setting(formed('an object with at least one origin', originsType), {
    text: 'Servers that the edge stands in front of, by name.',
  }),
  originGroups: setting(z.record(nameType, originGroupType).default({}), {
    text: 'Pairs of origins for failover, by name.',
  }),
  functions: setting(z.record(nameType, functionType).default({}), {
    text: 'Functions for the hook points, by name.',
  }),
  cachePolicies: setting(z.record(nameType, cachePolicyType).default({}), {
    text: 'Cache policies, by name; the managed ones need no entry.',
  }),
  originRequestPolicies: setting(z.record(nameType, originRequestPolicyType).default({}), {
    text: 'Origin request policies, by name; the managed ones need no entry.',
  }),
  responseHeadersPolicies: setting(z.record(nameType, responseHeadersPolicyType).default({}), {
    text: 'Response headers policies, by name; the managed ones need no entry.',
  }),
  behaviors: setting(formed('a list of 1 or more', z.array(behaviorType).min(1)), {
    text: 'Tried in order, the first whose path matches is used; the last one has path `*`.',
  }),
  errorResponses: setting(z.array(errorResponseType).default([]), {
    text: 'What the viewer gets in place of an error, and how long errors are stored.',
  }),
  cache: setting(cacheType.prefault({}), { text: 'Where responses are stored.' }),
  limits: setting(limitsType.prefault({}), { text: 'Limits of the viewer side.' }),
  log: setting(logType.prefault({}), { text: 'The log of the proxy and of the functions.' }),
  accessLog: setting(accessLogType.optional(), {
    text: 'One line for each request. Without it there is none.',
  }),
  compat: setting(z.enum(['isoedge', 'cloudfront']).default('isoedge'), {
    text: 'The words in `X-Cache`, `Via` and error pages.',
  }),
  distribution: setting(distributionType.prefault({}), {
    text: 'What functions see as `config` of their events, where CloudFront names the distribution.',
  }),
  debug: setting(z.boolean().default(false), {
    text: 'Adds `Server-Timing`, the cache key in `Cache-Status` and the facts of failures to responses; not for production.',
  }),
  drainTimeoutMs: setting(integer(0, 3_600_000).default(30_000), {
    text: 'How long a stop or reload waits for open requests before it closes their connections.',
    unit: 'ms',
  }),
});
