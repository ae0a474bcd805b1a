import { configureProcess, TASK_ROOT } from '../node/process.ts';
import { configureFiles } from './files.ts';
import { tellHost } from './host.ts';
import { EXIT, errorPayload, type FunctionMeta, setHandler } from './invocation.ts';
import { runTicks } from './loop.ts';
import { makeRequire } from './require.ts';

/** The CommonJS wrapper: exports, require, module, __filename, __dirname. */
type Wrapper = (...parameters: unknown[]) => void;

/** Name of the last export of an ES module program. */
const EVALUATED = '__isoedgeEvaluated';

let awaited: { readonly namespace: object; readonly meta: FunctionMeta } | undefined;

type Handler = Parameters<typeof setHandler>[0];

/**
 * `require.main`: on Lambda its runtime is the main module, so `require.main === module` is false
 * in a function.
 */
const RUNTIME_MODULE = { id: '.', filename: '/var/runtime/index.mjs', exports: {}, loaded: true };

/**
 * Runs the function's CommonJS module and looks its handler up. Reports `loaded` or `loadFailed`.
 */
export function load(wrapper: Wrapper | undefined, metaJson: string): void {
  const meta = configure(metaJson);
  const filename = filenameOf(meta);
  const dirname = filename.slice(0, filename.lastIndexOf('/'));
  const exports = {};
  const module = {
    exports,
    id: filename,
    filename,
    loaded: false,
    children: [],
    paths: [],
    path: dirname,
  };
  const require = makeRequire(filename, RUNTIME_MODULE);
  Object.assign(module, { require });
  try {
    if (wrapper !== undefined) {
      Reflect.apply(wrapper, exports, [exports, require, module, filename, dirname]);
    }
    module.loaded = true;
  } catch (thrown) {
    failLoad(thrown);
    return;
  }
  finishLoad(module.exports, meta);
}

/**
 * The same for a function whose program is an ES module, which the host has begun to evaluate. A
 * module that awaits at its top level is not complete yet: `EVALUATED`, which the host appends to
 * the program, cannot be read until it is.
 */
export function loadNamespace(namespace: object, metaJson: string): void {
  awaited = { namespace, meta: JSON.parse(metaJson) as FunctionMeta };
  checkAwaited();
}

/**
 * Finishes a load that waits for a top-level await, if that has settled. Called after each turn of
 * the loop.
 */
export function checkAwaited(): void {
  if (awaited === undefined) return;
  const { namespace, meta } = awaited;
  try {
    void (namespace as Record<string, unknown>)[EVALUATED];
    walk(namespace, meta.exportPath ?? ['handler']);
  } catch {
    runTicks();
    return;
  }
  awaited = undefined;
  finishLoad(namespace, meta);
}

/** Sets process and files up before an ES module is evaluated; `load` does it itself. */
export function configure(metaJson: string): FunctionMeta {
  const meta = JSON.parse(metaJson) as FunctionMeta;
  configureProcess(meta);
  configureFiles(meta.files ?? {});
  return meta;
}

export function filenameOf(meta: FunctionMeta): string {
  const name = meta.filename ?? 'index.js';
  return name.startsWith('/') ? name : `${TASK_ROOT}/${name}`;
}

function failLoad(thrown: unknown): void {
  if (thrown !== EXIT) tellHost('loadFailed', 'init', JSON.stringify(errorPayload(thrown)));
}

function finishLoad(exports: unknown, meta: FunctionMeta): void {
  const path = meta.exportPath ?? ['handler'];
  let found = walk(exports, path);
  if (found === undefined) found = walk((exports as { default?: unknown } | null)?.default, path);
  if (typeof found === 'function') {
    setHandler(found as Handler, meta);
    tellHost('loaded');
  } else {
    tellHost('loadFailed', 'handler', JSON.stringify(missingHandler(exports, path, found)));
  }
  runTicks();
}

function walk(exports: unknown, path: readonly string[]): unknown {
  let value = exports;
  for (const name of path) value = (value as Record<string, unknown> | null | undefined)?.[name];
  return value;
}

function missingHandler(exports: unknown, path: readonly string[], found: unknown): object {
  const names =
    typeof exports === 'object' && exports !== null
      ? Object.keys(exports).filter((name) => name !== EVALUATED)
      : [];
  const listed = names.length === 0 ? 'nothing' : names.map((name) => `"${name}"`).join(', ');
  const problem = found === undefined ? 'is undefined or not exported' : 'is not a function';
  return {
    errorType: 'Runtime.HandlerNotFound',
    errorMessage: `${path.join('.')} ${problem}; the module exports ${listed}`,
    trace: [],
  };
}
