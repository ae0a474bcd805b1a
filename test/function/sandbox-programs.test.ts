import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { describe, test } from 'vitest';
import { buildGuest } from '../../src/function/sandbox-programs.ts';
import { folderOf } from './function-folder.ts';

const GUEST = {
  'package.json': '{}',
  'node_modules/poly/package.json': '{"main":"index.js"}',
  'node_modules/poly/index.js': 'exports.answer = () => global.base + 1;',
  'src/guest/main.ts': `
import { answer } from 'poly';
class Shown { static of(): Shown { return new Shown(); } }
declare const globalThis: { base: number; result: unknown };
globalThis.base = 41;
globalThis.result = [answer(), Shown.of().constructor.name];`,
};

const resultOf = (script: string): unknown => {
  const context: { result?: unknown } = {};
  runInNewContext(script, context);
  return context.result;
};

describe('buildGuest()', () => {
  test('makes one script of the guest and its packages, names of classes kept', async ({
    expect,
  }) => {
    const project = folderOf(GUEST);
    const script = await buildGuest(join(project, 'src/guest/main.ts'));
    expect(JSON.stringify(resultOf(script))).toBe('[42,"Shown"]');
  });

  test('takes the options beside the entry', async ({ expect }) => {
    const options = JSON.stringify({ alias: { poly: './src/guest/poly.ts' } });
    const project = folderOf({
      ...GUEST,
      'src/guest/esbuild.json': options,
      'src/guest/poly.ts': 'export const answer = () => 7;',
    });
    const script = await buildGuest(join(project, 'src/guest/main.ts'));
    expect(JSON.stringify(resultOf(script))).toBe('[7,"Shown"]');
  });

  test('answers from its cache until a file of the bundle changes', async ({ expect }) => {
    const project = folderOf(GUEST);
    const entry = join(project, 'src/guest/main.ts');
    const first = await buildGuest(entry);
    const cacheFolder = join(project, 'node_modules/.cache/isoedge');
    const cacheFile = join(cacheFolder, readdirSync(cacheFolder)[0] ?? '');
    const cached = JSON.parse(readFileSync(cacheFile, 'utf8')) as { text: string };
    expect(cached.text).toBe(first);
    writeFileSync(cacheFile, JSON.stringify({ ...cached, text: 'from the cache' }));
    expect(await buildGuest(entry)).toBe('from the cache');
    writeFileSync(join(project, 'node_modules/poly/index.js'), 'exports.answer = () => 1;');
    expect(JSON.stringify(resultOf(await buildGuest(entry)))).toBe('[1,"Shown"]');
  });

  test('works where it cannot keep its result', async ({ expect }) => {
    const project = folderOf({ ...GUEST, 'node_modules/.cache': 'a file, not a folder' });
    const script = await buildGuest(join(project, 'src/guest/main.ts'));
    expect(resultOf(script)).toHaveLength(2);
    expect(existsSync(join(project, 'node_modules/.cache/isoedge'))).toBe(false);
  });
});
