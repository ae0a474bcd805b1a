import { describe, test } from 'vitest';
import { loadFunction } from '../../src/function/load-function.ts';
import { configOf, folderOf, handlerOf, loadFiles, packageOf } from './function-folder.ts';

describe('loadFunction() runs as on Lambda', () => {
  test('an import that is optional falls back where it does not resolve', async ({ expect }) => {
    const load = await loadFiles({
      'index.js': `
let fast;
try { fast = require('not-installed-at-all'); } catch (error) { fast = error.code; }
exports.handler = () => fast;`,
    });
    expect(handlerOf(packageOf(load))()).toBe('MODULE_NOT_FOUND');
  });

  test('a package that only a late path needs throws there, with a warning at load', async ({
    expect,
  }) => {
    const load = await loadFiles({
      'index.js': `
const late = () => require('only-in-development');
if (process.env.NOT_SET_ANYWHERE) require('only-in-development');
exports.handler = (go) => go ? late() : 'fine';`,
    });
    const handler = handlerOf(packageOf(load));
    expect(handler()).toBe('fine');
    expect(() => handler(true)).toThrow("Cannot find module 'only-in-development'");
    expect(load).toMatchObject({
      warnings: [expect.stringContaining('"only-in-development" is not installed')],
    });
  });

  test.for<[what: string, files: Record<string, string>]>([
    [
      'in the function',
      {
        'index.js':
          "let v = 'js';\ntry {\n  v = require('sharp');\n} catch {}\nexports.handler = () => v;",
      },
    ],
    [
      'in a package',
      {
        'index.js': "const p = require('p');\nexports.handler = () => p;",
        'node_modules/p/index.js':
          "try {\n  module.exports = require('./binding');\n} catch {\n  module.exports = 'js';\n}",
        'node_modules/p/binding.js': "module.exports = require('node-gyp-build')(__dirname);",
      },
    ],
    [
      'through a loader that is called late',
      {
        'index.js':
          "const load = require('bindings');\nlet v = 'js';\ntry { v = load('x'); } catch {}\nexports.handler = () => v;",
      },
    ],
    [
      'as a .node file',
      {
        'index.js':
          "let v = 'js';\ntry { v = require('./x.node'); } catch {}\nexports.handler = () => v;",
      },
    ],
  ])('a native part that is optional %s falls back', async ([_what, files], { expect }) => {
    expect(handlerOf(packageOf(await loadFiles(files)))()).toBe('js');
  });

  test('a computed require finds what Node would find in the folder', async ({ expect }) => {
    const load = await loadFiles({
      'index.js': `"use strict";
const page = (name) => require('./pages/' + name);
const text = (name) => require(\`./pages/text-\${name}.js\`);
exports.handler = (name) => {
  try { return name.startsWith('t:') ? text(name.slice(2)) : page(name); }
  catch (error) { return error.code ?? error.message; }
};`,
      'pages/a.js': 'module.exports = "a";',
      'pages/deep/index.js': 'module.exports = "deep";',
      'pages/data.json': '{"of":"json"}',
      'pages/text-one.js': 'module.exports = "one";',
      'pages/broken.js': 'module.exports = <div>;',
      'pages/run.sh': 'echo no',
      'pages/node_modules/p/index.js': 'module.exports = "p";',
    });
    const handler = handlerOf(packageOf(load));
    const missing = 'MODULE_NOT_FOUND';
    const names = ['a', 'a.js', './a', 'deep', 'deep/index', 'data', 't:one', 'none', 'broken'];
    expect(names.map((name) => handler(name))).toEqual([
      'a',
      'a',
      'a',
      'deep',
      'deep',
      { of: 'json' },
      'one',
      missing,
      missing,
    ]);
  });

  test('a computed import gives the namespace, and rejects for what is not there', async ({
    expect,
  }) => {
    const load = await loadFiles({
      'index.ts': `export const handler = async (name: string) => {
  const { greeting } = await import(\`./texts/\${name}.ts\`);
  return greeting;
};`,
      'texts/de.ts': 'export const greeting: string = "Hallo";',
      'texts/en.ts': 'export const greeting: string = "Hello";',
    });
    const handler = handlerOf(packageOf(load));
    expect(await handler('de')).toBe('Hallo');
    await expect(handler('fr')).rejects.toMatchObject({ code: 'MODULE_NOT_FOUND' });
  });

  test('a package that looks for a binary in a folder that is not there falls back', async ({
    expect,
  }) => {
    const load = await loadFiles({
      'index.js': 'exports.handler = () => require("p");',
      'node_modules/p/index.js': `let found = 'stub';
for (const kind of ['Release', 'Debug']) {
  try { found = require('./build/' + kind + '/Bindings'); } catch {}
}
module.exports = found;`,
    });
    expect(handlerOf(packageOf(load))()).toBe('stub');
  });

  test.for([
    ['index.ts', 'import page from "./page.html";\nexport const handler = () => page;'],
    ['index.js', 'const page = require("./page.html");\nexports.handler = () => page;'],
  ] as const)(
    '%s imports a page as text, as bundlers give it',
    async ([name, code], { expect }) => {
      const load = await loadFiles({ [name]: code, 'page.html': '<h1>é</h1>\n' });
      expect(handlerOf(packageOf(load))()).toBe('<h1>é</h1>\n');
    },
  );

  test('__dirname, __filename and import.meta are those of each file under /var/task', async ({
    expect,
  }) => {
    const load = await loadFiles({
      'index.mjs': `#!/usr/bin/env node
import lib from './lib/deep/a.cjs';
import { where } from 'placed';
import { own } from './own.mjs';
export const handler = () => [import.meta.url, import.meta.dirname, lib, where, own];`,
      'lib/deep/a.cjs': '"use strict"; module.exports = [__dirname, __filename, this === exports];',
      'own.mjs': 'const __dirname = "mine"; export const own = __dirname;',
      'node_modules/placed/lib/index.js': 'exports.where = __filename;',
      'node_modules/placed/package.json': '{"main":"lib/index.js"}',
    });
    expect(handlerOf(packageOf(load))()).toEqual([
      'file:///var/task/index.mjs',
      '/var/task',
      ['/var/task/lib/deep', '/var/task/lib/deep/a.cjs', true],
      '/var/task/node_modules/placed/lib/index.js',
      'mine',
    ]);
  });

  test('require.resolve of an own file gives its path under /var/task, and packs it', async ({
    expect,
  }) => {
    const load = await loadFiles({
      'index.js': "const p = require('p');\nexports.handler = () => p;",
      'node_modules/p/index.js':
        "require('fs');\nmodule.exports = require.resolve('./lib/worker');",
      'node_modules/p/lib/worker.js': 'postMessage(1);',
    });
    const pkg = packageOf(load);
    expect(handlerOf(pkg)()).toBe('/var/task/node_modules/p/lib/worker.js');
    expect(Object.keys(pkg.files)).toContain('node_modules/p/lib/worker.js');
  });

  test('packages of the project are found from a function elsewhere, and seem its own', async ({
    expect,
  }) => {
    const project = folderOf({ 'node_modules/dep/index.js': 'module.exports = __dirname;' });
    const code = folderOf({
      'index.js': "const dep = require('dep');\nexports.handler = () => dep;",
    });
    const load = await loadFunction(configOf(code), { baseDir: project });
    expect(handlerOf(packageOf(load))()).toBe('/var/task/node_modules/dep');
  });

  test('sloppy code stays sloppy, modules are strict', async ({ expect }) => {
    const sloppy = await loadFiles({
      'index.js': 'undeclared = 5; exports.handler = function () { return this === undefined; };',
    });
    const strict = await loadFiles({
      'index.mjs': 'export function handler() { return this === undefined; }',
    });
    const handlers = [handlerOf(packageOf(sloppy)), handlerOf(packageOf(strict))];
    expect(handlers.map((handler) => handler())).toEqual([false, true]);
  });

  test('classes keep their names when they mention themselves', async ({ expect }) => {
    const load = await loadFiles({
      'index.ts': `
class ApiError extends Error {
  constructor() { super('no'); this.name = this.constructor.name; Error.captureStackTrace(this, ApiError); }
}
class Named { static name = 'own'; static self() { return Named; } }
export const handler = () => [new ApiError().name, Named.name];`,
    });
    expect(handlerOf(packageOf(load))()).toEqual(['ApiError', 'own']);
  });

  test('JSON is imported, and dynamic import() is answered from the bundle', async ({ expect }) => {
    const load = await loadFiles({
      'index.mjs': `
import data from './data.json' with { type: 'json' };
export const handler = async () => [data.a, (await import('./late.cjs')).default, (await import('node:path')).posix.sep];`,
      'data.json': '{"a": 1}',
      'late.cjs': 'module.exports = require("./data").a + 1;',
    });
    expect(await handlerOf(packageOf(load))()).toEqual([1, 2, '/']);
  });

  test('top-level await makes the program an ES module that imports only builtins', async ({
    expect,
  }) => {
    const pkg = packageOf(
      await loadFiles({
        'index.mjs': `
import { join } from 'node:path';
import dep from 'dep';
const value = await Promise.resolve(3);
export const handler = () => [value, join('a', 'b'), dep];`,
        'node_modules/dep/index.js':
          "module.exports = require('util').format('%d', 1) + __dirname;",
      }),
    );
    expect(pkg.program.format).toBe('esm');
    const url = `data:text/javascript;base64,${Buffer.from(pkg.program.text).toString('base64')}`;
    const module = (await import(url)) as { handler(): unknown };
    expect(module.handler()).toEqual([3, 'a/b', '1/var/task/node_modules/dep']);
  });
});
