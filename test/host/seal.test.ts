import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sealedHostCommand } from '../../src/host/seal.ts';

interface ProbeReport {
  readonly attempts: Readonly<Record<string, string>>;
  readonly duties: Readonly<Record<string, string>>;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** A library that is there on every Linux; any would do. */
const NATIVE_FILE = process.execPath;
const isRoot = process.getuid?.() === 0;

let folder: string;
let probe: string;
const server = createServer((_request, response) => response.end('reached'));

beforeAll(async () => {
  // Beside the packages, where the hook host's program is too: it must find isolated-vm.
  const cache = join(ROOT, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  folder = mkdtempSync(join(cache, 'seal-probe-'));
  probe = join(folder, 'probe.mjs');
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./seal-probe.ts', import.meta.url))],
    platform: 'node',
    format: 'esm',
    bundle: true,
    write: false,
    external: ['isolated-vm'],
  });
  writeFileSync(probe, outputFiles[0]?.text ?? '');
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function run(mode: 'sealed' | 'give-up'): Promise<ProbeReport> {
  const { execPath, args } = sealedHostCommand(process.execPath, probe);
  const { port } = server.address() as AddressInfo;
  const { stdout } = await promisify(execFile)(
    execPath,
    [...args, mode, NATIVE_FILE, String(port)],
    { env: {}, cwd: tmpdir() },
  );
  return JSON.parse(stdout) as ProbeReport;
}

/** Attempts that a program gets through with, until it gives up its rights, and on this machine. */
const UNTIL_GIVEN_UP = ['read the own program', 'signal the edge worker'];
const HARMLESS = ['find a variable in the environment'];

describe('the seal of a hook host', () => {
  let sealed: ProbeReport;
  let givenUp: ProbeReport;

  beforeAll(async () => {
    [sealed, givenUp] = await Promise.all([run('sealed'), run('give-up')]);
  });

  test('refuses files, network, processes, threads, the inspector and code from text', () => {
    const allowed = Object.entries(sealed.attempts)
      .filter(([, outcome]) => !outcome.startsWith('refused'))
      .map(([name]) => name);
    expect(Object.keys(sealed.attempts).length).toBeGreaterThan(20);
    expect(allowed.sort()).toEqual([...UNTIL_GIVEN_UP, ...HARMLESS].sort());
  });

  test.each([
    'read /etc/passwd',
    'write a file',
    'run a program',
    'start a worker',
    'open the inspector',
    'connect to a port',
    'listen on a port',
    'look a name up',
    'fetch',
    'use a binding of Node',
  ])('by permission, not by chance: %s', (name) => {
    expect(sealed.attempts[name]).toBe('refused: ERR_ACCESS_DENIED');
  });

  test('leaves an empty environment', () => {
    expect(sealed.attempts['find a variable in the environment']).toBe('undefined');
  });

  test.each(['read the own program', 'load native code'])(
    'giveUpRights() takes away what only the start needed: %s',
    (name) => {
      expect(givenUp.attempts[name]).toBe('refused: ERR_ACCESS_DENIED');
    },
  );

  test.runIf(isRoot)('giveUpRights() takes root away: the edge worker cannot be signalled', () => {
    expect(sealed.attempts['signal the edge worker']).toBe('true');
    expect(givenUp.attempts['signal the edge worker']).toBe('refused: EPERM');
  });

  test('neither hinders the duties of a hook host', () => {
    const duties = { 'make an isolate': '42', compress: 'true', hash: '64', 'make keys': 'public' };
    expect(sealed.duties).toEqual(duties);
    expect(givenUp.duties).toEqual(duties);
  });
});
