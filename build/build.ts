import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildGuest, bundleHostProgram } from '../src/function/sandbox-programs.ts';

/** Makes `dist/`, what the npm package ships: `npm run build`, and before every `npm pack`. */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(ROOT, 'dist');

/** Files that the compiled code reads beside itself, by path under src/. */
const DATA: readonly string[] = [];

rmSync(DIST, { recursive: true, force: true });
compile();
await bundleGuest();
await bundleHost();
copyData();
markProgram();
console.log('dist/ is complete');

function compile(): void {
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const args = [tsc, '-p', join(ROOT, 'tsconfig.json')];
  execFileSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
}

/** The guest script is text, not a module: tsc leaves its folder out, and `guestScript()` reads this file. */
async function bundleGuest(): Promise<void> {
  const entry = join(ROOT, 'src', 'sandbox', 'guest', 'main.ts');
  if (!existsSync(entry)) return;
  const file = join(DIST, 'sandbox', 'guest.js');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, await buildGuest(entry));
}

/** A hook host is one file: it starts faster, and its seal has one file to permit. */
async function bundleHost(): Promise<void> {
  const { text } = await bundleHostProgram(ROOT, join(ROOT, 'src', 'sandbox', 'main.ts'));
  writeFileSync(join(DIST, 'sandbox', 'host.mjs'), text);
}

function copyData(): void {
  for (const path of DATA) {
    cpSync(join(ROOT, 'src', path), join(DIST, path), { recursive: true });
  }
}

/** npm marks the `bin` of an installed package executable; `npm link` and a clone rely on this. */
function markProgram(): void {
  const program = join(DIST, 'cli', 'main.js');
  if (existsSync(program)) chmodSync(program, 0o755);
}
