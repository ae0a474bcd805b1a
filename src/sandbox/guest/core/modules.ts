import type * as nodeEventsModule from '../node/events.ts';
import type * as nodeProcessModule from '../node/process.ts';
import type * as nodeTimersModule from '../node/timers.ts';
import { nodeError } from './node-error.ts';

/**
 * Node's builtin modules. Each is evaluated at its first `require`, so that a fresh environment
 * pays only for what its function uses.
 */

type Exports = Record<string, unknown>;

const loaders: Record<string, () => unknown> = {
  __proto__: null as never,
  events: () => (require('../node/events.ts') as typeof nodeEventsModule).EventEmitter,
  process: () => (require('../node/process.ts') as typeof nodeProcessModule).process,
  timers: () => timersModule(),
  'timers/promises': () => timersModule()['promises'],
  console: () => globalThis.console,
};

declare global {
  /** The isolate's own console object, replaced by the guest's. */
  var console: object;
}

function timersModule(): Exports {
  const timers = require('../node/timers.ts') as typeof nodeTimersModule;
  const members: Exports = { ...timers };
  delete members['Timeout'];
  delete members['Immediate'];
  return members;
}

const loaded = new Map<string, unknown>();
const PREFIX = 'node:';

/**
 * The exports of a builtin by name, with or without `node:`; `undefined` if there is no such
 * module.
 */
export function builtin(name: string): unknown {
  const bare = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name;
  const existing = loaded.get(bare);
  if (existing !== undefined) return existing;
  const load = loaders[bare];
  if (load === undefined) return undefined;
  const exports = load();
  loaded.set(bare, exports);
  return exports;
}

export function isBuiltin(name: string): boolean {
  return (name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name) in loaders;
}

export function builtinNames(): string[] {
  return Object.keys(loaders);
}

/** Adds loaders; used by the lists of modules beside this file. */
export function addBuiltins(more: Readonly<Record<string, () => unknown>>): void {
  Object.assign(loaders, more);
}

/** The `require` of the function's module: builtins only, since the program is bundled. */
export function requireBuiltin(name: string): unknown {
  const exports = builtin(name);
  if (exports !== undefined) return exports;
  const message = `Cannot find module '${name}'\nRequire stack:\n- /var/task`;
  throw nodeError(Error, 'MODULE_NOT_FOUND', message, { requireStack: [] });
}

/** Names of the exports of a builtin, for the synthetic ES module that stands for it. */
export function builtinExportNames(name: string): string[] {
  const exports = builtin(name);
  if (exports === undefined || exports === null) return [];
  const names = new Set<string>();
  for (const key of Object.keys(exports)) {
    if (key !== 'default' && /^[A-Za-z_$][\w$]*$/.test(key)) names.add(key);
  }
  return [...names];
}
