import { z } from 'zod';
import {
  type ConfigPath,
  type ConfigProblem,
  formatFound,
  formatPath,
  formatProblem,
  problemOf,
} from './problem.ts';
import { behaviorType, errorResponseType } from './schema/behaviors.ts';
import { functionType } from './schema/functions.ts';
import { originGroupType, originType } from './schema/origins.ts';
import {
  cachePolicyType,
  originRequestPolicyType,
  responseHeadersPolicyType,
} from './schema/policies.ts';
import { configType } from './schema.ts';
import { expectationOf, membersOf, typeAt, unwrapped } from './schema-tree.ts';
import { suggestName } from './suggest.ts';
import { unsupportedAt } from './unsupported.ts';

/**
 * The boundary where the file becomes typed. The schema reports every problem of form; what is well formed goes on piece by
 * piece, so that the checks of names, files and limits report theirs in the same run.
 */

/** One entry of the file. `complete` is false if members with problems were left out of it. */
export interface Piece<T> {
  readonly value: T;
  readonly complete: boolean;
}

const settingsType = configType.pick({
  workers: true,
  limits: true,
  log: true,
  compat: true,
  distribution: true,
  debug: true,
  drainTimeoutMs: true,
});

type Pieces<T extends z.ZodType> = ReadonlyMap<string, Piece<z.output<T>>>;
type Shape = typeof configType.shape;
type PieceOf<Name extends keyof Shape> = Piece<z.output<Shape[Name]>> | undefined;

/** The file in pieces. Entries too broken to look at are missing, or `undefined` in a list. */
export interface ConfigPieces {
  readonly listeners: PieceOf<'listeners'>;
  readonly admin: PieceOf<'admin'>;
  readonly origins: Pieces<typeof originType>;
  readonly originGroups: Pieces<typeof originGroupType>;
  readonly functions: Pieces<typeof functionType>;
  readonly cachePolicies: Pieces<typeof cachePolicyType>;
  readonly originRequestPolicies: Pieces<typeof originRequestPolicyType>;
  readonly responseHeadersPolicies: Pieces<typeof responseHeadersPolicyType>;
  readonly behaviors: readonly (Piece<z.output<typeof behaviorType>> | undefined)[];
  readonly errorResponses: readonly (Piece<z.output<typeof errorResponseType>> | undefined)[];
  readonly cache: PieceOf<'cache'>;
  /** What needs no look beyond its own form. */
  readonly settings: Piece<z.output<typeof settingsType>> | undefined;
  readonly accessLog: PieceOf<'accessLog'>;
  /** Names of all entries, the broken ones too: a reference to one of those is no second problem. */
  readonly namesOf: (section: NamedSection) => readonly string[];
}

export type NamedSection =
  | 'origins'
  | 'originGroups'
  | 'functions'
  | 'cachePolicies'
  | 'originRequestPolicies'
  | 'responseHeadersPolicies';

/** Every problem of form in the file. */
export function formProblems(input: unknown): ConfigProblem[] {
  const parsed = configType.safeParse(input);
  if (parsed.success) return [];
  const problems = parsed.error.issues.flatMap((issue) =>
    problemsOfIssue(issue, issue.path, input),
  );
  // A number that is neither whole nor in range breaks two rules and is one problem.
  return [...new Map(problems.map((problem) => [formatProblem(problem), problem])).values()];
}

/** Takes the file apart. `input` is what was parsed from JSON, or what a caller passed. */
export function piecesOf(input: unknown): ConfigPieces {
  const file = isRecord(input) ? input : {};
  const { shape } = configType;
  return {
    listeners: pieceOf(shape.listeners, file['listeners']),
    admin: pieceOf(shape.admin, file['admin']),
    origins: namedPieces(originType, file['origins']),
    originGroups: namedPieces(originGroupType, file['originGroups']),
    functions: namedPieces(functionType, file['functions']),
    cachePolicies: namedPieces(cachePolicyType, file['cachePolicies']),
    originRequestPolicies: namedPieces(originRequestPolicyType, file['originRequestPolicies']),
    responseHeadersPolicies: namedPieces(
      responseHeadersPolicyType,
      file['responseHeadersPolicies'],
    ),
    behaviors: listPieces(behaviorType, file['behaviors']),
    errorResponses: listPieces(errorResponseType, file['errorResponses']),
    cache: pieceOf(shape.cache, file['cache']),
    settings: pieceOf(settingsType, pick(file, Object.keys(settingsType.shape))),
    accessLog: pieceOf(shape.accessLog, file['accessLog']),
    namesOf: (section) => {
      const entries = file[section];
      return isRecord(entries) ? Object.keys(entries) : [];
    },
  };
}

