import { execFileSync } from 'node:child_process';
import os from 'node:os';

/** Where the figures come from. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGib: number;
  readonly kernel: string;
  readonly node: string;
  readonly loadAverage: string;
}

export function machineFacts(): Machine {
  const cpus = os.cpus();
  return {
    cpu: cpus[0]?.model.trim() ?? 'unknown CPU',
    cores: cpus.length,
    memoryGib: Math.round(os.totalmem() / 2 ** 30),
    kernel: os.release().split('-', 1)[0] ?? '',
    node: process.versions.node,
    loadAverage: os.loadavg()[0]?.toFixed(1) ?? '',
  };
}

/** Short name of the commit at `root`, with `-dirty` when files differ from it. */
export function commitOf(root: string): string {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const name = git('rev-parse', '--short', 'HEAD').trim();
    return git('status', '--porcelain', '--', 'src').trim() === '' ? name : `${name}-dirty`;
  } catch {
    return 'unknown';
  }
}
