import { type Dirent, readdirSync } from 'node:fs';
import { dirname, extname, join, relative, resolve, sep } from 'node:path';

/**
 * `require('./pages/' + name)`, `import(\`./pages/${name}.js\`)`: the call of an import whose path
 * is computed from a beginning that is written out.
 */
const COMPUTED_IMPORT =
  /(?<![\w$.])(require|import)(\(\s*)(?=(?:'(\.{1,2}\/[^'\n]*)'|"(\.{1,2}\/[^"\n]*)")\s*\+|`(\.{1,2}\/[^`$\n]*)\$\{)/g;

/** More files than these are no set of modules but a whole source tree. */
const MOST_FILES = 1000;

/** What may be imported, in the order in which Node tries endings. */
const IMPORTED = ['.js', '.json', '.mjs', '.cjs', '.jsx', '.ts', '.mts', '.cts', '.tsx'];
const IMPORTED_SET: ReadonlySet<string> = new Set(IMPORTED);
const LOOKUP = JSON.stringify(['', ...IMPORTED, ...IMPORTED.map((ending) => `/index${ending}`)]);

/** Files by absolute path. */
export interface ComputedImports {
  /** Gets the files that computed imports may mean. */
  readonly offered: Set<string>;
  /** Files that cannot be bundled, and are left out: nothing says that the function wants them. */
  readonly unfit: ReadonlySet<string>;
}

/**
 * Gives the computed imports of a file the modules that they may mean: those below the folder that
 * is written out, without `node_modules` and hidden folders. They are found by Node's rule, so
 * `./pages/a` is `./pages/a.js`; a path that is none of them throws MODULE_NOT_FOUND, as in Node.
 * Returns `undefined` for a file without computed imports. Lines, and columns but for the calls,
 * stay where they are.
 *
 * The bundler's own way takes every file of the folder, whatever it is, and knows exact names only.
 */
export function bundleComputedImports(
  path: string,
  text: string,
  context: ComputedImports,
): string | undefined {
  const { offered, unfit } = context;
  const files: Record<Call, Set<string>> = { require: new Set(), import: new Set() };
  let isComplete = true;
  const rewritten = text.replace(COMPUTED_IMPORT, (...match: (string | undefined)[]) => {
    const [whole = '', call, open = '', ...beginnings] = match.slice(0, 6);
    const found = filesBelow(path, beginnings.find((one) => one !== undefined) ?? './');
    if (found === undefined) isComplete = false;
    for (const file of found ?? []) {
      const absolute = resolve(dirname(path), file);
      if (unfit.has(absolute)) continue;
      offered.add(absolute);
      files[call as Call].add(file);
    }
    return found === undefined ? whole : `${NAMES[call as Call]}${open}`;
  });
  if (rewritten === text || !isComplete) return undefined;
  return `${rewritten}\n${lookupOf('require', files.require)}${lookupOf('import', files.import)}`;
}

type Call = 'require' | 'import';

/** Names of the functions that take the place of the calls. */
const NAMES: Readonly<Record<Call, string>> = {
  require: '__requireComputed',
  import: '__importComputed',
};

/**
 * A hoisted function: a declaration at the end of the file moves no line and comes after no
 * "use strict".
 */
function lookupOf(call: Call, files: ReadonlySet<string>): string {
  const entries = [...files].map((file) => {
    const name = JSON.stringify(file);
    return `${name}: () => ${call}(${name})`;
  });
  const missing =
    'Object.assign(new Error(`Cannot find module \'${path}\'`), { code: "MODULE_NOT_FOUND" })';
  const fail = call === 'require' ? `throw ${missing}` : `return Promise.reject(${missing})`;
  return (
    `function ${NAMES[call]}(path) { const files = { ${entries.join(', ')} }; ` +
    'const plain = path.replace(/\\/(?:\\.\\/)+/g, "/"); ' +
    `const end = ${LOOKUP}.find((end) => Object.hasOwn(files, plain + end)); ` +
    `if (end !== undefined) return files[plain + end](); ${fail}; }\n`
  );
}

/** Paths relative to the importing file, as it would write them; `undefined` for too many. */
function filesBelow(path: string, beginning: string): string[] | undefined {
  const from = dirname(path);
  const top = resolve(from, beginning.slice(0, beginning.lastIndexOf('/') + 1));
  const files: string[] = [];
  const folders = [top];
  for (const folder of folders) {
    for (const item of itemsOf(folder)) {
      const inside = join(folder, item.name);
      const name = relative(from, inside).split(sep).join('/');
      const written = name.startsWith('.') ? name : `./${name}`;
      if (item.isDirectory()) {
        if (item.name !== 'node_modules' && !item.name.startsWith('.')) folders.push(inside);
      } else if (isImported(item.name) && written.startsWith(beginning)) {
        files.push(written);
      }
      if (files.length > MOST_FILES || folders.length > MOST_FILES) return undefined;
    }
  }
  return files;
}

function isImported(name: string): boolean {
  return IMPORTED_SET.has(extname(name)) && !/\.d\.[cm]?ts$/.test(name);
}

function itemsOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // No such folder: the import fails when it runs, as in Node.
    return [];
  }
}
