import type { z } from 'zod';
import type {
  CachePolicy,
  CorsPolicy,
  NameSelection,
  OriginRequestPolicy,
  ResponseHeadersPolicy,
} from '../config.ts';
import {
  MANAGED_CACHE_POLICIES,
  MANAGED_ORIGIN_REQUEST_POLICIES,
  MANAGED_RESPONSE_HEADERS_POLICIES,
  type ManagedPolicy,
  managedPolicy,
  RFC9111_POLICY,
} from '../managed-policies.ts';
import type { ConfigPieces, NamedSection, Piece } from '../parse.ts';
import type { ConfigPath } from '../problem.ts';
import type {
  cachePolicyType,
  corsType,
  originRequestPolicyType,
  responseHeadersPolicyType,
} from '../schema/policies.ts';
import { type CompileContext, reportUnknownName } from './context.ts';

/** Finds the policy that a behavior names; reports an unknown name and answers `undefined`. */
export type FindPolicy<Policy> = (at: ConfigPath, reference: string) => Policy | undefined;

export interface Policies {
  readonly cachePolicy: FindPolicy<CachePolicy>;
  readonly originRequestPolicy: FindPolicy<OriginRequestPolicy>;
  readonly responseHeadersPolicy: FindPolicy<ResponseHeadersPolicy>;
}

type Selection = 'all' | 'none' | readonly string[] | { include: string[] } | { exclude: string[] };
type Letters = 'lower-case' | 'as-given';

const DEFAULT_TTL_SECONDS = 86_400;
const MAX_TTL_SECONDS = 31_536_000;

/** CloudFront refuses these in a cache key. */
const UNKEYABLE_HEADERS = ['connection', 'cookie', 'proxy-authorization', 'te', 'upgrade'];

/** CloudFront refuses to set or remove these in a response headers policy: they belong to the connection or the edge. */
const EDGE_OWN_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
  'warning',
  'x-cache',
]);

const RFC9111_ROW = { name: RFC9111_POLICY.name, id: RFC9111_POLICY.name, policy: RFC9111_POLICY };

/** All policies that behaviors can name: those of the file and the managed ones. */
export function compilePolicies(pieces: ConfigPieces, context: CompileContext): Policies {
  const cachePolicies = entries(pieces.cachePolicies, (name, policy) =>
    compileCachePolicy(name, policy, context),
  );
  const originRequestPolicies = entries(pieces.originRequestPolicies, compileOriginRequestPolicy);
  const responseHeadersPolicies = entries(pieces.responseHeadersPolicies, (name, policy) =>
    compileResponseHeadersPolicy(name, policy, context),
  );
  const finder = { pieces, context };
  return {
    cachePolicy: policyFinder(finder, 'cachePolicies', cachePolicies, [
      RFC9111_ROW,
      ...MANAGED_CACHE_POLICIES,
    ]),
    originRequestPolicy: policyFinder(
      finder,
      'originRequestPolicies',
      originRequestPolicies,
      MANAGED_ORIGIN_REQUEST_POLICIES,
    ),
    responseHeadersPolicy: policyFinder(
      finder,
      'responseHeadersPolicies',
      responseHeadersPolicies,
      MANAGED_RESPONSE_HEADERS_POLICIES,
    ),
  };
}

function entries<Input, Policy>(
  pieces: ReadonlyMap<string, Piece<Input>>,
  compile: (name: string, input: Input) => Policy,
): Map<string, Policy> {
  return new Map([...pieces].map(([name, piece]) => [name, compile(name, piece.value)]));
}

function policyFinder<Policy>(
  { pieces, context }: { readonly pieces: ConfigPieces; readonly context: CompileContext },
  section: NamedSection,
  own: ReadonlyMap<string, Policy>,
  managed: readonly ManagedPolicy<Policy>[],
): FindPolicy<Policy> {
  const names = pieces.namesOf(section);
  for (const name of names) {
    if (managedPolicy(managed, name) === undefined) continue;
    const expected = 'a name that no managed policy has';
    context.report({ path: [section, name], found: name, expected });
  }
  return (path, found) => {
    const policy = own.get(found) ?? managedPolicy(managed, found);
    if (policy === undefined && !names.includes(found)) {
      const known = [...names, ...managed.map((row) => row.name)];
      const expected = `an entry of ${section} or a managed policy`;
      reportUnknownName(context, { path, found, expected }, known);
    }
    return policy;
  };
}

function compileCachePolicy(
  name: string,
  input: z.output<typeof cachePolicyType>,
  context: CompileContext,
): CachePolicy {
  const at = ['cachePolicies', name];
  const { key, minTtlSeconds } = input;
  const headers = selectionOf(key.headers, 'lower-case');
  if (headers.kind === 'include') {
    for (const found of headers.names.filter((header) => UNKEYABLE_HEADERS.includes(header))) {
      const expected = `none of ${UNKEYABLE_HEADERS.join(', ')}: they cannot be part of a key`;
      context.report({ path: [...at, 'key', 'headers'], found, expected });
    }
  }
  return {
    kind: 'cloudfront',
    name,
    minTtlSeconds,
    ...compileTtls(at, input, context),
    headers,
    cookies: selectionOf(key.cookies, 'as-given'),
    queryStrings: selectionOf(key.queryStrings, 'as-given'),
    acceptEncodingGzip: key.acceptEncodingGzip,
    acceptEncodingBrotli: key.acceptEncodingBrotli,
  };
}

