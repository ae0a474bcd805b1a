import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { compileConfig, type LoadedConfig } from '../../src/config/compile.ts';
import type { EdgeConfig } from '../../src/config/config.ts';
import { formatProblem } from '../../src/config/problem.ts';

/** A folder with a `hooks/auth.js`, a `hooks/site/` and a `ca.pem`; gone after the test. */
export function configFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'isoedge-config-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  mkdirSync(path.join(folder, 'hooks/site'), { recursive: true });
  writeFileSync(path.join(folder, 'hooks/auth.js'), '');
  writeFileSync(path.join(folder, 'hooks/readme.txt'), '');
  writeFileSync(path.join(folder, 'ca.pem'), '');
  return folder;
}

type Members = Readonly<Record<string, unknown>>;

/** The smallest good configuration, with `members` in place of its own. */
export function configuration(members: Members = {}): Members {
  return {
    origins: { app: { url: 'http://127.0.0.1:8081' } },
    behaviors: [{ path: '*', origin: 'app' }],
    ...members,
  };
}

/** The good configuration with one function `auth` that has these members, and one behavior with these hooks. */
export function withFunction(members: Members, hooks: Members = {}): Members {
  return configuration({
    functions: { auth: { code: 'hooks/auth.js', ...members } },
    behaviors: [{ path: '*', origin: 'app', hooks }],
  });
}

export function compile(members: Members): LoadedConfig {
  return compileConfig(members, configFolder());
}

/** The compiled configuration; fails the test if there are problems. */
export function compiled(members: Members): EdgeConfig {
  const loaded = compile(members);
  if (loaded.kind === 'invalid') throw new Error(loaded.problems.map(formatProblem).join('\n'));
  return loaded.config;
}

/** The printed problems; empty for a good configuration. */
export function problemsIn(members: Members): string[] {
  const loaded = compile(members);
  return loaded.kind === 'loaded' ? [] : loaded.problems.map(formatProblem);
}
