import { z } from 'zod';
import { formed, integer, nameType, setting } from './setting.ts';

/** CloudFront, custom error responses: the statuses that may have one. */
export const ERROR_RESPONSE_CODES = [
  400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504,
] as const;

const pathPatternType = formed(
  'a path pattern of at most 255 letters, digits and _ - . * ? $ / ~ " \' @ : + &',
  z.string().regex(/^[A-Za-z0-9_\-.*?$/~"'@:+&]{1,255}$/),
);

/** A name, `name:alias` or `name:version`; the latter two are refused later, with their reason. */
const functionReferenceType = formed('the name of a function', z.string().min(1));

const policyReferenceType = formed('the name or id of a policy', z.string().min(1));

const responseHookMembers = {
  function: setting(functionReferenceType, { text: 'The function to call.' }),
  timeoutMs: setting(integer(1, 30_000).optional(), {
    text: 'Tightens the wall-clock limit of the function at this hook point.',
    unit: 'ms',
  }),
  cpuMs: setting(integer(1, 30_000).optional(), {
    text: 'Tightens the CPU limit of the function at this hook point.',
    unit: 'ms',
  }),
  onFailure: setting(z.enum(['fail', 'continue', 'stale']).default('fail'), {
    text: 'When the call fails: answer 502 or 503, go on as if there were no hook, or serve a stored response if there is one.',
    source: 'CloudFront fails',
  }),
};

const requestHookType = z.strictObject({
  ...responseHookMembers,
  includeBody: setting(z.boolean().default(false), {
    text: 'Gives the request content to the function, up to 40 KB at viewer-request and 1 MB at origin-request.',
    source: 'CloudFront IncludeBody',
  }),
});

const responseHookType = z.strictObject(responseHookMembers);

const HOOK_FORM = 'the name of a function, or an object with "function"';

const requestHook = formed(HOOK_FORM, z.union([functionReferenceType, requestHookType]));
const responseHook = formed(HOOK_FORM, z.union([functionReferenceType, responseHookType]));

export const hooksType = z.strictObject({
  'viewer-request': setting(requestHook.optional(), {
    text: 'Called for every request, before the cache is looked up.',
  }),
  'origin-request': setting(requestHook.optional(), {
    text: 'Called on a miss, before the request goes to the origin.',
  }),
  'origin-response': setting(responseHook.optional(), {
    text: 'Called when the origin has answered, before the response is stored.',
  }),
  'viewer-response': setting(responseHook.optional(), {
    text: 'Called before a response below 400 goes to the viewer.',
  }),
});

export const behaviorType = z.strictObject({
  path: setting(pathPatternType, {
    text: '`*` stands for 0 or more characters, `/` among them, `?` for one. The last behavior has `*`.',
    source: 'CloudFront',
  }),
  origin: setting(nameType, { text: 'Name of an origin or of an origin group.' }),
  viewerProtocolPolicy: setting(
    z.enum(['allow-all', 'https-only', 'redirect-to-https']).default('allow-all'),
    { text: 'What happens to requests over plain HTTP.', source: 'CloudFront' },
  ),
  allowedMethods: setting(z.enum(['read', 'read-options', 'all']).optional(), {
    text: '`read` is GET and HEAD, `read-options` adds OPTIONS. Default: `all` under `Rfc9111`, `read` under a CloudFront policy.',
    source: 'CloudFront',
  }),
  cachePolicy: setting(policyReferenceType.default('Rfc9111'), {
    text: 'An entry of `cachePolicies`, a managed policy by name or id, or `Rfc9111`: plain RFC 9111 with `Vary` as secondary key.',
  }),
  originRequestPolicy: setting(policyReferenceType.optional(), {
    text: 'An entry of `originRequestPolicies` or a managed policy. Without one, `Rfc9111` forwards the request whole and CloudFront policies only what is in their key.',
  }),
  responseHeadersPolicy: setting(policyReferenceType.optional(), {
    text: 'An entry of `responseHeadersPolicies` or a managed policy.',
  }),
  compress: setting(z.boolean().default(false), {
    text: 'Compresses responses for viewers that accept it.',
    source: 'CloudFront',
  }),
  defaultRootObject: setting(
    formed('a path without a leading slash', z.string().regex(/^[^/\s?#][^\s?#]*$/)).optional(),
    { text: 'What a request for exactly `/` gets.', source: 'CloudFront' },
  ),
  hooks: setting(hooksType.prefault({}), {
    text: 'Functions at the hook points: a name, or an object.',
  }),
});

export const errorResponseType = z.strictObject({
  errorCode: setting(
    formed(`one of ${ERROR_RESPONSE_CODES.join(', ')}`, z.literal(ERROR_RESPONSE_CODES)),
    {
      text: 'The status of the origin, or of the edge, that this entry is for.',
      source: 'CloudFront',
    },
  ),
  responseCode: setting(
    formed(
      `one of 200, ${ERROR_RESPONSE_CODES.join(', ')}`,
      z.literal([200, ...ERROR_RESPONSE_CODES]),
    ).optional(),
    {
      text: 'The status that the viewer gets; goes with `responsePagePath`.',
      source: 'CloudFront',
    },
  ),
  responsePagePath: setting(
    formed('a path that begins with "/"', z.string().regex(/^\/[\x21-\x7e]*$/)).optional(),
    { text: 'Path of the page that is fetched in place of the error; goes with `responseCode`.' },
  ),
  cachingMinTtlSeconds: setting(integer(0, 31_536_000).default(10), {
    text: 'The error is stored for at least this long.',
    unit: 's',
    source: 'CloudFront',
  }),
});

export { requestHookType };
