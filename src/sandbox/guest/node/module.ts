import { builtinNames, isBuiltin } from '../core/modules.ts';
import { makeRequire } from '../core/require.ts';
import { fileURLToPath } from './url.ts';

/** The module module: what bundlers' helpers and a few packages ask of it. */
export function Module(this: { id: string; exports: object }, id = ''): void {
  this.id = id;
  this.exports = {};
}

function createRequire(from: unknown): unknown {
  const text = String(from);
  const filename = text.startsWith('file:') ? fileURLToPath(text) : text;
  return makeRequire(filename, { id: filename, exports: {} });
}

Object.assign(Module, {
  Module,
  createRequire,
  isBuiltin,
  builtinModules: builtinNames(),
  _extensions: {},
  _cache: {},
  _pathCache: {},
  _load: (name: string) => (createRequire('/var/task/index.js') as (name: string) => unknown)(name),
  _resolveFilename: (name: string) => name,
  _nodeModulePaths: () => ['/var/task/node_modules'],
  globalPaths: [],
  wrap: (code: string) =>
    `(function (exports, require, module, __filename, __dirname) { ${code}\n});`,
  syncBuiltinESMExports: () => undefined,
  findSourceMap: () => undefined,
  register: () => undefined,
  enableCompileCache: () => ({ status: 3 }),
});
