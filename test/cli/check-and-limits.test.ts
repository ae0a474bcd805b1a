import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderOf, runCommand } from './run-cli.ts';

const CONFIG = {
  origins: { app: { url: 'http://127.0.0.1:8081' } },
  behaviors: [{ path: '*', origin: 'app' }],
};

function configIn(folder: string): string {
  return path.join(folder, 'config.json');
}

describe('isoedge check', () => {
  test('prints what loads, and exits with 0', async () => {
    const folder = folderOf({
      'config.json': {
        ...CONFIG,
        functions: { tag: { code: './tag.js', handler: 'tag.handler' } },
      },
      'tag.js': 'exports.handler = async (event) => event;',
    });
    const { code, stdout, stderr } = await runCommand(['check', '--config', configIn(folder)]);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^function tag {2}lambda-edge {2}[0-9a-f]{12} {2}\d+ bytes of code$/m);
    expect(stdout).toContain('1 behavior, 1 origin, 1 function');
    expect(code).toBe(0);
  });

  test('prints every problem with path, value, expectation and suggestion, and exits with 2', async () => {
    const folder = folderOf({
      'config.json': {
        ...CONFIG,
        workers: 0,
        orgins: {},
        behaviors: [{ path: '*', origin: 'ap' }],
      },
    });
    const { code, stdout, stderr } = await runCommand(['check', '--config', configIn(folder)]);
    expect(stdout).toBe('');
    expect(stderr).toContain('has 3 problems');
    expect(stderr).toMatch(/^ {2}workers: found 0, expected .*$/m);
    expect(stderr).toMatch(/^ {2}orgins: found .*; did you mean "origins"\?$/m);
    expect(stderr).toMatch(/^ {2}behaviors\[0\]\.origin: found "ap", .*; did you mean "app"\?$/m);
    expect(code).toBe(2);
  });

  test('names a file that is not there', async () => {
    const { code, stderr } = await runCommand(['check', '--config', '/nowhere/config.json']);
    expect(stderr).toMatch(/\/nowhere\/config\.json.*ENOENT.*expected a readable file/s);
    expect(code).toBe(2);
  });

  test('one function that cannot be loaded does not hide the others', async () => {
    const folder = folderOf({
      'config.json': {
        ...CONFIG,
        functions: {
          good: { code: './good.js', handler: 'good.handler' },
          broken: { code: './broken.js', handler: 'broken.handler' },
          needy: { code: './needy.js', handler: 'needy.handler' },
        },
      },
      'good.js': 'exports.handler = async (event) => event;',
      'broken.js': 'exports.handler = (((',
      'needy.js': "require('not-installed'); exports.handler = async (event) => event;",
    });
    const { code, stdout, stderr } = await runCommand(['check', '--config', configIn(folder)]);
    expect(stdout).toMatch(/^function good /m);
    expect(stderr).toMatch(/^EDGE_FUNCTION_SYNTAX .*"broken": broken\.js:1:\d+: /m);
    expect(stderr).toMatch(/^EDGE_FUNCTION_DEPENDENCY .*"needy": .*"not-installed"/m);
    expect(code).toBe(2);
  });

  test('finds what only running the module shows: a throw, a loop, a handler that is not there', async () => {
    const folder = folderOf({
      'config.json': {
        ...CONFIG,
        functions: {
          throws: { code: './throws.js', handler: 'throws.handler' },
          loops: { code: './loops.js', handler: 'loops.handler', initTimeoutMs: 200 },
          other: { code: './other.js', handler: 'other.handler' },
        },
      },
      'throws.js': "\nthrow new TypeError('no good');",
      'loops.js': 'for (;;);',
      'other.js': 'exports.main = async () => 1;',
    });
    const { code, stdout, stderr } = await runCommand(['check', '--config', configIn(folder)]);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^EDGE_FUNCTION_INIT .*"throws": TypeError: no good .*throws\.js:2:7/m);
    expect(stderr).toMatch(/^EDGE_FUNCTION_INIT_TIMEOUT .*"loops".*200 ms/m);
    expect(stderr).toMatch(/^EDGE_FUNCTION_HANDLER .*"other"/m);
    expect(code).toBe(2);
  });
});

describe('isoedge limits', () => {
  test('gives value, unit and source of every limit', async () => {
    const folder = folderOf({
      'config.json': {
        ...CONFIG,
        limits: { maxUrlBytes: 4096 },
        functions: { tag: { code: './tag.js', handler: 'tag.handler', memoryMb: 64 } },
        behaviors: [
          {
            path: '*',
            origin: 'app',
            hooks: { 'viewer-request': { function: 'tag', timeoutMs: 20 } },
          },
        ],
      },
      'tag.js': 'exports.handler = async (event) => event;',
    });
    const { code, stdout } = await runCommand(['limits', '--config', configIn(folder)]);
    const rows = stdout.split('\n').map((line) => line.split(/ {2,}/));
    expect(rows).toContainEqual(['functions.tag.memoryMb', '64', 'MiB', 'config.json']);
    expect(rows).toContainEqual(['functions.tag.cpuMs', '50', 'ms', 'default: isoedge']);
    expect(rows).toContainEqual(['limits.maxUrlBytes', '4096', 'bytes', 'config.json']);
    expect(rows).toContainEqual(['limits.maxHeaderBytes', '32768', 'bytes', 'default: CloudFront']);
    expect(rows).toContainEqual([
      'behaviors[0].hooks.viewer-request.timeoutMs',
      '20',
      'ms',
      'config.json',
    ]);
    expect(stdout).not.toContain('viewer-request.cpuMs');
    expect(code).toBe(0);
  });
});
