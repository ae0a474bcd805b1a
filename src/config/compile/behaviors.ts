import type { z } from 'zod';
import type {
  BehaviorConfig,
  ErrorResponseConfig,
  FunctionConfig,
  HookConfig,
  HookPointName,
} from '../config.ts';
import type { ConfigPieces, Piece } from '../parse.ts';
import type { ConfigPath } from '../problem.ts';
import type {
  behaviorType,
  errorResponseType,
  hooksType,
  requestHookType,
} from '../schema/behaviors.ts';
import { unsupportedAt } from '../unsupported.ts';
import { type CompileContext, reportUnknownName } from './context.ts';
import type { Policies } from './policies.ts';

type BehaviorInput = z.output<typeof behaviorType>;
type HooksInput = z.output<typeof hooksType>;
type HookInput = Partial<z.output<typeof requestHookType>> & { readonly function: string };

/** What the parts of a behavior refer to. */
interface References {
  readonly pieces: ConfigPieces;
  readonly functions: Readonly<Record<string, FunctionConfig>>;
  readonly policies: Policies;
  readonly context: CompileContext;
}

const CATCH_ALL = '*';
const POINTS: readonly HookPointName[] = [
  'viewer-request',
  'origin-request',
  'origin-response',
  'viewer-response',
];

/** Behaviors in order: references resolved, hooks as records. */
export function compileBehaviors(references: References): BehaviorConfig[] {
  const { pieces } = references;
  checkOrder(pieces.behaviors, references.context);
  return pieces.behaviors.flatMap((piece, index) => {
    const behavior =
      piece === undefined ? undefined : compileBehavior(index, piece.value, references);
    return behavior === undefined ? [] : [behavior];
  });
}

/** A pattern has an optional leading slash; with it, equal patterns are equal text. */
function normalPath(path: string): string {
  if (path === '/*') return CATCH_ALL;
  return path.startsWith('/') || path.startsWith('*') ? path : `/${path}`;
}

function checkOrder(
  behaviors: readonly (Piece<BehaviorInput> | undefined)[],
  context: CompileContext,
): void {
  const seen = new Set<string>();
  behaviors.forEach((piece, index) => {
    if (piece === undefined) return;
    const found = piece.value.path;
    const path = ['behaviors', index, 'path'];
    if (seen.has(CATCH_ALL)) {
      context.report({ path, found, expected: 'no behavior after the one with path "*"' });
    } else if (seen.has(normalPath(found))) {
      context.report({ path, found, expected: 'a path that no earlier behavior has' });
    } else if (index === behaviors.length - 1 && normalPath(found) !== CATCH_ALL) {
      context.report({ path, found, expected: '"*" as the path of the last behavior' });
    }
    seen.add(normalPath(found));
  });
}

function compileBehavior(
  index: number,
  input: BehaviorInput,
  references: References,
): BehaviorConfig | undefined {
  const at = ['behaviors', index];
  const { policies } = references;
  checkOrigin([...at, 'origin'], input.origin, references);
  const hooks = compileHooks([...at, 'hooks'], input.hooks, references);
  const cachePolicy = policies.cachePolicy([...at, 'cachePolicy'], input.cachePolicy);
  const { originRequestPolicy: orp, responseHeadersPolicy: rhp, defaultRootObject } = input;
  const originRequestPolicy =
    orp && policies.originRequestPolicy([...at, 'originRequestPolicy'], orp);
  const responseHeadersPolicy =
    rhp && policies.responseHeadersPolicy([...at, 'responseHeadersPolicy'], rhp);
  if (cachePolicy === undefined) return undefined;
  return {
    path: normalPath(input.path),
    origin: input.origin,
    viewerProtocolPolicy: input.viewerProtocolPolicy,
    allowedMethods: input.allowedMethods ?? (cachePolicy.kind === 'rfc9111' ? 'all' : 'read'),
    cachePolicy,
    ...(originRequestPolicy ? { originRequestPolicy } : {}),
    ...(responseHeadersPolicy ? { responseHeadersPolicy } : {}),
    compress: input.compress,
    ...(defaultRootObject === undefined ? {} : { defaultRootObject }),
    hooks,
  };
}

function checkOrigin(path: ConfigPath, found: string, { pieces, context }: References): void {
  const known = [...pieces.namesOf('origins'), ...pieces.namesOf('originGroups')];
  if (known.includes(found)) return;
  const expected = 'the name of an origin or of an origin group';
  reportUnknownName(context, { path, found, expected }, known);
}

