import os from 'node:os';
import path from 'node:path';
import { compileBehaviors, compileErrorResponses } from './compile/behaviors.ts';
import { absolutePath, type CompileContext, existingFile, pathKind } from './compile/context.ts';
import { compileFunctions } from './compile/functions.ts';
import { compileOriginGroups, compileOrigins } from './compile/origins.ts';
import { compilePolicies } from './compile/policies.ts';
import type { AccessLogConfig, AdminConfig, CacheConfig, EdgeConfig } from './config.ts';
import { type ConfigPieces, formProblems, piecesOf } from './parse.ts';
import { type ConfigProblem, problemOf } from './problem.ts';
import { findUnsupportedValues } from './unsupported.ts';

/** A usable configuration, or everything that keeps it from being one. */
export type LoadedConfig =
  | { readonly kind: 'loaded'; readonly config: EdgeConfig }
  | { readonly kind: 'invalid'; readonly problems: readonly ConfigProblem[] };

const DEFAULT_MAX_RESPONSE_BYTES = 16_777_216;

/**
 * Turns what a user wrote into the configuration that the other rooms see: defaults filled in, policies resolved, paths
 * absolute, names checked, frozen. Every problem of the input is reported at once. `baseDir` is where relative paths
 * begin. Looks at the paths of the file (do they exist) and at nothing else outside the input.
 */
export function compileConfig(input: unknown, baseDir: string): LoadedConfig {
  const problems = formProblems(input);
  const context: CompileContext = {
    baseDir: path.resolve(baseDir),
    report: (finding) => {
      problems.push(problemOf(finding));
    },
  };
  findUnsupportedValues(input, (at, found, expected) => {
    context.report({ path: at, found, expected });
  });
  const config = compilePieces(piecesOf(input), context);
  if (problems.length > 0 || config === undefined) return { kind: 'invalid', problems };
  return { kind: 'loaded', config: frozen(config) };
}

/** `undefined` if a section is broken as a whole; the problems then say so. */
function compilePieces(pieces: ConfigPieces, context: CompileContext): EdgeConfig | undefined {
  const policies = compilePolicies(pieces, context);
  const functions = compileFunctions(pieces, context);
  const named = {
    baseDir: context.baseDir,
    origins: compileOrigins(pieces, context),
    originGroups: compileOriginGroups(pieces, context),
    functions,
    behaviors: compileBehaviors({ pieces, functions, policies, context }),
    errorResponses: compileErrorResponses(pieces, context),
  };
  checkListeners(pieces, context);
  const admin = compileAdmin(pieces, context);
  const accessLog = compileAccessLog(pieces, context);
  const cache = compileCache(pieces, context);
  if (!pieces.listeners || !pieces.settings || !cache) return undefined;
  const { workers, ...settings } = pieces.settings.value;
  return {
    ...named,
    ...settings,
    listeners: pieces.listeners.value,
    ...(admin === undefined ? {} : { admin }),
    workers: workers === 'auto' ? os.availableParallelism() : workers,
    cache,
    ...(accessLog === undefined ? {} : { accessLog }),
  };
}

/** Two listeners cannot share an address; port 0 is a new one each time. */
function checkListeners(pieces: ConfigPieces, context: CompileContext): void {
  const seen = new Set<string>();
  const check = (at: readonly (string | number)[], host: string, port: number): void => {
    const address = `${host} ${port}`;
    if (port !== 0 && seen.has(address)) {
      const expected = `a port that no other listener on ${host} has`;
      context.report({ path: [...at, 'port'], found: port, expected });
    }
    seen.add(address);
  };
  if (pieces.listeners?.complete === true) {
    pieces.listeners.value.forEach(({ host, port }, index) => {
      check(['listeners', index], host, port);
    });
  }
  const admin = pieces.admin?.value;
  if (admin !== undefined) check(['admin'], admin.host, admin.port);
}

function compileAdmin(pieces: ConfigPieces, context: CompileContext): AdminConfig | undefined {
  const admin = pieces.admin?.value;
  if (admin === undefined) return undefined;
  const { host, port, tokenFile } = admin;
  if (tokenFile === undefined) return { host, port };
  return { host, port, tokenFile: existingFile(context, ['admin', 'tokenFile'], tokenFile) };
}

function compileAccessLog(
  pieces: ConfigPieces,
  context: CompileContext,
): AccessLogConfig | undefined {
  const accessLog = pieces.accessLog?.value;
  if (accessLog === undefined || accessLog.file === '-') return accessLog;
  const file = absolutePath(context, accessLog.file);
  if (pathKind(path.dirname(file)) !== 'folder' || pathKind(file) === 'folder') {
    const expected = `a file in an existing folder; ${file} cannot be one`;
    context.report({ path: ['accessLog', 'file'], found: accessLog.file, expected });
  }
  return { ...accessLog, file };
}

function compileCache(pieces: ConfigPieces, context: CompileContext): CacheConfig | undefined {
  if (pieces.cache === undefined) return undefined;
  const { maxBytes, maxResponseBytes } = pieces.cache.value.memory;
  if (maxResponseBytes !== undefined && maxResponseBytes > maxBytes && pieces.cache.complete) {
    const expected = `at most maxBytes (${maxBytes})`;
    const at = ['cache', 'memory', 'maxResponseBytes'];
    context.report({ path: at, found: maxResponseBytes, expected });
  }
  const fallback = Math.min(DEFAULT_MAX_RESPONSE_BYTES, maxBytes);
  return { memory: { maxBytes, maxResponseBytes: maxResponseBytes ?? fallback } };
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}
