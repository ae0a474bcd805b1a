import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** How a command ended. */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
export interface RunningCommand {
  readonly process: ChildProcess;
  /** Resolves with the match once the output so far, stdout and stderr together, has one. */
  until(pattern: RegExp): Promise<RegExpExecArray>;
  readonly ended: Promise<CommandResult>;
}

/** Starts `isoedge …args` from the sources. It is killed when the test ends. */
export function startCommand(args: readonly string[], input?: string): RunningCommand {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(input ?? '');
  let stdout = '';
  let stderr = '';
  const waiting = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
    for (const look of waiting) look();
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
    for (const look of waiting) look();
  });
  const ended: Promise<CommandResult> = once(child, 'close').then(([code]) => ({
    code,
    stdout,
    stderr,
  }));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const until = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(stdout + stderr);
        if (match === null) return;
        waiting.delete(look);
        resolve(match);
      };
      waiting.add(look);
      look();
      void ended.then(() => reject(new Error(`It ended before ${pattern}:\n${stdout}${stderr}`)));
    });
  return { process: child, until, ended };
}

/** Runs `isoedge …args` to its end. */
export function runCommand(args: readonly string[], input?: string): Promise<CommandResult> {
  return startCommand(args, input).ended;
}

/** A folder with these files, removed when the test ends. Objects are written as JSON. */
export function folderOf(files: Readonly<Record<string, string | object>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'isoedge-cli-'));
  for (const [name, content] of Object.entries(files)) {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    writeFileSync(path.join(folder, name), text);
  }
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}
