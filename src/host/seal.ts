import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The command that starts a hook host: what it may read is named here, everything else is refused by Node's permission model. */
export interface SealedCommand {
  readonly execPath: string;
  readonly args: readonly string[];
}

const HERE = dirname(fileURLToPath(import.meta.url));
const SOURCE_ROOT = dirname(HERE);
const PROJECT_ROOT = dirname(SOURCE_ROOT);
/** `.ts` when run from a clone, `.js` from a package. */
const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js';

/**
 * Seals a hook host: no network, no child processes, no workers, no file writes, and reads limited to its own code and the
 * isolated-vm package. It starts with an empty environment and gets function code over its channel only.
 */
export function sealedHostCommand(execPath: string): SealedCommand {
  const requireHere = createRequire(import.meta.url);
  const isolatedVm = dirname(requireHere.resolve('isolated-vm/package.json'));
  const requireThere = createRequire(join(isolatedVm, 'package.json'));
  const readable = [
    join(SOURCE_ROOT, 'sandbox'),
    join(SOURCE_ROOT, 'wire'),
    join(SOURCE_ROOT, 'base'),
    isolatedVm,
    dirname(requireThere.resolve('node-gyp-build/package.json')),
    join(SOURCE_ROOT, 'package.json'),
    join(PROJECT_ROOT, 'package.json'),
    // node-gyp-build looks here to tell musl from glibc.
    '/etc/alpine-release',
  ];
  return {
    execPath,
    args: [
      // isolated-vm needs it on Node >= 20 (its README).
      '--no-node-snapshot',
      '--disable-warning=PERM0001',
      '--disable-warning=ExperimentalWarning',
      '--permission',
      '--allow-addons',
      ...readable.map((path) => `--allow-fs-read=${path}`),
      join(SOURCE_ROOT, 'sandbox', `main.${EXTENSION}`),
    ],
  };
}
