import { z } from 'zod';
import { fieldNameType, fieldValueType, formed, integer, setting } from './setting.ts';

const LONGEST_SECONDS = 2 ** 31 - 1;

/** RFC 6265 §4.1.1 cookie names are tokens; query parameter names are anything that survives in a URL. */
const selectedNameType = formed('a name', z.string().regex(/^[^\s,;=]+$/));

function selectionType<T extends z.ZodString>(name: T) {
  return z.union([
    z.enum(['all', 'none']),
    z.array(name),
    z.strictObject({ include: z.array(name) }),
    z.strictObject({ exclude: z.array(name) }),
  ]);
}

const SELECTION_FORM =
  '"all", "none", a list of names, { "include": [...] } or { "exclude": [...] }';

function selection(name: z.ZodString) {
  return formed(SELECTION_FORM, selectionType(name)).default('none');
}

/** A cache key can neither hold all fields nor all but some: CloudFront cache policies refuse both. */
const keyHeadersType = formed(
  '"none", a list of field names or { "include": [...] }',
  z.union([
    z.literal('none'),
    z.array(fieldNameType),
    z.strictObject({ include: z.array(fieldNameType) }),
  ]),
);

export const cacheKeyType = z.strictObject({
  headers: setting(keyHeadersType.default('none'), {
    text: 'Request fields that are part of the cache key; they also go to the origin.',
    source: 'CloudFront',
  }),
  cookies: setting(selection(selectedNameType), {
    text: 'Cookies that are part of the cache key; they also go to the origin.',
    source: 'CloudFront',
  }),
  queryStrings: setting(selection(selectedNameType), {
    text: 'Query parameters that are part of the cache key; they also go to the origin.',
    source: 'CloudFront',
  }),
  acceptEncodingGzip: setting(z.boolean().default(false), {
    text: 'Normalises `Accept-Encoding` to `gzip` where the viewer takes it, and keys on that.',
    source: 'CloudFront EnableAcceptEncodingGzip',
  }),
  acceptEncodingBrotli: setting(z.boolean().default(false), {
    text: 'Normalises `Accept-Encoding` to `br` where the viewer takes it, and keys on that.',
    source: 'CloudFront EnableAcceptEncodingBrotli',
  }),
});

export const cachePolicyType = z.strictObject({
  minTtlSeconds: setting(integer(0, LONGEST_SECONDS).default(0), {
    text: 'A stored response is fresh for at least this long, whatever the origin says.',
    unit: 's',
    source: 'CloudFront MinTTL',
  }),
  defaultTtlSeconds: setting(integer(0, LONGEST_SECONDS).optional(), {
    text: 'How long a response without an explicit lifetime is fresh. Default: 86400, within minimum and maximum.',
    unit: 's',
    source: 'CloudFront DefaultTTL',
  }),
  maxTtlSeconds: setting(integer(0, LONGEST_SECONDS).optional(), {
    text: 'A stored response is fresh for at most this long. Default: 31536000, or a larger minimum or default.',
    unit: 's',
    source: 'CloudFront MaxTTL',
  }),
  key: setting(cacheKeyType.prefault({}), {
    text: 'What distinguishes two requests for the same path.',
  }),
});

export const originRequestPolicyType = z.strictObject({
  headers: setting(selection(fieldNameType), {
    text: 'Viewer fields that go to the origin beside those of the cache key; `CloudFront-*` names are added by the edge.',
    source: 'CloudFront',
  }),
  cookies: setting(selection(selectedNameType), {
    text: 'Cookies that go to the origin beside those of the cache key.',
    source: 'CloudFront',
  }),
  queryStrings: setting(selection(selectedNameType), {
    text: 'Query parameters that go to the origin beside those of the cache key.',
    source: 'CloudFront',
  }),
  cloudfrontHeaders: setting(z.array(fieldNameType).default([]), {
    text: '`CloudFront-*` fields that the edge adds, for use with `"headers": "all"`.',
    source: 'CloudFront allViewerAndWhitelistCloudFront',
  }),
});

const overriddenValueType = z.strictObject({
  value: setting(fieldValueType, { text: 'The value of the field.' }),
  override: setting(z.boolean().default(true), {
    text: 'Replaces the field of the origin; `false` sets it only where the origin sent none.',
  }),
});

const corsOriginType = formed(
  '"*", or an origin such as "https://*.example.org"',
  z.string().regex(/^(?:\*|(?:https?:\/\/)?(?:\*\.)?[A-Za-z0-9.-]+(?::(?:\d{1,5}|\*))?)$/),
);

export const corsType = z.strictObject({
  allowOrigins: setting(formed('a list of 1 or more origins', z.array(corsOriginType).min(1)), {
    text: 'Origins that may read the response; `*.` as leftmost label is a wildcard.',
  }),
  allowMethods: setting(z.array(fieldNameType).default([]), {
    text: 'Methods for the answer to a preflight.',
  }),
  allowHeaders: setting(z.array(fieldNameType).default([]), {
    text: 'Request fields for the answer to a preflight; `*` stands for any.',
  }),
  exposeHeaders: setting(z.array(fieldNameType).default([]), {
    text: 'Response fields that scripts may read.',
  }),
  allowCredentials: setting(z.boolean().default(false), {
    text: 'Lets scripts send credentials.',
  }),
  maxAgeSeconds: setting(integer(0, LONGEST_SECONDS).optional(), {
    text: 'How long a browser may keep the answer to a preflight.',
    unit: 's',
  }),
  originOverride: setting(z.boolean().default(true), {
    text: 'Replaces the CORS fields of the origin; `false` adds none where the origin sent any.',
  }),
});

export const responseHeadersPolicyType = z.strictObject({
  remove: setting(z.array(fieldNameType).default([]), {
    text: 'Fields of the origin that the viewer does not get.',
  }),
  set: setting(
    z
      .record(
        fieldNameType,
        formed(
          'a field value or { "value": "...", "override": true }',
          z.union([fieldValueType, overriddenValueType]),
        ),
      )
      .default({}),
    { text: 'Fields that every response gets, security fields among them: a value, or an object.' },
  ),
  cors: setting(corsType.optional(), {
    text: 'Answers to requests with `Origin` (the CORS protocol of the Fetch standard).',
  }),
});

export { overriddenValueType };
