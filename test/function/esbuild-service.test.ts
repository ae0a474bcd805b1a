import { readFileSync } from 'node:fs';
import { test } from 'vitest';
import { withEsbuild } from '../../src/function/esbuild-service.ts';
import { loadFiles } from './function-folder.ts';

/** Processes that this one started, as Linux tells. */
function childrenOf(pid: number): string[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.split(' ').filter((child) => child !== '');
}

test.runIf(process.platform === 'linux')(
  'withEsbuild() leaves no process behind, and keeps it while another load needs it',
  async ({ expect }) => {
    const files = { 'index.js': 'exports.handler = () => 1;' };
    await withEsbuild(async () => {
      await Promise.all([loadFiles(files), loadFiles(files)]);
      expect(childrenOf(process.pid)).toHaveLength(1);
      expect(await loadFiles(files)).toMatchObject({ kind: 'loaded' });
    });
    await expect.poll(() => childrenOf(process.pid)).toEqual([]);
  },
);
