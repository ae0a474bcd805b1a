import { resolve } from 'node:path';
import type { Message } from 'esbuild';
import { EdgeError } from '../base/edge-error.ts';
import type { CertainFailure } from './certain-imports.ts';
import { insteadOf, packageNameOf, packageOfFile } from './native-packages.ts';
import { isBinaryLoader, type UnmetImport } from './stub-plugin.ts';

/** Of which function an error speaks, and how it writes paths. `shown` takes an absolute path. */
export interface LoadContext {
  readonly name: string;
  readonly root: string;
  readonly shown: (path: string) => string;
}

/**
 * The code cannot be parsed or bundled: file, line, column (1-based), the line itself and a caret
 * under the place.
 */
export function syntaxError(context: LoadContext, errors: readonly Message[]): EdgeError {
  const [first] = errors;
  const where = first?.location ?? undefined;
  if (first === undefined || where === undefined) {
    return new EdgeError(
      'EDGE_FUNCTION_SYNTAX',
      `Cannot load function "${context.name}": ${first?.text ?? 'the bundler gave no reason'}`,
      { facts: { function: context.name } },
    );
  }
  const file = context.shown(resolve(context.root, where.file));
  const before = Buffer.from(where.lineText).subarray(0, where.column).toString();
  const column = before.length + 1;
  const others = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new EdgeError(
    'EDGE_FUNCTION_SYNTAX',
    `Cannot load function "${context.name}": ${file}:${where.line}:${column}: ` +
      `${first.text}${others}\n` +
      excerpt(where.lineText, before),
    { facts: { function: context.name, file, line: where.line, column } },
  );
}

const EXCERPT_CHARACTERS = 100;

/** The line with a caret under the place; of a long (minified) line only what is around it. */
function excerpt(line: string, before: string): string {
  const start = Math.max(0, before.length - EXCERPT_CHARACTERS / 2);
  const part = line.slice(start, start + EXCERPT_CHARACTERS);
  const indent = before.slice(start).replaceAll(/[^\t]/g, ' ');
  return `  ${part}\n  ${indent}^`;
}

/**
 * An import that fails for certain: a package that is not installed, a file that is not there,
 * native code.
 */
export function unmetError(context: LoadContext, failure: CertainFailure): EdgeError {
  const { unmet, line, column } = failure;
  const file = context.shown(failure.file);
  const text = unmet.kind === 'native' ? nativeText(unmet) : missingText(unmet.specifier);
  return new EdgeError(
    unmet.kind === 'native' ? 'EDGE_FUNCTION_UNSUPPORTED' : 'EDGE_FUNCTION_DEPENDENCY',
    `Cannot load function "${context.name}": ${text} (${file}:${line}:${column})`,
    { facts: { function: context.name, import: unmet.specifier, file, line, column } },
  );
}

/** What is wrong with an import that may never run, or that may have a fallback. */
export function unmetWarning(unmet: UnmetImport): string {
  return unmet.kind === 'native'
    ? `package "${ownerOf(unmet)}" has a native part, which throws where it is used; ` +
        insteadOf(unmet.specifier)
    : `${missingText(unmet.specifier)}; it throws where it is required`;
}

function nativeText(unmet: UnmetImport): string {
  return (
    `package "${ownerOf(unmet)}" is a native add-on, which cannot run in an isolate, ` +
    `expected JavaScript or WebAssembly; ${insteadOf(unmet.specifier)}`
  );
}

/** The native package: the one that is imported, or the one that imports a binary or its loader. */
function ownerOf({ specifier, importer }: UnmetImport): string {
  const own = !specifier.startsWith('.') && !isBinaryLoader(specifier);
  return own ? packageNameOf(specifier) : (packageOfFile(importer) ?? specifier);
}

function missingText(specifier: string): string {
  if (/^[./]/.test(specifier)) return `file "${specifier}" is not found`;
  const name = packageNameOf(specifier);
  return (
    `package "${name}" is not installed, ` +
    `expected it in node_modules of the function or the project (npm install ${name})`
  );
}
