import { describe, test } from 'vitest';
import { mapText, mapTrace } from '../../src/function/stack-map.ts';
import { handlerOf, loadFiles, packageOf } from './function-folder.ts';

describe('mapTrace()', () => {
  test.for<[what: string, files: Record<string, string>, place: string]>([
    [
      'of a TypeScript file',
      {
        'index.ts':
          "import { fail } from './lib/fail.ts';\nexport const handler = () => fail('no');",
        'lib/fail.ts':
          'interface A { a: string }\nexport function fail(text: A["a"]): never {\n  throw new Error(text);\n}',
      },
      '/var/task/lib/fail.ts:3:9',
    ],
    [
      'of a file that asks where it is',
      {
        'index.js':
          '"use strict";\n\nconst here = __dirname;\nexports.handler = () => { throw new Error(here); };',
      },
      '/var/task/index.js:4:33',
    ],
    [
      'of an npm package',
      {
        'index.js': "const p = require('p');\nexports.handler = () => p();",
        'node_modules/p/index.js': 'module.exports = () => {\n  null.x;\n};',
      },
      '/var/task/node_modules/p/index.js:2:8',
    ],
    [
      'of a module',
      {
        'index.mjs':
          'export class A { static of() { return new A().boom(); } boom() { undefined.x; } }\nexport const handler = () => A.of();',
      },
      '/var/task/index.mjs:1:76',
    ],
  ])('gives the position %s', async ([_what, files, place], { expect }) => {
    const pkg = packageOf(await loadFiles(files));
    const trace = traceOf(handlerOf(pkg));
    const mapped = mapTrace(trace, pkg);
    expect(mapped[1]).toContain(place);
    expect(mapped[0]).toBe(trace[0]);
  });

  test('leaves frames alone that are not of the program', async ({ expect }) => {
    const pkg = packageOf(await loadFiles({ 'index.js': 'exports.handler = () => 1;' }));
    const trace = ['Error: no', '    at node:internal/x:1:2', '    at f (/var/task/other.js:1:2)'];
    expect(mapTrace(trace, pkg)).toEqual(trace);
    const frames = ['    at f (/var/task/index.js:1:2)'];
    expect(
      mapTrace(frames, { ...pkg, sourceMap: '{"version":3,"sources":[],"mappings":""}' }),
    ).toEqual(frames);
  });
});

test('mapText() mends the frames in a log line, and leaves other lines alone', async ({
  expect,
}) => {
  const pkg = packageOf(
    await loadFiles({ 'index.js': '\n\nexports.handler = () => { throw new Error("no"); };' }),
  );
  const [head = '', frame = ''] = traceOf(handlerOf(pkg));
  const text = `seen ${head}\n${frame}\n    at invoke (isoedge:guest:27:5)\nand more`;
  expect(mapText(text, pkg)).toMatch(
    /^seen Error: no\n +at exports\.handler \(\/var\/task\/index\.js:3:33\)\nand more$/,
  );
  expect(mapText('plain\ntext', pkg)).toBe('plain\ntext');
});

function traceOf(handler: () => unknown): string[] {
  try {
    handler();
  } catch (thrown) {
    return (thrown as Error).stack?.split('\n') ?? [];
  }
  return [];
}
