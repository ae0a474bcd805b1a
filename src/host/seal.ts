import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * The command that starts a hook host: what it may read is named here, everything else is refused
 * by Node's permission model.
 */
export interface SealedCommand {
  readonly execPath: string;
  readonly args: readonly string[];
}

/**
 * Seals a hook host: no network, no child processes, no workers, no file writes, and reads limited to its own code and the
 * isolated-vm package. It starts with an empty environment and gets function code over its channel only.
 *
 * @param programFile the hook host's program (`hostProgramFile()` of function/)
 */
export function sealedHostCommand(execPath: string, programFile: string): SealedCommand {
  const requireHere = createRequire(import.meta.url);
  const isolatedVm = dirname(requireHere.resolve('isolated-vm/package.json'));
  const requireThere = createRequire(join(isolatedVm, 'package.json'));
  const readable = [
    ...programPaths(programFile),
    isolatedVm,
    dirname(requireThere.resolve('node-gyp-build/package.json')),
    // node-gyp-build looks here to tell musl from glibc.
    '/etc/alpine-release',
    // How long the host had to wait for a CPU.
    '/proc/self/schedstat',
  ];
  return {
    execPath,
    args: [
      // isolated-vm needs it on Node >= 20 (its README).
      '--no-node-snapshot',
      '--disable-warning=PERM0001',
      '--disable-warning=ExperimentalWarning',
      // The host's own realm only: contexts of isolates are asked by isolated-vm, and functions may
      // use eval as on Lambda.
      '--disallow-code-generation-from-strings',
      '--permission',
      // Until the program has loaded isolated-vm: then it gives this up, and its right to read
      // files (`sandbox/give-up.ts`).
      '--allow-addons',
      ...readable.map((path) => `--allow-fs-read=${path}`),
      programFile,
    ],
  };
}

/**
 * One file; only the unbundled TypeScript program of a clone that cannot be written to has files
 * beside it.
 */
function programPaths(programFile: string): readonly string[] {
  if (!programFile.endsWith('.ts')) return [programFile];
  const root = dirname(dirname(programFile));
  return [
    ...['sandbox', 'wire', 'base'].map((room) => join(root, room)),
    join(root, '..', 'package.json'),
  ];
}
