import { describe, test } from 'vitest';
import { loadFunction, loadFunctions } from '../../src/function/load-function.ts';
import { configOf, folderOf, handlerOf, loadFiles, packageOf } from './function-folder.ts';

const ANSWER = 'exports.handler = () => "answer";';

describe('loadFunction() finds the handler (CloudFront developer guide)', () => {
  test.for<[file: string, text: string, handler: string]>([
    ['index.js', ANSWER, 'index.handler'],
    ['index.cjs', ANSWER, 'index.handler'],
    ['index.mjs', 'export const handler = () => "answer";', 'index.handler'],
    ['index.ts', 'export const handler = (): string => "answer";', 'index.handler'],
    ['index.mts', 'export const handler = (): string => "answer";', 'index.handler'],
    ['index.cts', 'exports.handler = (): string => "answer";', 'index.handler'],
    ['main/index.js', ANSWER, 'main.handler'],
    ['src/edge/auth.js', ANSWER, 'src/edge/auth.handler'],
    ['app.js', 'exports.hooks = { request: { run: () => "answer" } };', 'app.hooks.request.run'],
    ['a.js', 'module.exports = { handler: () => "answer" };', 'a.handler'],
    ['a.mjs', 'export default () => "answer";', 'a.default'],
    ['a.mjs', 'export * from "./b.cjs";', 'a.handler'],
  ])('in %s (%s) by %s', async ([file, text, handler], { expect }) => {
    const files = { [file]: text, 'b.cjs': ANSWER };
    const pkg = packageOf(await loadFiles(files, { handler }));
    expect(handlerOf(pkg)()).toBe('answer');
  });

  test('in a single file, whatever file the handler names', async ({ expect }) => {
    const folder = folderOf({ 'viewer-request.js': ANSWER });
    const load = await loadFunction(configOf(`${folder}/viewer-request.js`));
    expect(handlerOf(packageOf(load))()).toBe('answer');
  });

  test('.js before .mjs before .ts, as Lambda tries them', async ({ expect }) => {
    const files = {
      'index.ts': 'export const handler = () => "ts";',
      'index.mjs': 'export const handler = () => "mjs";',
      'index.js': 'exports.handler = () => "js";',
    };
    expect(handlerOf(packageOf(await loadFiles(files)))()).toBe('js');
  });
});

