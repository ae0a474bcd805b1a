import { notSupported } from '../core/node-error.ts';

/**
 * The vm module as far as one context allows: code runs in the function's own globals, which bounds
 * nothing.
 */

// Indirect: runs in the global scope, not in this module's.
const evaluate = Reflect.get(globalThis, 'eval') as (code: string) => unknown;

function withName(code: string, options: unknown): string {
  const filename =
    typeof options === 'string'
      ? options
      : (options as { filename?: string } | undefined)?.filename;
  return filename === undefined ? code : `${code}\n//# sourceURL=${filename.replace(/\s/g, '%20')}`;
}

class Script {
  readonly #code: string;
  readonly cachedDataRejected = false;

  constructor(code: string, options?: unknown) {
    this.#code = withName(code, options);
  }

  runInThisContext(): unknown {
    return evaluate(this.#code);
  }

  runInNewContext(sandbox?: object): unknown {
    return runWith(this.#code, sandbox);
  }

  runInContext(sandbox?: object): unknown {
    return runWith(this.#code, sandbox);
  }

  createCachedData(): Uint8Array {
    return new Uint8Array(0);
  }
}

/** What the runner itself looks up. */
const RUNNER_NAMES = new Set(['arguments', 'eval']);

/**
 * Differs: a new context shares the globals of the function; the members of `sandbox` are visible
 * as variables.
 */
function runWith(code: string, sandbox: object = {}): unknown {
  const scope = new Proxy(sandbox, {
    has: (target, name) =>
      name in target ||
      (typeof name === 'string' && !RUNNER_NAMES.has(name) && !(name in globalThis)),
    get: (target, name) => (name === Symbol.unscopables ? undefined : Reflect.get(target, name)),
  });
  const run = Reflect.construct(Function, [
    'with (arguments[0]) { return eval(arguments[1]); }',
  ]) as (scope: object, code: string) => unknown;
  return run(scope, code);
}

export const vm = {
  Script,
  runInThisContext: (code: string, options?: unknown) =>
    new Script(code, options).runInThisContext(),
  runInNewContext: (code: string, sandbox?: object) => runWith(code, sandbox),
  runInContext: (code: string, sandbox?: object) => runWith(code, sandbox),
  createContext: (sandbox: object = {}) => sandbox,
  isContext: (value: unknown) => typeof value === 'object' && value !== null,
  createScript: (code: string, options?: unknown) => new Script(code, options),
  compileFunction: (code: string, names: readonly string[] = []) =>
    Reflect.construct(Function, [...names, code]) as unknown,
  measureMemory: () => Promise.reject(notSupported('vm.measureMemory()')),
  constants: {},
};
