import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, transform, version } from 'esbuild';
import { restoreClassNames } from './class-names.ts';
import { withEsbuild } from './esbuild-service.ts';

/**
 * A bundled guest on disk, good as long as esbuild and every file that went into it are the same.
 */
interface CachedGuest {
  readonly esbuild: string;
  /** SHA-256 of each input file, by absolute path. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly text: string;
}

/**
 * The guest script: the Node world that user code finds in an isolate, as the text of one script.
 * An installed isoedge ships it ready; from a clone it is bundled at the first start and kept in
 * `node_modules/.cache`.
 */
export async function guestScript(): Promise<string> {
  const installed = import.meta.url.endsWith('.js');
  const file = fileURLToPath(
    new URL(installed ? '../sandbox/guest.js' : '../sandbox/guest/main.ts', import.meta.url),
  );
  return installed ? readFile(file, 'utf8') : buildGuest(file);
}

/**
 * Bundles the guest script from its entry, with the options of the `esbuild.json` beside it. The
 * result is cached in the project's `node_modules/.cache/isoedge`; where that cannot be written it
 * is bundled each time (some 100 ms).
 */
export async function buildGuest(entryFile: string): Promise<string> {
  const project = projectOf(entryFile);
  const optionsFile = join(dirname(entryFile), 'esbuild.json');
  const cacheFile = cacheFileFor(project, entryFile);
  const cached = readCache(cacheFile);
  if (cached !== undefined && isCurrent(cached)) return cached.text;
  const options: BuildOptions = existsSync(optionsFile)
    ? (JSON.parse(readFileSync(optionsFile, 'utf8')) as BuildOptions)
    : {};
  const { text, files } = await withEsbuild(() => bundleGuest(project, entryFile, options));
  if (existsSync(optionsFile)) files.push(optionsFile);
  const inputs = Object.fromEntries(files.map((file) => [file, hashOf(file)]));
  writeCache(cacheFile, { esbuild: version, inputs, text });
  return text;
}

async function bundleGuest(
  project: string,
  entryFile: string,
  options: BuildOptions,
): Promise<{ text: string; files: string[] }> {
  const { minifyWhitespace = true, minifySyntax = true, charset = 'ascii' } = options;
  const result = await build({
    platform: 'neutral',
    mainFields: ['browser', 'module', 'main'],
    conditions: ['browser'],
    define: { global: 'globalThis' },
    ...options,
    target: 'esnext',
    format: 'iife',
    legalComments: 'none',
    entryPoints: [entryFile],
    absWorkingDir: project,
    bundle: true,
    write: false,
    metafile: true,
    // The names of classes are mended between bundling and minifying.
    minifyWhitespace: false,
    minifySyntax: false,
    logLevel: 'silent',
  });
  const bundled = restoreClassNames(result.outputFiles[0]?.text ?? '');
  const minified = await transform(bundled, { minifyWhitespace, minifySyntax, charset });
  const files = Object.keys(result.metafile.inputs).filter((path) => !path.startsWith('('));
  return { text: minified.code, files: files.map((path) => resolve(project, path)) };
}

/** The nearest folder above with a package.json. */
function projectOf(file: string): string {
  for (let at = dirname(file); ; at = dirname(at)) {
    if (existsSync(join(at, 'package.json')) || at === dirname(at)) return at;
  }
}

function cacheFileFor(project: string, entryFile: string): string {
  const name = createHash('sha256').update(entryFile).digest('hex').slice(0, 12);
  return join(project, 'node_modules', '.cache', 'isoedge', `guest-${name}.json`);
}

function readCache(cacheFile: string): CachedGuest | undefined {
  try {
    return JSON.parse(readFileSync(cacheFile, 'utf8')) as CachedGuest;
  } catch {
    // Absent or cut short: the guest is bundled anew.
    return undefined;
  }
}

function isCurrent(cached: CachedGuest): boolean {
  return (
    cached.esbuild === version &&
    Object.entries(cached.inputs).every(([path, hash]) => existsSync(path) && hashOf(path) === hash)
  );
}

function hashOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

function writeCache(cacheFile: string, cached: CachedGuest): void {
  const partial = `${cacheFile}.${process.pid}`;
  try {
    mkdirSync(dirname(cacheFile), { recursive: true });
    writeFileSync(partial, JSON.stringify(cached));
    renameSync(partial, cacheFile);
  } catch {
    // A read-only installation works as well, only slower to start.
  }
}
