import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Loader, type OnLoadResult, type Plugin, transform } from 'esbuild';
import { bundleComputedImports, type ComputedImports } from './computed-imports.ts';
import { type FunctionEntry, isTypeScript } from './locate-entry.ts';
import { guestPathOf, TASK_ROOT } from './task-root.ts';

/** What only a file of its own has, and a bundle must therefore be told. */
const MENTIONS_PLACE =
  /__dirname|__filename|\bimport\.meta\b|\bmodule\.(?:parent|filename)\b|\brequire\.resolve\(/;

/** `require.resolve('./data.bin')`: how some packages find a file of their own. */
const RESOLVED_FILE = /\brequire\.resolve\(\s*(['"])(\.{1,2}\/[^'"\n]+)\1\s*\)/g;

const LOADERS: Readonly<Record<string, Loader>> = {
  '.ts': 'ts',
  '.mts': 'ts',
  '.cts': 'ts',
  '.tsx': 'tsx',
  '.jsx': 'jsx',
};

function loaderOf(path: string): Loader {
  return LOADERS[extname(path)] ?? 'js';
}

/** What the plugin learns about files while the bundle is made. Absolute paths. */
export interface Places extends ComputedImports {
  /** Files that ask where they are. */
  readonly asking: Set<string>;
  /** Files that are named by `require.resolve`, to be read or started by path. */
  readonly resolved: Set<string>;
}

/**
 * Writes the guest's paths into the files that ask where they are: `__dirname`, `__filename`,
 * `import.meta.url` and its relatives become `/var/task/…`, file by file. esbuild's own `define`
 * does it, so a local variable of that name is left alone.
 */
export function placePlugin(
  { root, entryFile }: Pick<FunctionEntry, 'root' | 'entryFile'>,
  places: Places,
): Plugin {
  const isTyped = isTypeScript(entryFile);
  return {
    name: 'place',
    setup(build) {
      build.onLoad({ filter: /\.[cm]?[jt]sx?$/, namespace: 'file' }, async ({ path }) => {
        const written = await readFile(path, 'utf8');
        const computed = bundleComputedImports(path, written, places);
        const text = computed ?? written;
        if (!MENTIONS_PLACE.test(text)) {
          return computed === undefined ? undefined : { contents: text, loader: loaderOf(path) };
        }
        places.asking.add(path);
        const guestPath = guestPathOf(root, path);
        const placed =
          isTyped && !guestPath.startsWith(`${TASK_ROOT}/`)
            ? // TypeScript from outside the package reaches Lambda in a bundle only, and is there
              // where the bundle is.
              `${TASK_ROOT}/${basename(path)}`
            : guestPath;
        return place(path, resolveFiles(path, text, { root, places }), placed);
      });
    },
  };
}

async function place(
  path: string,
  text: string,
  guestPath: string,
): Promise<OnLoadResult | undefined> {
  try {
    const placedText = await transform(text, {
      loader: loaderOf(path),
      target: 'esnext',
      logLevel: 'silent',
      sourcefile: basename(path),
      sourcemap: 'inline',
      sourcesContent: false,
      define: definitionsFor(guestPath),
    });
    return { contents: placedText.code, loader: 'js' };
  } catch {
    // A syntax error: the bundler reads the file itself and reports it with the position in the
    // user's text.
    return undefined;
  }
}

/**
 * Answers `require.resolve` of the package's own files with their guest paths; any other is left to
 * the guest.
 */
function resolveFiles(
  path: string,
  text: string,
  context: { readonly root: string; readonly places: Places },
): string {
  return text.replace(RESOLVED_FILE, (call, _quote: string, specifier: string) => {
    const stem = resolve(dirname(path), specifier);
    const file = [stem, `${stem}.js`, `${stem}.json`].find((candidate) => isFile(candidate));
    if (file === undefined) return call;
    context.places.resolved.add(file);
    return JSON.stringify(guestPathOf(context.root, file));
  });
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function definitionsFor(guestPath: string): Record<string, string> {
  const file = JSON.stringify(guestPath);
  const folder = JSON.stringify(dirname(guestPath));
  return {
    __filename: file,
    __dirname: folder,
    'import.meta.filename': file,
    'import.meta.dirname': folder,
    'import.meta.url': JSON.stringify(pathToFileURL(guestPath).href),
    'import.meta.main': 'false',
    'module.filename': file,
    // Lambda's own loader requires the function, so `if (!module.parent)` means "not started as a
    // program" there.
    'module.parent': '{}',
  };
}
