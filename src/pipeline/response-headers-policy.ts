import type { CorsPolicy, ResponseHeadersPolicy } from '../config/config.ts';
import { type Fields, fieldValue, hasField, withField, withoutFields } from '../http/fields.ts';
import type { RequestHead } from '../http/message.ts';

const CORS_FIELDS = [
  'access-control-allow-origin',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-allow-credentials',
  'access-control-expose-headers',
  'access-control-max-age',
];

/** Applies a response headers policy in CloudFront's order (CloudFront developer guide): remove, CORS, then the set fields. Pure. */
export function applyResponseHeadersPolicy(
  fields: Fields,
  policy: ResponseHeadersPolicy,
  request: RequestHead,
): Fields {
  let applied =
    policy.remove.length === 0
      ? fields
      : withoutFields(fields, new Set(policy.remove.map((name) => name.toLowerCase())));
  if (policy.cors !== undefined) applied = applyCors(applied, policy.cors, request);
  for (const { name, value, override } of policy.set) {
    if (override || !hasField(applied, name.toLowerCase()))
      applied = withField(applied, name, value);
  }
  return applied;
}

/** Only for CORS requests. Without override, one CORS field of the origin keeps all of the policy's away. */
function applyCors(fields: Fields, cors: CorsPolicy, request: RequestHead): Fields {
  const origin = fieldValue(request.fields, 'origin');
  if (origin === undefined) return fields;
  if (!cors.originOverride && CORS_FIELDS.some((name) => hasField(fields, name))) return fields;
  const allowed = allowedOrigin(cors.allowOrigins, origin);
  if (allowed === undefined) return fields;
  let applied: Fields = withField(fields, 'Access-Control-Allow-Origin', allowed);
  const set = (name: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') applied = withField(applied, name, value);
  };
  set('Access-Control-Allow-Credentials', cors.allowCredentials ? 'true' : undefined);
  set('Access-Control-Expose-Headers', cors.exposeHeaders.join(', '));
  if (request.method === 'OPTIONS') {
    set('Access-Control-Allow-Methods', cors.allowMethods.join(', '));
    set('Access-Control-Allow-Headers', cors.allowHeaders.join(', '));
    set('Access-Control-Max-Age', cors.maxAgeSeconds?.toString());
  }
  if (allowed !== '*') applied = [...applied, 'Vary', 'Origin'];
  return applied;
}

function allowedOrigin(patterns: readonly string[], origin: string): string | undefined {
  if (patterns.includes('*')) return '*';
  return patterns.some((pattern) => originMatches(pattern, origin)) ? origin : undefined;
}

/** A pattern may lack the scheme (then http and https match), and its host may begin with `*.`, its port be `*`. */
function originMatches(pattern: string, origin: string): boolean {
  const [patternScheme, patternRest] = splitScheme(pattern);
  const [scheme, rest] = splitScheme(origin);
  if (patternScheme !== undefined && patternScheme !== scheme) return false;
  const [patternHost, patternPort] = splitPort(patternRest);
  const [host, port] = splitPort(rest);
  if (patternPort !== '*' && patternPort !== port) return false;
  if (!patternHost.startsWith('*.')) return patternHost.toLowerCase() === host.toLowerCase();
  return host.toLowerCase().endsWith(patternHost.slice(1).toLowerCase());
}

function splitScheme(text: string): [string | undefined, string] {
  const at = text.indexOf('://');
  return at < 0 ? [undefined, text] : [text.slice(0, at).toLowerCase(), text.slice(at + 3)];
}

function splitPort(text: string): [string, string] {
  const at = text.lastIndexOf(':');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