function pick(file: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.filter((name) => name in file).map((name) => [name, file[name]]));
}

function namedPieces<T extends z.ZodType>(type: T, entries: unknown): Pieces<T> {
  const pieces = new Map<string, Piece<z.output<T>>>();
  if (!isRecord(entries)) return pieces;
  for (const [name, value] of Object.entries(entries)) {
    const piece = pieceOf(type, value);
    if (piece !== undefined) pieces.set(name, piece);
  }
  return pieces;
}

function listPieces<T extends z.ZodType>(
  type: T,
  elements: unknown,
): (Piece<z.output<T>> | undefined)[] {
  return Array.isArray(elements) ? elements.map((element) => pieceOf(type, element)) : [];
}

function pieceOf<T extends z.ZodType>(type: T, value: unknown): Piece<z.output<T>> | undefined {
  const parsed = type.safeParse(value);
  if (parsed.success) return { value: parsed.data, complete: true };
  const retried = type.safeParse(withoutBrokenMembers(value, parsed.error.issues));
  return retried.success ? { value: retried.data, complete: false } : undefined;
}

/** A copy without the members that have problems. A broken element takes its list along, or positions would shift. */
function withoutBrokenMembers(value: unknown, issues: readonly z.core.$ZodIssue[]): unknown {
  const copy: unknown = structuredClone(value);
  for (const issue of issues) {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys : [undefined];
    for (const key of keys) {
      const path = key === undefined ? issue.path : [...issue.path, key];
      const elementAt = path.findIndex((segment) => typeof segment === 'number');
      removeAt(copy, elementAt === -1 ? path : path.slice(0, elementAt));
    }
  }
  return copy;
}

function removeAt(root: unknown, path: readonly PropertyKey[]): void {
  const parent = valueAt(root, path.slice(0, -1));
  const key = path.at(-1);
  if (isRecord(parent) && key !== undefined) Reflect.deleteProperty(parent, key);
}

function problemsOfIssue(
  issue: z.core.$ZodIssue,
  issuePath: readonly PropertyKey[],
  input: unknown,
): ConfigProblem[] {
  const path = issuePath.map((segment) =>
    typeof segment === 'number' ? segment : String(segment),
  );
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownMember(path, key, input));
  }
  if (issue.code === 'invalid_union') {
    const branch = branchMeant(issue.errors);
    if (branch !== undefined) {
      return branch.flatMap((inner) => problemsOfIssue(inner, [...path, ...inner.path], input));
    }
  }
  if (issue.code === 'invalid_key') return [invalidName(path)];
  const found = valueAt(input, path);
  const type = typeAt(configType, path);
  const expected =
    unsupportedAt(path, found) ?? (type === undefined ? 'another value' : expectationOf(type));
  return [problemOf({ path, found, expected })];
}

/** The one alternative whose own type fits and that fails deeper inside; `undefined` if there is no such or several. */
function branchMeant(
  branches: readonly (readonly z.core.$ZodIssue[])[],
): readonly z.core.$ZodIssue[] | undefined {
  const fitting = branches.filter((issues) =>
    issues.every((issue) => issue.path.length > 0 || issue.code === 'unrecognized_keys'),
  );
  return fitting.length === 1 ? fitting[0] : undefined;
}

function unknownMember(path: ConfigPath, key: string, input: unknown): ConfigProblem {
  const fullPath = [...path, key];
  const found = valueAt(input, fullPath);
  const unsupported = unsupportedAt(fullPath, found);
  if (unsupported !== undefined) return problemOf({ path: fullPath, found, expected: unsupported });
  const type = typeAt(configType, path);
  const members = type === undefined ? [] : membersOf(type);
  const suggestion = suggestName(key, members);
  return {
    path: formatPath(fullPath),
    found: `an unknown member with the value ${formatFound(found)}`,
    expected: suggestion === undefined ? `one of ${members.join(', ')}` : 'a known member',
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

function invalidName(path: ConfigPath): ConfigProblem {
  const type = typeAt(configType, path.slice(0, -1));
  const record = type === undefined ? undefined : unwrapped(type);
  const expected = record instanceof z.ZodRecord ? expectationOf(record.keyType) : 'another name';
  return problemOf({ path, found: path.at(-1), expected });
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const segment of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) {
      return undefined;
    }
    value = Reflect.get(value, segment);
  }
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
