import { createHash } from 'node:crypto';
import { realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { EdgeError, toEdgeError } from '../base/edge-error.ts';
import type { FunctionConfig } from '../config/config.ts';
import { type Bundle, bundleFunction } from './bundle.ts';
import { certainFailures } from './certain-imports.ts';
import { CODE_LIMIT_BYTES } from './code-limits.ts';
import { withEsbuild } from './esbuild-service.ts';
import type { FunctionPackage } from './function-package.ts';
import { type LoadContext, syntaxError, unmetError, unmetWarning } from './load-errors.ts';
import { type FunctionEntry, locateEntry } from './locate-entry.ts';
import { type PackedFiles, packFiles } from './package-files.ts';

/** What became of one function. A failed one never stops the others. */
export type FunctionLoad =
  | {
      readonly kind: 'loaded';
      readonly package: FunctionPackage;
      /** What may go wrong later, one sentence each, for the log. */
      readonly warnings: readonly string[];
    }
  | { readonly kind: 'failed'; readonly name: string; readonly error: EdgeError };

export interface LoadOptions {
  /**
   * Folder of the configuration file; paths in messages are relative to it, and its node_modules
   * serve the functions.
   */
  readonly baseDir?: string;
}

/** Loads the functions of a configuration, each as `loadFunction` does; the order is kept. */
export async function loadFunctions(
  configs: readonly FunctionConfig[],
  options: LoadOptions = {},
): Promise<FunctionLoad[]> {
  return withEsbuild(() => Promise.all(configs.map((config) => loadFunction(config, options))));
}

/**
 * Bundles one function with its npm packages and packs the files that it may read. Runs none of its
 * code. npm packages are taken from the node_modules of the function and its parents, then of
 * `baseDir`, then of the working directory. Never rejects for a fault of the user: what is wrong
 * comes as `failed`, with an EDGE_FUNCTION_… code.
 */
export async function loadFunction(
  config: FunctionConfig,
  options: LoadOptions = {},
): Promise<FunctionLoad> {
  try {
    return await withEsbuild(() => load(config, realpathSync(options.baseDir ?? process.cwd())));
  } catch (thrown) {
    return { kind: 'failed', name: config.name, error: toEdgeError(thrown) };
  }
}

async function load(config: FunctionConfig, baseDir: string): Promise<FunctionLoad> {
  const shown = (path: string): string => shownPath(path, baseDir);
  const entry = locateEntry(config, shown);
  const context: LoadContext = { name: config.name, root: entry.root, shown };
  checkSize(config, statSync(entry.entryFile).size);
  const outcome = await bundleFunction(entry, nodePathsOf([baseDir, process.cwd()]));
  if (outcome.kind === 'refused') throw syntaxError(context, outcome.errors);
  const { bundle } = outcome;
  const [failure] = certainFailures(bundle, entry.root);
  if (failure !== undefined) throw unmetError(context, failure);
  checkExport(config, entry, bundle);
  const packed = packFiles(entry, bundle);
  checkSize(config, codeBytesOf(bundle) + packed.bytes);
  return {
    kind: 'loaded',
    package: packageOf(config, entry, bundle, packed),
    warnings: [...bundleWarnings(context, bundle), ...packed.warnings],
  };
}

function packageOf(
  config: FunctionConfig,
  entry: FunctionEntry,
  bundle: Bundle,
  packed: PackedFiles,
): FunctionPackage {
  const program = { format: bundle.format, text: bundle.text };
  // Where the code lies does not make it another version.
  const settings = { ...config, code: '' };
  const version = createHash('sha256')
    .update(JSON.stringify([program, entry.exportPath, packed.files, settings]))
    .digest('hex')
    .slice(0, 12);
  return {
    name: config.name,
    version,
    config,
    program,
    sourceMap: bundle.sourceMap,
    exportPath: entry.exportPath,
    files: packed.files,
  };
}

/** `node_modules` of the folders and of their parents, as Node looks for packages. */
function nodePathsOf(folders: readonly string[]): string[] {
  const paths = new Set<string>();
  for (const folder of folders) {
    for (let at = folder, up = dirname(at); ; at = up, up = dirname(at)) {
      paths.add(join(at, 'node_modules'));
      if (at === up) break;
    }
  }
  return [...paths];
}

/**
 * Everything that was read for the program, npm packages too; on Lambda all of it would be in the
 * archive.
 */
function codeBytesOf(bundle: Bundle): number {
  return Object.values(bundle.inputs).reduce((sum, input) => sum + input.bytes, 0);
}

function checkSize(config: FunctionConfig, bytes: number): void {
  const limitBytes = CODE_LIMIT_BYTES[config.runtime];
  if (bytes <= limitBytes) return;
  throw new EdgeError(
    'EDGE_FUNCTION_TOO_LARGE',
    `Cannot load function "${config.name}": code and files are ${bytes} bytes, ` +
      `limit is ${limitBytes} bytes`,
    { facts: { function: config.name, actual: bytes, limit: limitBytes } },
  );
}

/** The named exports that a CommonJS bundle of an ES module announces in its last line. */
const ANNOUNCED_EXPORTS = /^0 && \(module\.exports = \{([^}]*)\}\);$/m;

/**
 * Refuses an ES module that does not export its handler. What CommonJS exports only its run shows.
 */
function checkExport(config: FunctionConfig, entry: FunctionEntry, bundle: Bundle): void {
  const [name] = entry.exportPath;
  const names = staticExports(bundle);
  if (names === undefined || name === undefined || name === 'default' || names.includes(name))
    return;
  const found = names.length === 0 ? 'no name' : names.join(', ');
  throw new EdgeError(
    'EDGE_FUNCTION_HANDLER',
    `Cannot load function "${config.name}": module exports ${found}, ` +
      `expected "${name}" (handler "${config.handler}")`,
    { facts: { function: config.name, handler: config.handler } },
  );
}

/** `undefined` when the entry is CommonJS, or passes on what CommonJS exports. */
function staticExports({ format, text, inputs, entryInput }: Bundle): string[] | undefined {
  if (format === 'esm' || inputs[entryInput]?.format !== 'esm' || text.includes('__reExport(')) {
    return undefined;
  }
  const names = ANNOUNCED_EXPORTS.exec(text)?.[1]?.split(',') ?? [];
  return names.map((name) => name.trim()).filter((name) => name !== '');
}

/**
 * The bundler's warnings about the user's own files, and the imports that will throw if they run.
 */
function bundleWarnings(context: LoadContext, bundle: Bundle): string[] {
  const warnings = bundle.warnings
    .filter(({ text, location }) => {
      const foreign = location === null || location.file.includes('node_modules');
      return !foreign && !text.startsWith('Could not resolve');
    })
    .map(({ text, location }) => {
      const file = context.shown(join(context.root, location?.file ?? ''));
      return `${file}:${location?.line ?? 0}: ${text}`;
    });
  const unmet = [...bundle.unmet.values()].map(unmetWarning);
  return [...warnings, ...new Set(unmet)];
}

/** Relative to the base folder when it is inside it; as it is otherwise. */
function shownPath(path: string, baseDir: string): string {
  const inside = relative(baseDir, path);
  return inside === '' || inside.startsWith('..') || isAbsolute(inside) ? path : inside;
}
