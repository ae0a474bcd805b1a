import { describe, test } from 'vitest';
import { loadFunction } from '../../src/function/load-function.ts';
import { configOf, folderOf, loadFiles, packageOf } from './function-folder.ts';

const ANSWER = 'exports.handler = () => "answer";';

function textOf(base64: string | undefined): string {
  return Buffer.from(base64 ?? '', 'base64').toString();
}

async function versionOf(files: Record<string, string>, memoryMb = 128): Promise<string> {
  const { limits } = configOf('');
  return packageOf(await loadFiles(files, { limits: { ...limits, memoryMb } })).version;
}

describe('loadFunction() packs', () => {
  const READS =
    "const fs = require('fs');\nexports.handler = () => fs.readFileSync(__dirname + '/a.json', 'utf8');";
  test('the files of a folder for a function that uses fs, node_modules left out', async ({
    expect,
  }) => {
    const { files } = packageOf(
      await loadFiles({
        'index.js': READS,
        'a.json': '{}',
        'templates/b.html': '<b>',
        '.git/config': 'x',
        'node_modules/x/c.txt': 'x',
      }),
    );
    expect(Object.keys(files).sort()).toEqual(['a.json', 'index.js', 'templates/b.html']);
    expect(textOf(files['templates/b.html'])).toBe('<b>');
  });

  test('no files for a function that reads none', async ({ expect }) => {
    expect(packageOf(await loadFiles({ 'index.js': ANSWER, 'a.json': '{}' })).files).toEqual({});
  });

  test('the files for a function that requires by a computed name', async ({ expect }) => {
    const load = await loadFiles({
      'index.js': 'exports.handler = (name) => require(process.cwd() + name);',
      'a.json': '{}',
    });
    expect(Object.keys(packageOf(load).files)).toContain('a.json');
  });

  test('only data beside a function that is a single file', async ({ expect }) => {
    const folder = folderOf({ 'one.js': READS, 'two.js': ANSWER, 'a.json': '{"a":1}' });
    const load = await loadFunction(configOf(`${folder}/one.js`));
    expect(Object.keys(packageOf(load).files)).toEqual(['a.json']);
  });

  test('data of an npm package that reads beside itself', async ({ expect }) => {
    const load = await loadFiles({
      'index.js': "const d = require('d');\nexports.handler = () => d;",
      'node_modules/d/index.js':
        "module.exports = require('fs').readFileSync(__dirname + '/d.dat', 'utf8');",
      'node_modules/d/d.dat': 'data',
      'node_modules/d/README.md': 'words',
    });
    const { files } = packageOf(load);
    expect(Object.keys(files).sort()).toEqual(['index.js', 'node_modules/d/d.dat']);
  });

  test('nothing over the limit, with a warning that names it', async ({ expect }) => {
    const load = await loadFiles({
      'index.js': READS,
      'big.bin': new Uint8Array(10 * 1024 * 1024),
      'a.json': '{}',
    });
    expect(Object.keys(packageOf(load).files).sort()).toEqual(['a.json', 'index.js']);
    expect(load).toMatchObject({
      warnings: [expect.stringMatching(/10485760 bytes.*: big\.bin$/)],
    });
  });
});

describe('the version of a package', () => {
  test('is the same for the same code in another folder', async ({ expect }) => {
    const version = await versionOf({ 'index.js': ANSWER });
    expect(version).toMatch(/^[0-9a-f]{12}$/);
    expect(await versionOf({ 'index.js': ANSWER })).toBe(version);
  });

  test('changes with code, files and settings', async ({ expect }) => {
    const reads = `${ANSWER} require('fs');`;
    const versions = await Promise.all([
      versionOf({ 'index.js': ANSWER }),
      versionOf({ 'index.js': ANSWER }, 256),
      versionOf({ 'index.js': ANSWER.replace('answer', 'other') }),
      versionOf({ 'index.js': reads, 'a.txt': '1' }),
      versionOf({ 'index.js': reads, 'a.txt': '2' }),
    ]);
    expect(new Set(versions).size).toBe(5);
  });
});
