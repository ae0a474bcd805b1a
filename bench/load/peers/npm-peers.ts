import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Presence } from './peer.ts';

/** How peers that are npm packages are installed; they are no dependencies of isoedge. */
export const INSTALL_COMMAND = 'npm install --prefix bench/peers';

/** Absolute path of a file of a peer's package. */
export function peerFile(packageName: string, file: string): string {
  return fileURLToPath(new URL(`../../peers/node_modules/${packageName}/${file}`, import.meta.url));
}

/** Whether a package is installed under `bench/peers`. */
export function packagePresence(packageName: string): Presence {
  const manifest = peerFile(packageName, 'package.json');
  if (!existsSync(manifest)) {
    return { kind: 'absent', reason: `run: ${INSTALL_COMMAND}` };
  }
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string };
  return { kind: 'present', version: `${packageName} ${version}` };
}
