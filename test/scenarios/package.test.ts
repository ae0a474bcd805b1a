import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const INSTALL_MS = 120_000;

/** The npm package as a user has it: packed, installed into an empty folder, started by its command. */
const folder = mkdtempSync(path.join(tmpdir(), 'isoedge-package-'));
const project = path.join(folder, 'project');

/** This Node.js comes first, as on the machine of a user who has a recent one. */
const env = { ...process.env, PATH: `${path.dirname(process.execPath)}:${process.env['PATH']}` };

beforeAll(async () => {
  await run(process.execPath, ['build/build.ts'], { cwd: ROOT });
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: ROOT, env });
  const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  mkdirSync(project);
  writeFileSync(path.join(project, 'package.json'), '{ "private": true }');
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--omit=dev'];
  await run('npm', ['install', ...flags, path.join(folder, tarball)], { cwd: project, env });
}, INSTALL_MS);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const installed = (...names: string[]): string =>
  path.join(project, 'node_modules', 'isoedge', ...names);

test('the package serves with `isoedge serve`, hooks included, and ends with 0', async () => {
  const origin = createServer((_request, response) => response.end('content'));
  origin.listen(0, '127.0.0.1');
  await once(origin, 'listening');
  const { port } = origin.address() as AddressInfo;
  const config = {
    listeners: [{ port: 0 }],
    origins: { app: { url: `http://127.0.0.1:${port}` } },
    functions: { tag: { code: './node_modules/isoedge/hooks/tag-response', cpuMs: 5000 } },
    behaviors: [{ path: '*', origin: 'app', hooks: { 'origin-response': 'tag' } }],
  };
  writeFileSync(path.join(project, 'config.json'), JSON.stringify(config));
  const program = path.join(project, 'node_modules', '.bin', 'isoedge');
  const child = spawn(program, ['serve', '--config', 'config.json'], { cwd: project, env });
  let log = '';
  const viewerUrl = await new Promise<string>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      log += chunk;
      const match = /"viewer":\["(http[^"]+)"\]/.exec(log);
      if (match?.[1] !== undefined) resolve(match[1]);
    });
    child.once('close', () => reject(new Error(log)));
  });
  const response = await fetch(viewerUrl);
  expect(await response.text()).toBe('content');
  expect(response.headers.get('x-tagged-by')).toContain('tag');
  child.kill('SIGTERM');
  const [code] = await once(child, 'close');
  expect(code).toBe(0);
  origin.closeAllConnections();
  origin.close();
});

test('the package holds JavaScript with types, and no TypeScript to run', () => {
  expect(existsSync(installed('dist', 'app', 'create-edge.d.ts'))).toBe(true);
  const files = readdirSync(installed('dist'), { recursive: true, encoding: 'utf8' });
  expect(files.filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))).toEqual([]);
  expect(existsSync(installed('src'))).toBe(false);
});

test('the package exports createEdge', async () => {
  const code = "import { createEdge } from 'isoedge'; console.log(typeof createEdge);";
  const args = ['--input-type=module', '--eval', code];
  const { stdout } = await run(process.execPath, args, { cwd: project });
  expect(stdout).toBe('function\n');
});

/** Node.js of the system, which is often an older one. */
const SYSTEM_NODE = '/usr/bin/node';
const systemVersion = existsSync(SYSTEM_NODE)
  ? (await run(SYSTEM_NODE, ['--version'])).stdout.trim()
  : undefined;
const isOld = systemVersion !== undefined && Number.parseInt(systemVersion.slice(1), 10) < 24;

test.runIf(isOld)('an older Node.js is told in one line what is needed', async () => {
  const failed = run(SYSTEM_NODE, [installed('dist', 'cli', 'main.js'), '--version']);
  await expect(failed).rejects.toMatchObject({
    code: 1,
    stdout: '',
    stderr: `isoedge needs Node.js >= 24, found ${systemVersion} (${SYSTEM_NODE})\n`,
  });
});
