/** Storability under a CloudFront cache policy. */
import { hasField } from '../../http/fields.ts';
import { parseVary } from '../../http/vary.ts';
import {
  type Admission,
  type AdmissionInput,
  hasValidator,
  isAuthorized,
  type NotStoredReason,
  notStored,
} from './admission.ts';
import {
  type CloudfrontPolicy,
  cloudfrontDirectives,
  cloudfrontErrorLifetime,
  cloudfrontLifetime,
  DEFAULT_ERROR_MIN_TTL_SECONDS,
  explicitLifetime,
  type Lifetime,
  restriction,
} from './freshness.ts';
import { isCachingDisabled } from './key.ts';
import {
  isShareable,
  qualifiedFields,
  reuseRules,
  storedHead,
  withheldFields,
} from './stored-head.ts';

/** Cached without Cache-Control, under DefaultTTL. */
const DEFAULT_CACHED: ReadonlySet<number> = new Set([200, 203, 204, 300, 301, 302, 303]);
/** Errors that are always cached. */
const CACHED_ERRORS: ReadonlySet<number> = new Set([404, 410, 414, 500, 501, 502, 503, 504]);
/** Errors that are cached only with max-age or s-maxage. */
const EXPLICITLY_CACHED_ERRORS: ReadonlySet<number> = new Set([400, 403, 405, 412, 415]);
/** Errors for which no-store, no-cache and private are honoured; for the others they are ignored. */
const RESTRICTABLE_ERRORS: ReadonlySet<number> = new Set([404, 410, 414, 501]);

/** The conditions of CloudFront in order; the first one that fails is the reason. */
export function admitCloudfront(input: AdmissionInput, policy: CloudfrontPolicy): Admission {
  const { response } = input;
  const refusal = refusalOf(input, policy);
  if (refusal !== undefined) return notStored(refusal);
  const isError = response.status >= 400;
  const lifetime = lifetimeOf(input, policy);
  const directives = cloudfrontDirectives(response.fields);
  // MinTTL over 0 overrides no-cache, and so does the error TTL where the restriction is ignored.
  const validates = directives.noCache === true && !isError && policy.minTtlSeconds === 0;
  const dropped = qualifiedFields(directives);
  if (policy.cookies.kind === 'none') dropped.push('set-cookie');
  const head = storedHead(input, {
    lifetime,
    // Vary never selects: what may differ is in the key, and nothing else was sent to the origin.
    selection: [],
    rules: { ...reuseRules(directives), alwaysValidate: validates, staleNeedsPermission: false },
    droppedFields: dropped,
    retentionSeconds: isError ? 0 : retentionSeconds(policy, lifetime),
  });
  return {
    kind: 'stored',
    head,
    shareable: isShareable(head),
    withheldFields: withheldFields(response.fields, dropped),
  };
}

/** Stale copies are kept up to MaxTTL from the fetch on. */
function retentionSeconds(policy: CloudfrontPolicy, lifetime: Lifetime): number {
  const seconds = lifetime.kind === 'none' ? 0 : lifetime.seconds;
  return Math.max(0, policy.maxTtlSeconds - seconds);
}

function lifetimeOf(input: AdmissionInput, policy: CloudfrontPolicy): Lifetime {
  const { response, times } = input;
  if (response.status < 400) return cloudfrontLifetime(policy, response, times);
  const minimum = input.errorMinTtlSeconds ?? DEFAULT_ERROR_MIN_TTL_SECONDS;
  return cloudfrontErrorLifetime(policy, response, times, minimum);
}

function refusalOf(input: AdmissionInput, policy: CloudfrontPolicy): NotStoredReason | undefined {
  if (isCachingDisabled(policy)) return 'disabled';
  if (input.request.method !== 'GET') return 'method';
  return (
    refusedByStatus(input) ??
    refusedByDirective(input, policy) ??
    refusedByVary(input, policy) ??
    refusedByContent(input, policy)
  );
}

function refusedByStatus(input: AdmissionInput): NotStoredReason | undefined {
  const { status, fields } = input.response;
  if (status === 206) return 'partial';
  if (status < 200 || status === 304) return 'status';
  if (status >= 400) return refusedError(input);
  if (DEFAULT_CACHED.has(status)) return undefined;
  const isCached =
    status === 307 || status === 308
      ? hasField(fields, 'cache-control')
      : explicitLifetime(cloudfrontDirectives(fields), fields, input.times) !== undefined;
  return isCached ? undefined : 'no-freshness';
}

function refusedError({ response }: AdmissionInput): NotStoredReason | undefined {
  if (CACHED_ERRORS.has(response.status)) return undefined;
  if (!EXPLICITLY_CACHED_ERRORS.has(response.status)) return 'status';
  const directives = cloudfrontDirectives(response.fields);
  const maxAge = directives.sMaxageSeconds ?? directives.maxAgeSeconds;
  return maxAge === undefined ? 'no-freshness' : undefined;
}

function refusedByDirective(
  input: AdmissionInput,
  policy: CloudfrontPolicy,
): NotStoredReason | undefined {
  const { status, fields } = input.response;
  const restricted = restriction(cloudfrontDirectives(fields));
  if (restricted === undefined) return undefined;
  if (status >= 400) return RESTRICTABLE_ERRORS.has(status) ? restricted : undefined;
  if (policy.minTtlSeconds > 0) return undefined;
  // Every request goes to the origin; with a validator a no-cache response is kept to make that a 304.
  return restricted === 'no-cache' && hasValidator(fields) ? undefined : restricted;
}

function refusedByVary(
  input: AdmissionInput,
  policy: CloudfrontPolicy,
): NotStoredReason | undefined {
  // `Vary: *` with MinTTL 0 is always fetched again, without conditions: the same as not stored.
  if (policy.minTtlSeconds > 0) return undefined;
  return parseVary(input.response.fields) === '*' ? 'vary-star' : undefined;
}

function refusedByContent(
  input: AdmissionInput,
  policy: CloudfrontPolicy,
): NotStoredReason | undefined {
  if ((input.lengthBytes ?? 0) > input.maxResponseBytes) return 'too-large';
  // Differs: a forwarded Authorization that is not in the key would share one viewer's answer with all.
  if (!isAuthorized(input) || isKeyed(policy, 'authorization')) return undefined;
  const directives = cloudfrontDirectives(input.response.fields);
  const allowed = directives.public === true || directives.sMaxageSeconds !== undefined;
  return allowed || directives.mustRevalidate === true ? undefined : 'authorization';
}

function isKeyed(policy: CloudfrontPolicy, lowerName: string): boolean {
  const { headers } = policy;
  switch (headers.kind) {
    case 'all':
      return true;
    case 'none':
      return false;
    default:
      return headers.names.includes(lowerName) === (headers.kind === 'include');
  }
}
