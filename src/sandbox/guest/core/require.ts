import type * as ownFilesModule from './files.ts';
import { isBuiltin, requireBuiltin } from './modules.ts';
import { invalidArgValue, mustBeString, nodeError } from './node-error.ts';
import type * as ownUtf8Module from './utf8.ts';

/** A CommonJS `require`: builtins, and JSON files of the package. */
export interface Require {
  (name: string): unknown;
  resolve(name: string): string;
  cache: Record<string, unknown>;
  main: object;
  extensions: Record<string, unknown>;
}

const jsonCache = new Map<string, unknown>();

/** Makes the `require` that a module at `filename` sees. */
export function makeRequire(filename: string, main: object): Require {
  const dirname = filename.slice(0, filename.lastIndexOf('/'));
  const require = ((name: string): unknown => {
    mustBeString(name, 'id');
    if (name === '') throw invalidArgValue('id', name, 'must be a non-empty string');
    if (!isBuiltin(name) && name.endsWith('.json')) {
      const json = readJson(name, dirname);
      if (json !== undefined) return json;
    }
    return requireBuiltin(name);
  }) as Require;
  require.resolve = Object.assign((name: string) => resolve(name, dirname), {
    paths: () => [`${dirname}/node_modules`],
  });
  require.cache = {};
  require.main = main;
  require.extensions = {};
  return require;
}

/** Where a builtin or a file of the package is. */
function resolve(name: string, dirname: string): string {
  if (isBuiltin(name)) return name;
  if (name.startsWith('.') || name.startsWith('/')) {
    const { resolvePath, readTaskFile } = require('./files.ts') as typeof ownFilesModule;
    const path = resolvePath(dirname, name);
    if (readTaskFile(path) !== undefined) return path;
  }
  throw nodeError(Error, 'MODULE_NOT_FOUND', `Cannot find module '${name}'`);
}

/** Bundlers leave a computed `require('./config/' + name + '.json')` to run time. */
function readJson(name: string, dirname: string): unknown {
  const { resolvePath, readTaskFile } = require('./files.ts') as typeof ownFilesModule;
  const path = resolvePath(dirname, name);
  if (jsonCache.has(path)) return jsonCache.get(path);
  const bytes = readTaskFile(path);
  if (bytes === undefined) return undefined;
  const { decodeUtf8 } = require('./utf8.ts') as typeof ownUtf8Module;
  const json: unknown = JSON.parse(decodeUtf8(bytes));
  jsonCache.set(path, json);
  return json;
}
