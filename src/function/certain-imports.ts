import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Bundle } from './bundle.ts';
import { isBinaryLoader, type UnmetImport } from './stub-plugin.ts';

/** An unmet import that runs whenever the function is loaded, and where it is written (1-based). */
export interface CertainFailure {
  readonly unmet: UnmetImport;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * Words before a `require` that make it conditional or late, on a line that begins at the left
 * margin.
 */
const LATE = /=>|\?|&&|\|\||\b(?:function|if|else|try|catch|while|for|switch|get|class)\b/;

/**
 * Finds the unmet imports that are evaluated for certain when the function is loaded: a chain of
 * `import` statements and of `require`s at the left margin of their files leads to them from the
 * entry. Any other may sit in a `try` or on a path that never runs: its stub then throws where Node
 * would. Formatted code indents every block, so the margin tells without a parser; in minified code
 * nothing is certain, and the failure shows when the function is initialised.
 */
export function certainFailures(bundle: Bundle, root: string): CertainFailure[] {
  if (bundle.unmet.size === 0) return [];
  const relevant = reaching([...bundle.unmet.keys()], importersOf(bundle));
  const failures: CertainFailure[] = [];
  const evaluated = new Set([bundle.entryInput]);
  for (const input of evaluated) {
    const file = resolve(root, input);
    for (const { path, place } of certainEdges(bundle, input, { file, relevant })) {
      const unmet = bundle.unmet.get(path);
      if (unmet === undefined) evaluated.add(path);
      else if (isCertainUse(unmet, place.text)) failures.push({ unmet, file, ...place.position });
    }
  }
  return failures;
}

interface CertainEdge {
  readonly path: string;
  readonly place: Place;
}

/**
 * The imports of one input that its evaluation evaluates for certain; only those that lead to a
 * stub.
 */
function certainEdges(
  bundle: Bundle,
  input: string,
  scope: { readonly file: string; readonly relevant: ReadonlySet<string> },
): CertainEdge[] {
  const imports = bundle.inputs[input]?.imports ?? [];
  const edges = imports.filter((edge) => scope.relevant.has(edge.path));
  if (edges.length === 0) return [];
  const lines = readFileSync(scope.file, 'utf8').split('\n');
  return edges.flatMap(({ path, kind, original }) => {
    const specifier = bundle.unmet.get(path)?.specifier ?? original ?? path;
    const place = placeOf(lines, kind, specifier);
    return place === undefined ? [] : [{ path, place }];
  });
}

function importersOf(bundle: Bundle): Map<string, string[]> {
  const importers = new Map<string, string[]>();
  for (const [path, input] of Object.entries(bundle.inputs)) {
    for (const edge of input.imports) {
      const list = importers.get(edge.path);
      if (list === undefined) importers.set(edge.path, [path]);
      else list.push(path);
    }
  }
  return importers;
}

/** All inputs from which one of `targets` can be reached. */
function reaching(targets: readonly string[], importers: Map<string, string[]>): Set<string> {
  const found = new Set(targets);
  for (const target of found) {
    for (const importer of importers.get(target) ?? []) found.add(importer);
  }
  return found;
}

interface Place {
  readonly text: string;
  readonly position: { readonly line: number; readonly column: number };
}

/** Where the specifier is imported without condition; `undefined` when no such line is found. */
function placeOf(lines: readonly string[], kind: string, specifier: string): Place | undefined {
  if (kind !== 'import-statement' && kind !== 'require-call') return undefined;
  for (const [index, text] of lines.entries()) {
    const at = Math.max(text.indexOf(`'${specifier}'`), text.indexOf(`"${specifier}"`));
    if (at === -1) continue;
    const head = text.slice(0, at);
    if (kind === 'import-statement' ? isStatement(head) : isCertainRequire(head)) {
      return { text, position: { line: index + 1, column: at + 1 } };
    }
  }
  return undefined;
}

function isStatement(head: string): boolean {
  return /\b(?:import|from|require\()\s*$/.test(head);
}

function isCertainRequire(head: string): boolean {
  return /^\S/.test(head) && /\brequire\(\s*$/.test(head) && !LATE.test(head);
}

/** A loader of binaries does its harm when it is called: `require('bindings')('addon')`. */
function isCertainUse(unmet: UnmetImport, line: string): boolean {
  return !isBinaryLoader(unmet.specifier) || /\)\s*\(/.test(line);
}
