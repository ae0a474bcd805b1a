import { readFile } from 'node:fs/promises';
import { basename, dirname, extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Loader, type OnLoadResult, type Plugin, transform } from 'esbuild';
import { guestPathOf } from './task-root.ts';

/** What only a file of its own has, and a bundle must therefore be told. */
const MENTIONS_PLACE = /__dirname|__filename|\bimport\.meta\b|\bmodule\.(?:parent|filename)\b/;

const LOADERS: Readonly<Record<string, Loader>> = {
  '.ts': 'ts',
  '.mts': 'ts',
  '.cts': 'ts',
  '.tsx': 'tsx',
  '.jsx': 'jsx',
};

/** Files that know where they are, collected while the bundle is made. Absolute paths. */
export type PlacedFiles = Set<string>;

/**
 * Writes the guest's paths into the files that ask where they are: `__dirname`, `__filename`,
 * `import.meta.url` and its relatives become `/var/task/…`, file by file. esbuild's own `define`
 * does it, so a local variable of that name is left alone.
 */
export function placePlugin(root: string, placed: PlacedFiles): Plugin {
  return {
    name: 'place',
    setup(build) {
      build.onLoad({ filter: /\.[cm]?[jt]sx?$/, namespace: 'file' }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        if (!MENTIONS_PLACE.test(text)) return undefined;
        placed.add(path);
        return place(path, text, guestPathOf(root, path));
      });
    },
  };
}

async function place(
  path: string,
  text: string,
  guestPath: string,
): Promise<OnLoadResult | undefined> {
  const loader = LOADERS[extname(path)] ?? 'js';
  try {
    const placedText = await transform(text, {
      loader,
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