/** Minimum ≤ default ≤ maximum. What is not given bends to what is. */
function compileTtls(
  at: ConfigPath,
  input: z.output<typeof cachePolicyType>,
  context: CompileContext,
): { readonly defaultTtlSeconds: number; readonly maxTtlSeconds: number } {
  const { minTtlSeconds, defaultTtlSeconds, maxTtlSeconds } = input;
  if (maxTtlSeconds !== undefined && maxTtlSeconds < minTtlSeconds) {
    const expected = `at least minTtlSeconds (${minTtlSeconds})`;
    context.report({ path: [...at, 'maxTtlSeconds'], found: maxTtlSeconds, expected });
  }
  const highest = maxTtlSeconds ?? Math.max(MAX_TTL_SECONDS, minTtlSeconds, defaultTtlSeconds ?? 0);
  if (defaultTtlSeconds === undefined) {
    const bent = Math.min(Math.max(DEFAULT_TTL_SECONDS, minTtlSeconds), highest);
    return { defaultTtlSeconds: bent, maxTtlSeconds: highest };
  }
  if (defaultTtlSeconds < minTtlSeconds || defaultTtlSeconds > highest) {
    const expected = `a value from minTtlSeconds (${minTtlSeconds}) to maxTtlSeconds (${highest})`;
    context.report({ path: [...at, 'defaultTtlSeconds'], found: defaultTtlSeconds, expected });
  }
  return { defaultTtlSeconds, maxTtlSeconds: highest };
}

function compileOriginRequestPolicy(
  name: string,
  input: z.output<typeof originRequestPolicyType>,
): OriginRequestPolicy {
  const headers = selectionOf(input.headers, 'lower-case');
  const added = input.cloudfrontHeaders.map((header) => header.toLowerCase());
  const rest = {
    name,
    cookies: selectionOf(input.cookies, 'as-given'),
    queryStrings: selectionOf(input.queryStrings, 'as-given'),
  };
  if (headers.kind !== 'include') return { ...rest, headers, cloudfrontHeaders: added };
  return {
    ...rest,
    headers: namesIncluded(headers.names.filter((header) => !isEdgeHeader(header))),
    cloudfrontHeaders: [...new Set([...added, ...headers.names.filter(isEdgeHeader)])],
  };
}

/** The edge itself writes these fields, so a policy that includes them asks for them to be added. */
function isEdgeHeader(header: string): boolean {
  return header.startsWith('cloudfront-');
}

function compileResponseHeadersPolicy(
  name: string,
  input: z.output<typeof responseHeadersPolicyType>,
  context: CompileContext,
): ResponseHeadersPolicy {
  const at = ['responseHeadersPolicies', name];
  const expected = 'another field: this one belongs to the connection or to the edge';
  input.remove.forEach((found, index) => {
    if (!EDGE_OWN_HEADERS.has(found.toLowerCase())) return;
    context.report({ path: [...at, 'remove', index], found, expected });
  });
  for (const found of Object.keys(input.set)) {
    if (!EDGE_OWN_HEADERS.has(found.toLowerCase())) continue;
    context.report({ path: [...at, 'set', found], found, expected });
  }
  const policy = {
    name,
    remove: input.remove.map((header) => header.toLowerCase()),
    set: Object.entries(input.set).map(([header, value]) =>
      typeof value === 'string'
        ? { name: header, value, override: true }
        : { name: header, ...value },
    ),
  };
  return input.cors === undefined ? policy : { ...policy, cors: compileCors(input.cors) };
}

function compileCors({ maxAgeSeconds, ...cors }: z.output<typeof corsType>): CorsPolicy {
  return maxAgeSeconds === undefined ? cors : { ...cors, maxAgeSeconds };
}

function selectionOf(selection: Selection, letters: Letters): NameSelection {
  if (selection === 'all' || selection === 'none') return { kind: selection };
  const cased = (names: readonly string[]): readonly string[] =>
    letters === 'as-given' ? names : names.map((name) => name.toLowerCase());
  if ('exclude' in selection) return namesExcluded(cased(selection.exclude));
  return namesIncluded(cased('include' in selection ? selection.include : selection));
}

function namesIncluded(names: readonly string[]): NameSelection {
  return names.length === 0 ? { kind: 'none' } : { kind: 'include', names: [...new Set(names)] };
}

function namesExcluded(names: readonly string[]): NameSelection {
  return names.length === 0 ? { kind: 'all' } : { kind: 'exclude', names: [...new Set(names)] };
}
