import { resolve } from 'node:path';
import { type BuildFailure, build, type Loader, type Message, type Metafile } from 'esbuild';
import { restoreClassNames } from './class-names.ts';
import type { ComputedImports } from './computed-imports.ts';
import { type FunctionEntry, isTypeScript } from './locate-entry.ts';
import { type Places, placePlugin } from './place-plugin.ts';
import { missingKey, stubPlugin, type UnmetImport } from './stub-plugin.ts';
import { PROGRAM_FILENAME } from './task-root.ts';

/** A bundled function. Paths of `inputs` and of the source map are relative to the package root. */
export interface Bundle {
  readonly format: 'cjs' | 'esm';
  readonly text: string;
  readonly sourceMap: string;
  /** The entry among `inputs`. */
  readonly entryInput: string;
  readonly inputs: Metafile['inputs'];
  readonly warnings: readonly Message[];
  /** Imports that a stub answers, by the stub's name in `inputs`. */
  readonly unmet: ReadonlyMap<string, UnmetImport>;
  readonly places: Places;
}

/** `refused`: the code has errors that no change of plan can mend. */
export type BundleOutcome =
  | { readonly kind: 'bundled'; readonly bundle: Bundle }
  | { readonly kind: 'refused'; readonly errors: readonly Message[] };

/** What one attempt assumes. A failed attempt tells what the next must assume instead. */
interface Plan {
  readonly format: 'cjs' | 'esm';
  readonly missing: ReadonlySet<string>;
  readonly computed: ComputedImports;
  /** Write `await` as promise chains: see `usesAsyncHooks`. */
  readonly lowersAwait: boolean;
}

const UNRESOLVED = /^Could not resolve "(.*)"$/s;
const TOP_LEVEL_AWAIT = /^Top-level await is currently not supported with the "cjs" output format/;

/**
 * Node's own order for JavaScript; TypeScript sources come first where the function itself is
 * TypeScript.
 */
const SCRIPT_EXTENSIONS = ['.js', '.json', '.mjs', '.cjs', '.jsx'];
const TYPED_EXTENSIONS = ['.ts', '.mts', '.cts', '.tsx'];

/** Files that functions import as a text, as the bundlers that they are deployed with give it. */
const TEXT_EXTENSIONS = (
  '.html .htm .txt .md .css .svg .xml .csv .sql .graphql .gql .yaml .yml ' +
  '.pem .crt .cer .key .pub .ejs .hbs .mustache .njk .tpl .tmpl .template'
).split(' ');

const DATA_LOADERS: Readonly<Record<string, Loader>> = {
  ...Object.fromEntries(TEXT_EXTENSIONS.map((extension) => [extension, 'text' as const])),
  '.wasm': 'binary',
};

// esbuild renames a `require` that the user's module declares, so the name is free.
const MODULE_REQUIRE =
  'import { createRequire as createGuestRequire } from "node:module";' +
  `const require = createGuestRequire("${PROGRAM_FILENAME}");`;

/**
 * Bundles a function with its npm packages into one program. Sloppy code stays sloppy; builtins,
 * computed `require`s and imports in a `try` that do not resolve stay as `require` calls that the
 * guest answers. Top-level `await` makes an ES module of the program. `nodePaths` are further
 * `node_modules` folders.
 */
export async function bundleFunction(
  entry: FunctionEntry,
  nodePaths: readonly string[],
): Promise<BundleOutcome> {
  let plan: Plan = {
    format: 'cjs',
    missing: new Set(),
    computed: { offered: new Set(), unfit: new Set() },
    lowersAwait: false,
  };
  for (;;) {
    const outcome = await attempt(entry, nodePaths, plan);
    if (outcome.kind === 'bundled') {
      const { format, inputs } = outcome.bundle;
      if (plan.lowersAwait || format === 'esm' || !usesAsyncHooks(inputs)) return outcome;
      plan = { ...plan, lowersAwait: true };
      continue;
    }
    const next = nextPlan(plan, outcome.errors, entry);
    if (next === undefined) return outcome;
    plan = next;
  }
}

