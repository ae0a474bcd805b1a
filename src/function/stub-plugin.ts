import type { OnResolveArgs, Plugin } from 'esbuild';
import { BINARY_LOADERS, insteadOf, NATIVE_IMPORT, packageOfFile } from './native-packages.ts';

/** An import that the bundle cannot satisfy. `specifier` as written; `importer` absolute. */
export interface UnmetImport {
  readonly kind: 'missing' | 'native';
  readonly specifier: string;
  readonly importer: string;
}

/** esbuild's namespace of the stubs; their names in the metafile begin with `<namespace>:`. */
export const STUB_NAMESPACE = 'unmet';

const LOADER_SET: ReadonlySet<string> = new Set(BINARY_LOADERS);

/**
 * True for a package that only loads the binary of another: requiring it does no harm, calling it
 * does.
 */
export function isBinaryLoader(specifier: string): boolean {
  return LOADER_SET.has(specifier);
}

/** The key under which a missing import is remembered from one attempt to the next. */
export function missingKey(importer: string, specifier: string): string {
  return `${importer}\0${specifier}`;
}

/**
 * Puts a stub in the place of native code and of the `missing` imports. A stub throws when it is
 * evaluated, with the reason and the code that Node would give, so a `try` around the import takes
 * its fallback, and an import on a path that never runs harms nobody. Each stub that was used is
 * added to `unmet`, by its name in the metafile.
 */
export function stubPlugin(missing: ReadonlySet<string>, unmet: Map<string, UnmetImport>): Plugin {
  return {
    name: 'unmet',
    setup(build) {
      build.onResolve({ filter: NATIVE_IMPORT }, (args) => stubOf('native', args, unmet));
      if (missing.size > 0) {
        build.onResolve({ filter: /.*/ }, (args) =>
          missing.has(missingKey(args.importer, args.path))
            ? stubOf('missing', args, unmet)
            : undefined,
        );
      }
      build.onLoad({ filter: /.*/, namespace: STUB_NAMESPACE }, ({ path }) => {
        const stub = unmet.get(`${STUB_NAMESPACE}:${path}`);
        return stub === undefined ? undefined : { contents: stubText(stub), loader: 'js' };
      });
    },
  };
}

function stubOf(
  kind: UnmetImport['kind'],
  args: OnResolveArgs,
  unmet: Map<string, UnmetImport>,
): { path: string; namespace: string } | undefined {
  if (args.kind === 'entry-point' || args.namespace === STUB_NAMESPACE) return undefined;
  // Must not end like a module file: esbuild would hold a stub in `.mjs` to the exports of an ES module.
  const path = `${kind} ${args.path} (from ${packageOfFile(args.importer) ?? args.importer})`;
  unmet.set(`${STUB_NAMESPACE}:${path}`, { kind, specifier: args.path, importer: args.importer });
  return { path, namespace: STUB_NAMESPACE };
}

function stubText(stub: UnmetImport): string {
  const [code, message] = stubError(stub);
  const refuse =
    `function refuse() { throw Object.assign(new Error(${JSON.stringify(message)}), ` +
    `{ code: ${JSON.stringify(code)} }); }\nmodule.exports = refuse;\n`;
  return isBinaryLoader(stub.specifier)
    ? `${refuse}refuse.find = refuse.load = refuse.path = refuse.resolve = refuse;\n`
    : `${refuse}refuse();\n`;
}

function stubError(stub: UnmetImport): readonly [string, string] {
  if (stub.kind === 'missing') {
    const hint = stub.specifier.startsWith('.') ? '' : `, it was not installed at bundling time`;
    return ['MODULE_NOT_FOUND', `Cannot find module '${stub.specifier}'${hint}`];
  }
  return [
    'ERR_DLOPEN_FAILED',
    `Native add-on '${stub.specifier}' cannot run in an isolate: ${insteadOf(stub.specifier)}`,
  ];
}