function compileHooks(
  at: ConfigPath,
  input: HooksInput,
  references: References,
): BehaviorConfig['hooks'] {
  const hooks: Partial<Record<HookPointName, HookConfig>> = {};
  for (const point of POINTS) {
    const value = input[point];
    const hook = value && compileHook([...at, point], value, references);
    if (hook) hooks[point] = hook;
  }
  checkViewerRuntimes(at, hooks, references);
  return hooks;
}

function compileHook(
  at: ConfigPath,
  value: string | HookInput,
  references: References,
): HookConfig | undefined {
  const input: HookInput = typeof value === 'string' ? { function: value } : value;
  const limits = limitsOfHook(
    typeof value === 'string' ? at : [...at, 'function'],
    input,
    references,
  );
  if (limits === undefined) return undefined;
  // A function with problems of its own may be without the limit that it states, so nothing is compared with it.
  const compare = references.pieces.functions.get(input.function)?.complete === true;
  if (compare) checkTightened(at, input, limits, references.context);
  return {
    function: input.function,
    includeBody: input.includeBody ?? false,
    timeoutMs: input.timeoutMs ?? limits.timeoutMs,
    cpuMs: input.cpuMs ?? limits.cpuMs,
    onFailure: input.onFailure ?? 'fail',
  };
}

/** The limits of the function that the hook names; `undefined` if that function is unknown, unusable or broken. */
function limitsOfHook(
  path: ConfigPath,
  { function: found }: HookInput,
  { pieces, functions, context }: References,
): FunctionConfig['limits'] | undefined {
  if (unsupportedAt(path, found) !== undefined) return undefined;
  const known = pieces.namesOf('functions');
  if (known.includes(found)) return functions[found]?.limits;
  reportUnknownName(context, { path, found, expected: 'the name of a function' }, known);
  return undefined;
}

function checkTightened(
  at: ConfigPath,
  input: HookInput,
  limits: FunctionConfig['limits'],
  context: CompileContext,
): void {
  for (const member of ['timeoutMs', 'cpuMs'] as const) {
    const found = input[member];
    if (found === undefined || found <= limits[member]) continue;
    const expected = `at most ${limits[member]}, the limit of function "${input.function}"`;
    context.report({ path: [...at, member], found, expected });
  }
}

/** CloudFront: the two viewer events of one behavior are both functions of one kind. */
function checkViewerRuntimes(
  at: ConfigPath,
  hooks: BehaviorConfig['hooks'],
  { functions, context }: References,
): void {
  const [request, response] = [hooks['viewer-request'], hooks['viewer-response']];
  if (request === undefined || response === undefined) return;
  const runtime = functions[request.function]?.runtime;
  if (runtime === undefined || runtime === functions[response.function]?.runtime) return;
  const expected = `a function with the runtime of the viewer-request hook, "${runtime}"`;
  context.report({ path: [...at, 'viewer-response'], found: response.function, expected });
}

/** Error responses, checked for pairs and doubles. */
export function compileErrorResponses(
  pieces: ConfigPieces,
  context: CompileContext,
): ErrorResponseConfig[] {
  const seen = new Set<number>();
  return pieces.errorResponses.flatMap((piece, index) => {
    if (piece === undefined) return [];
    const { errorCode } = piece.value;
    const path = ['errorResponses', index];
    if (seen.has(errorCode)) {
      const expected = 'a status that no earlier entry has';
      context.report({ path: [...path, 'errorCode'], found: errorCode, expected });
    }
    seen.add(errorCode);
    if (piece.complete) checkPage(path, piece.value, context);
    return [compileErrorResponse(piece.value)];
  });
}

function checkPage(
  at: ConfigPath,
  input: z.output<typeof errorResponseType>,
  context: CompileContext,
): void {
  const { responseCode, responsePagePath } = input;
  if ((responseCode === undefined) === (responsePagePath === undefined)) return;
  const missing = responseCode === undefined ? 'responseCode' : 'responsePagePath';
  const other = responseCode === undefined ? 'responsePagePath' : 'responseCode';
  const expected = `a value, because ${other} is set`;
  context.report({ path: [...at, missing], found: undefined, expected });
}

function compileErrorResponse({
  errorCode,
  cachingMinTtlSeconds,
  responseCode,
  responsePagePath,
}: z.output<typeof errorResponseType>): ErrorResponseConfig {
  return {
    errorCode,
    cachingMinTtlSeconds,
    ...(responseCode === undefined ? {} : { responseCode }),
    ...(responsePagePath === undefined ? {} : { responsePagePath }),
  };
}
