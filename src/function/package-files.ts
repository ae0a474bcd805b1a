import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import type { Bundle } from './bundle.ts';
import {
  FOLDER_ENTRIES_LIMIT,
  FOLDER_FILES_LIMIT_BYTES,
  SIBLING_FILES_LIMIT_BYTES,
} from './code-limits.ts';
import { type FunctionEntry, isCodeFile } from './locate-entry.ts';
import { guestPathOf, TASK_ROOT } from './task-root.ts';

/**
 * Files for the function's `fs`, by path relative to the package root, as base64. `bytes` is their
 * sum before encoding.
 */
export interface PackedFiles {
  readonly files: Readonly<Record<string, string>>;
  readonly bytes: number;
  readonly warnings: readonly string[];
}

interface Packing {
  readonly root: string;
  readonly limitBytes: number;
  /** Shared by the stages of packing. */
  readonly files: Record<string, string>;
  bytes: number;
  entries: number;
  readonly leftOut: string[];
}

const FILE_MODULES: ReadonlySet<string> = new Set([
  'fs',
  'node:fs',
  'fs/promises',
  'node:fs/promises',
]);

/** Written by package managers, read by nobody else. */
const LOCK_FILE =
  /(?:^|[\\/])(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml)$/;

/** In an npm package only data is of use to `fs`; this is everything else. */
const NOT_DATA =
  /\.(?:map|md|markdown|d\.ts|d\.mts|d\.cts|node)$|(?:^|\/)(?:LICENSE|CHANGELOG)[^/]*$/i;

/**
 * Packs the files that a function may read with `fs`, or with a `require` that is computed. Most
 * functions do neither, and get none. A function that is a folder gets the whole of it but
 * `node_modules` and hidden folders; one that is a single file gets the data files beside it. npm
 * packages bring their data files if they read files relative to themselves.
 */
export function packFiles(entry: FunctionEntry, bundle: Bundle): PackedFiles {
  if (!readsFiles(bundle)) return { files: {}, bytes: 0, warnings: [] };
  const { root, ownsRoot } = entry;
  const limitBytes = ownsRoot ? FOLDER_FILES_LIMIT_BYTES : SIBLING_FILES_LIMIT_BYTES;
  const own: Packing = { root, limitBytes, files: {}, bytes: 0, entries: 0, leftOut: [] };
  packFolder(own, root, (file) => ownsRoot || !isCodeFile(file));
  const all: Packing = { ...own, limitBytes: FOLDER_FILES_LIMIT_BYTES, entries: 0, leftOut: [] };
  for (const file of bundle.places.resolved) packFile(all, file);
  for (const folder of readingPackages(root, bundle)) {
    packFolder(all, folder, (file) => !isCodeFile(file) && !NOT_DATA.test(file));
  }
  return {
    files: all.files,
    bytes: all.bytes,
    warnings: [...warningsOf(own), ...warningsOf(all)],
  };
}

function readsFiles(bundle: Bundle): boolean {
  return (
    bundle.warnings.some((warning) => warning.id === 'unsupported-require-call') ||
    Object.values(bundle.inputs).some(importsFs)
  );
}

function importsFs(input: Bundle['inputs'][string]): boolean {
  return input.imports.some((edge) => edge.external === true && FILE_MODULES.has(edge.path));
}

/** Folders of npm packages that use `fs` in a file that asks where it is. */
function readingPackages(root: string, bundle: Bundle): Set<string> {
  const folders = new Set<string>();
  for (const [path, input] of Object.entries(bundle.inputs)) {
    const file = resolve(root, path);
    if (!bundle.places.asking.has(file) || !importsFs(input)) continue;
    const folder = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(file)?.[0];
    if (folder !== undefined) folders.add(folder);
  }
  return folders;
}

/** Breadth first, so that what is near the root is packed before the limit is met. */
function packFolder(packing: Packing, top: string, wanted: (file: string) => boolean): void {
  const folders = [top];
  for (const folder of folders) {
    for (const item of readdirSync(folder, { withFileTypes: true }).toSorted(byName)) {
      packing.entries += 1;
      if (packing.entries > FOLDER_ENTRIES_LIMIT) return;
      const path = join(folder, item.name);
      if (item.isDirectory()) {
        if (item.name !== 'node_modules' && !item.name.startsWith('.')) folders.push(path);
      } else if (item.isFile() && !LOCK_FILE.test(path) && wanted(path)) packFile(packing, path);
    }
  }
}

function byName(a: Dirent, b: Dirent): number {
  return a.name < b.name ? -1 : 1;
}

function packFile(packing: Packing, path: string): void {
  const name = guestPathOf(packing.root, path).slice(TASK_ROOT.length + 1);
  if (name in packing.files) return;
  const content = readFileSync(path);
  if (packing.bytes + content.length > packing.limitBytes) {
    packing.leftOut.push(name);
    return;
  }
  packing.files[name] = content.toString('base64');
  packing.bytes += content.length;
}

function warningsOf(packing: Packing): string[] {
  const warnings: string[] = [];
  if (packing.entries > FOLDER_ENTRIES_LIMIT) {
    warnings.push(
      `only the first ${FOLDER_ENTRIES_LIMIT} entries of "${packing.root.split(sep).at(-1)}" ` +
        'can be read with fs; give the function a folder of its own',
    );
  }
  if (packing.leftOut.length > 0) {
    const names = packing.leftOut.slice(0, 5).join(', ');
    const more = packing.leftOut.length > 5 ? ` and ${packing.leftOut.length - 5} more` : '';
    warnings.push(
      `files over the limit of ${packing.limitBytes} bytes cannot be read with fs: ${names}${more}`,
    );
  }
  return warnings;
}
