import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { compileFunction } from 'node:vm';
import { onTestFinished } from 'vitest';
import type { FunctionConfig } from '../../src/config/config.ts';
import type { FunctionPackage } from '../../src/function/function-package.ts';
import { type FunctionLoad, loadFunction } from '../../src/function/load-function.ts';
import { PROGRAM_FILENAME } from '../../src/function/task-root.ts';

/** Writes files into a new folder that goes away with the test; returns its path. */
export function folderOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'isoedge-function-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  return folder;
}

export function configOf(code: string, overrides: Partial<FunctionConfig> = {}): FunctionConfig {
  return {
    name: 'f',
    code,
    handler: 'index.handler',
    runtime: 'lambda-edge',
    limits: {
      memoryMb: 128,
      timeoutMs: 5000,
      cpuMs: 50,
      concurrency: 10,
      queue: 10,
      initTimeoutMs: 1000,
    },
    environment: {},
    network: { allow: [], resolve: {} },
    trustGroup: 'f',
    ...overrides,
  };
}

/** Writes the files, loads the folder as a function with the folder as base. */
export async function loadFiles(
  files: Readonly<Record<string, string | Uint8Array>>,
  overrides: Partial<FunctionConfig> = {},
): Promise<FunctionLoad> {
  const folder = folderOf(files);
  return loadFunction(configOf(folder, overrides), { baseDir: folder });
}

/** The package of a load that must succeed. */
export function packageOf(load: FunctionLoad): FunctionPackage {
  if (load.kind === 'failed') throw load.error;
  return load.package;
}

/** Runs a CommonJS program as a hook host would, but in this process; returns the handler. */
export function handlerOf(pkg: FunctionPackage): (event?: unknown) => unknown {
  const module: { exports: unknown } = { exports: {} };
  const parameters = ['exports', 'require', 'module', '__filename', '__dirname'];
  const body = compileFunction(pkg.program.text, parameters, { filename: PROGRAM_FILENAME });
  body(module.exports, createRequire(import.meta.url), module, PROGRAM_FILENAME, '/var/task');
  return pkg.exportPath.reduce(
    (value: unknown, name) => (value as Record<string, unknown>)[name],
    module.exports,
  ) as (event?: unknown) => unknown;
}