async function attempt(
  entry: FunctionEntry,
  nodePaths: readonly string[],
  plan: Plan,
): Promise<BundleOutcome> {
  const unmet = new Map<string, UnmetImport>();
  const places: Places = { asking: new Set(), resolved: new Set(), ...plan.computed };
  const typed = isTypeScript(entry.entryFile);
  try {
    const result = await build({
      entryPoints: [entry.entryFile],
      absWorkingDir: entry.root,
      outfile: resolve(entry.root, 'index.js'),
      bundle: true,
      write: false,
      metafile: true,
      platform: 'node',
      target: 'esnext',
      format: plan.format,
      // An isolate has no callback for `import()`; as a promise of `require` it works for builtins
      // and bundled modules.
      supported: {
        'dynamic-import': false,
        ...(plan.lowersAwait && AWAIT_AS_PROMISES),
      },
      resolveExtensions: typed
        ? [...TYPED_EXTENSIONS, ...SCRIPT_EXTENSIONS]
        : [...SCRIPT_EXTENSIONS, ...TYPED_EXTENSIONS],
      nodePaths: [...nodePaths],
      legalComments: 'none',
      loader: DATA_LOADERS,
      sourcemap: 'external',
      sourcesContent: false,
      logLevel: 'silent',
      logLimit: 0,
      logOverride: { 'unsupported-require-call': 'warning', 'empty-import-meta': 'silent' },
      plugins: [stubPlugin(plan.missing, unmet), placePlugin(entry, places)],
    });
    return { kind: 'bundled', bundle: bundleOf(result, { plan, unmet, places }) };
  } catch (thrown) {
    const { errors } = thrown as Partial<BuildFailure>;
    if (errors === undefined) throw thrown;
    return { kind: 'refused', errors };
  }
}

/**
 * Every client of AWS brings this package, which uses what it imports only where an environment
 * serves several calls at once.
 */
const ASYNC_HOOKS_IN_VAIN = /(?:^|\/)node_modules\/@aws\/lambda-invoke-store\//;

const AWAIT_AS_PROMISES = { 'async-await': false, 'async-generator': false, 'for-await': false };

/**
 * V8 gives an isolate no hook for a native `await`, so AsyncLocalStorage would lose its store
 * there. Promise chains, which the guest does see, take the place of `await` in functions that
 * import it.
 */
function usesAsyncHooks(inputs: Metafile['inputs']): boolean {
  return Object.entries(inputs).some(
    ([file, { imports }]) =>
      !ASYNC_HOOKS_IN_VAIN.test(file) &&
      imports.some(({ path }) => path === 'async_hooks' || path === 'node:async_hooks'),
  );
}

type BuiltParts = Pick<Bundle, 'unmet' | 'places'> & { readonly plan: Plan };

function bundleOf(
  result: Awaited<ReturnType<typeof build<{ write: false; metafile: true }>>>,
  parts: BuiltParts,
): Bundle {
  const { metafile, outputFiles, warnings } = result;
  const program = outputFiles.find((file) => file.path.endsWith('.js'))?.text ?? '';
  const sourceMap = outputFiles.find((file) => file.path.endsWith('.map'))?.text ?? '';
  const entryInput = Object.values(metafile.outputs).find(
    (output) => output.entryPoint,
  )?.entryPoint;
  return {
    format: parts.plan.format,
    text: restoreClassNames(firstLine(program, metafile.inputs, parts.plan.format)),
    sourceMap,
    entryInput: entryInput ?? '',
    inputs: metafile.inputs,
    warnings,
    unmet: parts.unmet,
    places: parts.places,
  };
}

/**
 * What the program needs before its first statement, on the same line so that the source map stays
 * true. ES modules are strict, and esbuild drops that when it makes CommonJS of them; a sloppy
 * package in the bundle forbids it for the whole. An ES module that bundles CommonJS needs a
 * `require` for builtins.
 */
function firstLine(program: string, inputs: Metafile['inputs'], format: Plan['format']): string {
  if (format === 'esm') return program.includes('__require') ? MODULE_REQUIRE + program : program;
  const onlyModules = Object.entries(inputs).every(
    ([path, input]) => input.format === 'esm' || path.endsWith('.json'),
  );
  return onlyModules ? `"use strict";${program}` : program;
}

/**
 * The next attempt's plan; `undefined` when an error is the user's, or when nothing new was
 * learned.
 */
function nextPlan(
  plan: Plan,
  errors: readonly Message[],
  { root, entryFile }: FunctionEntry,
): Plan | undefined {
  const missing = new Set(plan.missing);
  const { offered } = plan.computed;
  const unfit = new Set(plan.computed.unfit);
  let { format } = plan;
  for (const { text, location } of errors) {
    const specifier = UNRESOLVED.exec(text)?.[1];
    const file = location === null ? undefined : resolve(root, location.file);
    if (TOP_LEVEL_AWAIT.test(text)) format = 'esm';
    else if (file === undefined) return undefined;
    else if (specifier !== undefined) missing.add(missingKey(file, specifier));
    else if (offered.has(file) && file !== entryFile) unfit.add(file);
    else return undefined;
  }
  const learned =
    missing.size > plan.missing.size ||
    unfit.size > plan.computed.unfit.size ||
    format !== plan.format;
  return learned ? { ...plan, format, missing, computed: { offered, unfit } } : undefined;
}