describe('loadFunction() refuses', () => {
  test.for<
    [what: string, files: Record<string, string>, handler: string, code: string, text: RegExp]
  >([
    [
      'a module that is not there',
      { 'a.txt': '' },
      'index.handler',
      'EDGE_FUNCTION_NOT_FOUND',
      /^Cannot load function "f": ".*" has no module "index" for handler "index\.handler", expected /,
    ],
    [
      'a handler without export',
      { 'index.js': ANSWER },
      'index',
      'EDGE_FUNCTION_HANDLER',
      /^Cannot load function "f": handler is "index", expected "file\.export"$/,
    ],
    [
      'a handler outside the folder',
      { 'index.js': ANSWER },
      '../index.handler',
      'EDGE_FUNCTION_HANDLER',
      /handler is "\.\.\/index\.handler"/,
    ],
    [
      'a module without the export',
      { 'index.mjs': 'export const main = 1, other = 2;' },
      'index.handler',
      'EDGE_FUNCTION_HANDLER',
      /^Cannot load function "f": module exports main, other, expected "handler"/,
    ],
    [
      'a package that is not installed',
      {
        'index.js': "'use strict';\nconst AWS = require('aws-sdk');\nexports.handler = () => AWS;",
      },
      'index.handler',
      'EDGE_FUNCTION_DEPENDENCY',
      /^Cannot load function "f": package "aws-sdk" is not installed, expected it in node_modules of the function or the project \(npm install aws-sdk\) \(index\.js:2:21\)$/,
    ],
    [
      'a scoped package that is not installed',
      {
        'index.mjs':
          "import { S3Client } from '@aws-sdk/client-s3/dist';\nexport const handler = () => new S3Client();",
      },
      'index.handler',
      'EDGE_FUNCTION_DEPENDENCY',
      /package "@aws-sdk\/client-s3" is not installed.*index\.mjs:1/,
    ],
    [
      'a package that a required file lacks',
      { 'index.js': "require('./lib/a');", 'lib/a.js': "var x = require('gone');" },
      'index.handler',
      'EDGE_FUNCTION_DEPENDENCY',
      /package "gone" is not installed.*\(lib\/a\.js:1:17\)$/,
    ],
    [
      'a file that is not there',
      { 'index.js': "const a = require('./gone');" },
      'index.handler',
      'EDGE_FUNCTION_DEPENDENCY',
      /^Cannot load function "f": file "\.\/gone" is not found \(index\.js:1:19\)$/,
    ],
    [
      'a native package',
      { 'index.js': "const sharp = require('sharp');\nexports.handler = () => sharp();" },
      'index.handler',
      'EDGE_FUNCTION_UNSUPPORTED',
      /^Cannot load function "f": package "sharp" is a native add-on, which cannot run in an isolate, expected JavaScript or WebAssembly; transform images at the origin/,
    ],
    [
      'a package that loads its binary',
      {
        'index.js': "const x = require('x');",
        'node_modules/x/index.js': "module.exports = require('bindings')('x');",
      },
      'index.handler',
      'EDGE_FUNCTION_UNSUPPORTED',
      /native add-on.*node_modules\/x\/index\.js:1/,
    ],
    [
      'a .node file',
      {
        'index.js': "import x from './lib/x.node';\nexport const handler = x;",
        'lib/x.node': 'ELF',
      },
      'index.handler',
      'EDGE_FUNCTION_UNSUPPORTED',
      /native add-on/,
    ],
  ])('%s', async ([_what, files, handler, code, text], { expect }) => {
    const load = await loadFiles(files, { handler });
    expect(load.kind).toBe('failed');
    if (load.kind === 'loaded') return;
    expect([load.error.code, load.error.message]).toEqual([code, expect.stringMatching(text)]);
    expect(load.error.facts).toMatchObject({ function: 'f' });
  });

  test('a code path that does not exist', async ({ expect }) => {
    const load = await loadFunction(configOf('/nowhere/at-all'));
    expect(load).toMatchObject({
      kind: 'failed',
      name: 'f',
      error: { code: 'EDGE_FUNCTION_NOT_FOUND' },
    });
  });

  test('an archive', async ({ expect }) => {
    const load = await loadFunction(configOf(`${folderOf({ 'f.zip': 'PK' })}/f.zip`));
    expect(load).toMatchObject({ kind: 'failed', error: { code: 'EDGE_FUNCTION_UNSUPPORTED' } });
  });

  test('code over the limit, naming both sizes, comments counted', async ({ expect }) => {
    const text = `${ANSWER}\n/*${'x'.repeat(11 * 1024)}*/`;
    const load = await loadFiles({ 'index.js': text }, { runtime: 'cloudfront-function' });
    expect(load).toMatchObject({
      kind: 'failed',
      error: {
        code: 'EDGE_FUNCTION_TOO_LARGE',
        message: `Cannot load function "f": code and files are ${text.length} bytes, limit is 10240 bytes`,
        facts: { actual: text.length, limit: 10240 },
      },
    });
  });

  test.for<
    [what: string, files: Record<string, string>, file: string, line: number, column: number]
  >([
    ['in the entry', { 'index.js': 'const a = 1;\nconst b = ;\n' }, 'index.js', 2, 11],
    ['in TypeScript', { 'index.ts': 'type A = string;\nlet x: A = = 1;' }, 'index.ts', 2, 12],
    [
      'in a required file',
      { 'index.js': "require('./lib/a');", 'lib/a.js': '\n\n  foo(]' },
      'lib/a.js',
      3,
      7,
    ],
    [
      'in JSON',
      { 'index.js': "require('./a.json');", 'a.json': '{\n  "a": nope\n}' },
      'a.json',
      2,
      8,
    ],
    ['after wide characters', { 'index.js': '"ÄÖÜ€"; let é = ;' }, 'index.js', 1, 17],
    [
      'in a file that asks where it is',
      { 'index.js': 'const a = __dirname;\nconst ;' },
      'index.js',
      2,
      7,
    ],
  ])(
    'a syntax error %s, with file, line and column',
    async ([_what, files, file, line, column], { expect }) => {
      const load = await loadFiles(files);
      expect(load.kind).toBe('failed');
      if (load.kind === 'loaded') return;
      expect(load.error.code).toBe('EDGE_FUNCTION_SYNTAX');
      expect(load.error.facts).toEqual({ function: 'f', file, line, column });
      const [head, text, caret] = load.error.message.split('\n');
      expect(head).toMatch(`Cannot load function "f": ${file}:${line}:${column}: `);
      expect(text).toBe(`  ${files[file]?.split('\n')[line - 1]}`);
      expect(caret).toBe(`${' '.repeat(column + 1)}^`);
    },
  );

  test('one of several functions, and loads the others', async ({ expect }) => {
    const folder = folderOf({ 'good.js': ANSWER, 'bad.js': 'exports.handler = (' });
    const configs = ['good', 'bad', 'good'].map((name) =>
      configOf(`${folder}/${name}.js`, { name }),
    );
    const loads = await loadFunctions(configs);
    expect(loads.map((load) => load.kind)).toEqual(['loaded', 'failed', 'loaded']);
  });
});
