import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, transform, version } from 'esbuild';
import { restoreClassNames } from './class-names.ts';
import { withEsbuild } from './esbuild-service.ts';

/** A bundle on disk, good as long as esbuild and every file that went into it are the same. */
interface CachedBundle {
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
  const cacheFile = cacheFileFor(project, entryFile, 'guest');
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

/**
 * The program of a hook host, as the path of one JavaScript file. An installed isoedge ships it; from a clone it is bundled at the first
 * start: a host that had to strip types itself would need 30 MB more and twice the time. Where nothing can be written, the
 * TypeScript file does.
 */
export async function hostProgramFile(): Promise<string> {
  const installed = import.meta.url.endsWith('.js');
  const name = installed ? '../sandbox/host.mjs' : '../sandbox/main.ts';
  const file = fileURLToPath(new URL(name, import.meta.url));
  return installed ? file : buildHostProgram(file);
}

async function buildHostProgram(entryFile: string): Promise<string> {
  const project = projectOf(entryFile);
  const cacheFile = cacheFileFor(project, entryFile, 'host');
  const cached = readCache(cacheFile);
  const { text, files } =
    cached !== undefined && isCurrent(cached)
      ? { text: cached.text, files: Object.keys(cached.inputs) }
      : await withEsbuild(() => bundleHostProgram(project, entryFile));
  const programFile = cacheFile.replace(/json$/, `${hashOfText(text).slice(0, 12)}.mjs`);
  if (existsSync(programFile)) return programFile;
  const inputs = Object.fromEntries(files.map((file) => [file, hashOf(file)]));
  if (!writeFileAtOnce(programFile, text)) return entryFile;
  writeCache(cacheFile, { esbuild: version, inputs, text });
  return programFile;
}

/** Bundles the hook host into one file; isolated-vm stays outside, it is native. */
export async function bundleHostProgram(
  project: string,
  entryFile: string,
): Promise<{ text: string; files: string[] }> {
  const result = await build({
    platform: 'node',
    format: 'esm',
    target: 'node24',
    external: ['isolated-vm'],
    entryPoints: [entryFile],
    absWorkingDir: project,
    bundle: true,
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  const files = Object.keys(result.metafile.inputs).map((path) => resolve(project, path));
  return { text: result.outputFiles[0]?.text ?? '', files };
}

/** The nearest folder above with a package.json. */
function projectOf(file: string): string {
  for (let at = dirname(file); ; at = dirname(at)) {
    if (existsSync(join(at, 'package.json')) || at === dirname(at)) return at;
  }
}

function cacheFileFor(project: string, entryFile: string, kind: 'guest' | 'host'): string {
  const name = createHash('sha256').update(entryFile).digest('hex').slice(0, 12);
  return join(project, 'node_modules', '.cache', 'isoedge', `${kind}-${name}.json`);
}

function readCache(cacheFile: string): CachedBundle | undefined {
  try {
    return JSON.parse(readFileSync(cacheFile, 'utf8')) as CachedBundle;
  } catch {
    // Absent or cut short: the guest is bundled anew.
    return undefined;
  }
}

function isCurrent(cached: CachedBundle): boolean {
  return (
    cached.esbuild === version &&
    Object.entries(cached.inputs).every(([path, hash]) => existsSync(path) && hashOf(path) === hash)
  );
}

function hashOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

function hashOfText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function writeCache(cacheFile: string, cached: CachedBundle): void {
  writeFileAtOnce(cacheFile, JSON.stringify(cached));
}

/** Writes a file so that no reader sees half of it. False where nothing can be written: a read-only clone works too, only slower to start. */
function writeFileAtOnce(file: string, text: string): boolean {
  const partial = `${file}.${process.pid}`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(partial, text);
    renameSync(partial, file);
    return true;
  } catch {
    return false;
  }
}
