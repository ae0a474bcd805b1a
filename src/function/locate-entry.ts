import { realpathSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, extname, join, posix } from 'node:path';
import { EdgeError } from '../base/edge-error.ts';
import type { FunctionConfig } from '../config/config.ts';

/** Extensions of code, in the order in which Lambda's rule tries them, then TypeScript's. */
const CODE_EXTENSIONS = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'] as const;
const CODE_EXTENSION_SET: ReadonlySet<string> = new Set([...CODE_EXTENSIONS, '.jsx', '.tsx']);

/** True for a file that holds JavaScript or TypeScript, by its name. */
export function isCodeFile(file: string): boolean {
  return CODE_EXTENSION_SET.has(extname(file));
}

/** True for a file that holds TypeScript, by its name. */
export function isTypeScript(file: string): boolean {
  return /\.(?:[cm]?ts|tsx)$/.test(file);
}

/** Where the code of a function is. Paths are absolute, with symbolic links resolved. */
export interface FunctionEntry {
  readonly entryFile: string;
  /** The folder that the function sees as `/var/task`. */
  readonly root: string;
  /**
   * `code` is a folder: all of it belongs to the function. Otherwise the folder may hold other
   * things too.
   */
  readonly ownsRoot: boolean;
  readonly exportPath: readonly string[];
}

/**
 * Finds the entry file of a function: `handler` is `path/file.export.nested`, split at the first
 * dot of its last segment (CloudFront developer guide). Where `code` is a file, it is the entry, whatever
 * file the handler names. Throws EDGE_FUNCTION_NOT_FOUND, EDGE_FUNCTION_HANDLER or
 * EDGE_FUNCTION_UNSUPPORTED. `shown` writes a path for people.
 */
export function locateEntry(
  config: FunctionConfig,
  shown: (path: string) => string,
): FunctionEntry {
  const { modulePath, exportPath } = parseHandler(config);
  const stats = statIfThere(config.code);
  if (stats === undefined) {
    throw notFound(
      config,
      `"${shown(config.code)}" does not exist, expected a folder or a code file`,
    );
  }
  const code = realpathSync(config.code);
  if (stats.isDirectory()) {
    const entryFile = entryIn(code, modulePath);
    if (entryFile === undefined) throw entryMissing(config, modulePath, shown(config.code));
    return { entryFile: realpathSync(entryFile), root: code, ownsRoot: true, exportPath };
  }
  if (!isCodeFile(code)) throw notCode(config, shown(config.code));
  return { entryFile: code, root: dirname(code), ownsRoot: false, exportPath };
}

interface Handler {
  readonly modulePath: string;
  readonly exportPath: readonly string[];
}

function parseHandler(config: FunctionConfig): Handler {
  const { handler } = config;
  const base = posix.basename(handler);
  const dot = base.indexOf('.');
  const exportPath = dot === -1 ? [] : base.slice(dot + 1).split('.');
  if (dot < 1 || handler.includes('..') || exportPath.includes('')) {
    throw new EdgeError(
      'EDGE_FUNCTION_HANDLER',
      `Cannot load function "${config.name}": handler is "${handler}", expected "file.export"`,
      { facts: { function: config.name, handler } },
    );
  }
  return { modulePath: posix.join(posix.dirname(handler), base.slice(0, dot)), exportPath };
}

function entryIn(root: string, modulePath: string): string | undefined {
  const stem = join(root, modulePath);
  const candidates = [
    ...CODE_EXTENSIONS.map((extension) => `${stem}${extension}`),
    ...CODE_EXTENSIONS.map((extension) => join(stem, `index${extension}`)),
  ];
  return candidates.find((candidate) => statIfThere(candidate)?.isFile() === true);
}

function statIfThere(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

function entryMissing(config: FunctionConfig, modulePath: string, folder: string): EdgeError {
  const name = basename(modulePath);
  const extensions = CODE_EXTENSIONS.join(', ');
  return notFound(
    config,
    `"${folder}" has no module "${modulePath}" for handler "${config.handler}", ` +
      `expected ${name} with one of ${extensions}, or ${name}/index with one of them`,
  );
}

function notFound(config: FunctionConfig, found: string): EdgeError {
  return new EdgeError(
    'EDGE_FUNCTION_NOT_FOUND',
    `Cannot load function "${config.name}": ${found}`,
    { facts: { function: config.name, code: config.code } },
  );
}

function notCode(config: FunctionConfig, path: string): EdgeError {
  return new EdgeError(
    'EDGE_FUNCTION_UNSUPPORTED',
    `Cannot load function "${config.name}": "${path}" is not code, ` +
      `expected a folder or a file with one of ${CODE_EXTENSIONS.join(', ')}`,
    { facts: { function: config.name, code: config.code } },
  );
}
