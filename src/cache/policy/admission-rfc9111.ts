/** Storability under plain RFC 9111. */
import {
  type ResponseDirectives,
  requestDirectives,
  responseDirectives,
} from '../../http/cache-control.ts';
import { fieldValue, hasField } from '../../http/fields.ts';
import { isHeuristicallyCacheable, isUnderstoodStatus } from '../../http/status.ts';
import { parseVary, selectionOf } from '../../http/vary.ts';
import {
  type Admission,
  type AdmissionInput,
  isAuthorized,
  type NotStoredReason,
  notStored,
} from './admission.ts';
import { type Lifetime, rfc9111Lifetime } from './freshness.ts';
import { sameOriginTarget } from './invalidation.ts';
import {
  isShareable,
  isWorthStoring,
  qualifiedFields,
  reuseRules,
  STALE_RETENTION_SECONDS,
  storedHead,
  withheldFields,
} from './stored-head.ts';

/** The conditions of RFC 9111 §3, in order; the first one that fails is the reason. */
export function admitRfc9111(input: AdmissionInput): Admission {
  const { response } = input;
  const { source, directives } = responseDirectives(response.fields);
  const lifetime = withErrorMinimum(
    rfc9111Lifetime({ ...input, directives, targeted: source === 'cdn-cache-control' }),
    directives,
    input,
  );
  const vary = parseVary(response.fields);
  const refusal = refusalOf(input, directives, lifetime);
  if (refusal !== undefined) return notStored(refusal);
  if (vary === '*') return notStored('vary-star');
  const rules = reuseRules(directives);
  if (!isWorthStoring(response.fields, lifetime, rules)) return notStored('no-freshness');
  const dropped = qualifiedFields(directives);
  const head = storedHead(input, {
    lifetime,
    rules,
    selection: selectionOf(input.request.fields, vary),
    droppedFields: dropped,
    retentionSeconds: Math.max(
      STALE_RETENTION_SECONDS,
      rules.staleWhileRevalidateSeconds ?? 0,
      rules.staleIfErrorSeconds ?? 0,
    ),
  });
  return {
    kind: 'stored',
    head,
    shareable: isShareable(head),
    withheldFields: withheldFields(response.fields, dropped),
  };
}

function refusalOf(
  input: AdmissionInput,
  directives: ResponseDirectives,
  lifetime: Lifetime,
): NotStoredReason | undefined {
  return (
    refusedByMethodOrStatus(input, lifetime) ??
    refusedByDirective(input, directives) ??
    refusedByLifetime(input, directives, lifetime) ??
    refusedByContent(input, lifetime)
  );
}

function refusedByMethodOrStatus(
  input: AdmissionInput,
  lifetime: Lifetime,
): NotStoredReason | undefined {
  const { request, response } = input;
  if (request.method !== 'GET' && !isReusablePost(input, lifetime)) return 'method';
  if (response.status === 206) return 'partial';
  return response.status < 200 || response.status === 304 ? 'status' : undefined;
}

/** RFC 9111 §3, last condition: without explicit freshness and `public`, only some statuses may be stored at all. */
function refusedByLifetime(
  input: AdmissionInput,
  directives: ResponseDirectives,
  lifetime: Lifetime,
): NotStoredReason | undefined {
  if (lifetime.kind !== 'none' || directives.public === true) return undefined;
  return isHeuristicallyCacheable(input.response.status) ? undefined : 'no-freshness';
}

/** RFC 9110 §9.3.3: a POST response with explicit freshness whose Content-Location is the target URI serves later GETs. */
function isReusablePost(input: AdmissionInput, lifetime: Lifetime): boolean {
  if (input.request.method !== 'POST' || lifetime.kind !== 'explicit') return false;
  const location = fieldValue(input.response.fields, 'content-location');
  return location !== undefined && sameOriginTarget(location, input.key) === input.key.target;
}

function refusedByDirective(
  input: AdmissionInput,
  directives: ResponseDirectives,
): NotStoredReason | undefined {
  if (directives.mustUnderstand === true) {
    // RFC 9111 §5.2.2.3: where the status is understood, no-store beside must-understand is for older caches.
    if (!isUnderstoodStatus(input.response.status)) return 'must-understand';
  } else if (directives.noStore === true) return 'no-store';
  if (directives.private === true) return 'private';
  if (requestDirectives(input.request.fields).noStore === true) return 'request-no-store';
  return isAuthorized(input) && !allowsAuthorized(directives) ? 'authorization' : undefined;
}

/** RFC 9111 §3.5. */
function allowsAuthorized(directives: ResponseDirectives): boolean {
  return (
    directives.public === true ||
    directives.mustRevalidate === true ||
    directives.sMaxageSeconds !== undefined
  );
}

function refusedByContent(input: AdmissionInput, lifetime: Lifetime): NotStoredReason | undefined {
  const { fields } = input.response;
  if ((input.lengthBytes ?? 0) > input.maxResponseBytes) return 'too-large';
  // RFC 9111 §7.3: Set-Cookie does not forbid caching. An origin that states a lifetime is taken at its word; where the
  // lifetime would be a guess, one viewer's cookie must not go to others.
  if (lifetime.kind !== 'explicit' && hasField(fields, 'set-cookie')) return 'set-cookie';
  return undefined;
}

/** An error response rule of the configuration lengthens the lifetime, unless the origin forbids reuse. */
function withErrorMinimum(
  lifetime: Lifetime,
  directives: ResponseDirectives,
  input: AdmissionInput,
): Lifetime {
  const minimum = input.errorMinTtlSeconds;
  if (minimum === undefined || input.response.status < 400 || directives.noCache === true) {
    return lifetime;
  }
  if (lifetime.kind !== 'none' && lifetime.seconds >= minimum) return lifetime;
  return { kind: 'policy', source: 'error-min-ttl', seconds: minimum };
}
