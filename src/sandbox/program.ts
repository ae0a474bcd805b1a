import type ivm from 'isolated-vm';
import type { FunctionSettings } from '../wire/messages.ts';
import { cachedDataOf, type GuestEntries } from './guest-script.ts';

/**
 * Runs the module of the function inside the isolate it was bound to; returns when its first
 * stretch ends.
 */
export type StartModule = (options: { timeout?: number }) => void;

/**
 * Cannot be read before the module has been evaluated to its end: so the guest tells a top-level
 * await that is still open.
 */
const ESM_TAIL = '\nexport const __isoedgeEvaluated = true;\n';
const CJS_HEAD = '(function (exports, require, module, __filename, __dirname) {';

/**
 * The program of one function in one host: its text, and the bytecode that its second environment
 * starts from.
 */
export class Program {
  readonly #settings: FunctionSettings;
  readonly #text: string;
  readonly #metaJson: string;
  #cachedData: ivm.ExternalCopy<ArrayBuffer> | undefined;

  constructor(settings: FunctionSettings, text: string) {
    this.#settings = settings;
    this.#text = settings.format === 'cjs' ? `${CJS_HEAD}${text}\n})` : text + ESM_TAIL;
    this.#metaJson = JSON.stringify({
      format: settings.format,
      filename: settings.filename,
      exportPath: settings.exportPath,
      env: settings.environment,
      files: settings.files,
      name: settings.name,
      memoryMb: settings.memoryMb,
      // Lambda's numbered version; ours, a hash, is for logs.
      version: settings.environment['AWS_LAMBDA_FUNCTION_VERSION'] ?? '1',
    });
  }

  /**
   * Prepares the module for one isolate. A syntax error shows when the returned function is called.
   */
  bind(isolate: ivm.Isolate, context: ivm.Context, entries: GuestEntries): StartModule {
    return this.#settings.format === 'cjs'
      ? (options) => this.#startCommonJs(isolate, context, entries, options)
      : (options) => this.#startModule(isolate, context, entries, options);
  }

  #startCommonJs(
    isolate: ivm.Isolate,
    context: ivm.Context,
    entries: GuestEntries,
    options: { timeout?: number },
  ): void {
    const script = this.#compile(isolate);
    const wrapper = script.runSync(context, { ...options, reference: true });
    entries.load.applySync(
      undefined,
      [wrapper.derefInto({ release: true }), this.#metaJson],
      options,
    );
  }

  #compile(isolate: ivm.Isolate): ivm.Script {
    // The wrapper must not show in the columns of the first line.
    const origin = { filename: this.#settings.filename, columnOffset: -CJS_HEAD.length };
    if (this.#cachedData !== undefined) {
      return isolate.compileScriptSync(this.#text, { ...origin, cachedData: this.#cachedData });
    }
    const script = isolate.compileScriptSync(this.#text, { ...origin, produceCachedData: true });
    this.#cachedData = cachedDataOf(script);
    return script;
  }

  #startModule(
    isolate: ivm.Isolate,
    context: ivm.Context,
    entries: GuestEntries,
    options: { timeout?: number },
  ): void {
    entries.configure.applySync(undefined, [this.#metaJson], options);
    const module = isolate.compileModuleSync(this.#text, { filename: this.#settings.filename });
    module.instantiateSync(context, (specifier) =>
      builtinModule(isolate, context, entries, specifier),
    );
    // A module that awaits at its top level settles later; `loadNamespace` waits for it inside the
    // guest.
    void module.evaluateSync(options);
    entries.loadNamespace.applySync(
      undefined,
      [module.namespace.derefInto(), this.#metaJson],
      options,
    );
  }
}

/**
 * An ES module that re-exports a builtin of the guest: what `import { createHash } from
 * 'node:crypto'` resolves to.
 */
function builtinModule(
  isolate: ivm.Isolate,
  context: ivm.Context,
  entries: GuestEntries,
  specifier: string,
): ivm.Module {
  const names = entries.builtinExportNames.applySync(undefined, [specifier], {
    result: { copy: true },
  }) as readonly string[];
  const key = `__builtin_${specifier}`;
  const exported = names.filter((name) => name !== 'default');
  const text = [
    `const builtin = globalThis[${JSON.stringify(key)}];`,
    'export default builtin;',
    ...exported.map(
      (name, i) => `const e${i} = builtin[${JSON.stringify(name)}]; export { e${i} as ${name} };`,
    ),
  ].join('\n');
  const module = isolate.compileModuleSync(text);
  module.instantiateSync(context, () => {
    throw new Error('A builtin module imports nothing');
  });
  const builtin = entries.requireBuiltin.applySync(undefined, [specifier], {
    result: { reference: true },
  });
  context.global.setSync(key, builtin.derefInto());
  module.evaluateSync();
  context.global.deleteSync(key);
  return module;
}
