import { expect, test } from 'vitest';
import { loadFunction } from '../../src/function/load-function.ts';
import { configOf, folderOf } from './function-folder.ts';

test.each([
  ['isolated-vm', 'EDGE_FUNCTION_UNSUPPORTED', 'native add-on'],
  ['package-that-is-not-there', 'EDGE_FUNCTION_DEPENDENCY', 'is not installed'],
])('loadFunction() names "%s" when an ES module imports its default', async (name, code, words) => {
  const folder = folderOf({
    'index.mjs': `import it from "${name}";\nexport const handler = async () => it;\n`,
  });
  const load = await loadFunction(configOf(folder), { baseDir: folder });
  expect(load.kind).toBe('failed');
  if (load.kind !== 'failed') return;
  expect(load.error.code).toBe(code);
  expect(load.error.message).toContain(`"${name}"`);
  expect(load.error.message).toContain(words);
});
