import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Keeps what Node makes of our TypeScript files in `node_modules/.cache` of the clone: the next start is twice as fast. Call it
 * before the files are imported. A package holds JavaScript and has no use for it; where nothing can be written, nothing is.
 */
export function keepCompiledSources(): void {
  if (!import.meta.url.endsWith('.ts')) return;
  enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/isoedge', import.meta.url)));
}
