/** CPU time of a tree of processes, from /proc: what a load story is judged by, because it does not depend on who else runs. */

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** One process of a tree. */
export interface ProcessFacts {
  readonly pid: number;
  readonly commandLine: string;
  /** User and system time, its own and that of children that have ended and were waited for; milliseconds. */
  readonly cpuMs: number;
}

const TICK_MS = 1000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

// Places in /proc/PID/stat after the name, which is in parentheses and may hold spaces (proc_pid_stat(5)).
const PARENT = 1;
const CPU_FIELDS = [11, 12, 13, 14] as const;

interface Stat {
  readonly parent: number;
  readonly cpuMs: number;
}

function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const words = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = CPU_FIELDS.reduce((sum, at) => sum + Number(words[at]), 0);
    return { parent: Number(words[PARENT]), cpuMs: ticks * TICK_MS };
  } catch {
    // It has ended between the listing and the look.
    return undefined;
  }
}

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

/** The process `rootPid` and all below it, in order of their pids. */
export function processTree(rootPid: number): readonly ProcessFacts[] {
  const stats = new Map<number, Stat>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : undefined;
    if (stat !== undefined) stats.set(Number(name), stat);
  }
  const isInTree = (pid: number): boolean => {
    if (pid === rootPid) return true;
    const stat = stats.get(pid);
    return stat !== undefined && stat.parent !== 0 && isInTree(stat.parent);
  };
  return [...stats]
    .filter(([pid]) => isInTree(pid))
    .sort(([a], [b]) => a - b)
    .map(([pid, { cpuMs }]) => ({ pid, commandLine: commandLineOf(pid), cpuMs }));
}

/** Names processes by their roles: `roleOf` gets the command line and the place among processes of the same command line. */
export function namedProcesses(
  tree: readonly ProcessFacts[],
  roleOf: (commandLine: string, index: number) => string,
): ReadonlyMap<number, string> {
  const seen = new Map<string, number>();
  return new Map(
    tree.map(({ pid, commandLine }) => {
      const index = seen.get(commandLine) ?? 0;
      seen.set(commandLine, index + 1);
      return [pid, roleOf(commandLine, index)];
    }),
  );
}

/** CPU milliseconds by role that a tree has used between two looks. Idle roles are left out. */
export function cpuByRole(
  before: readonly ProcessFacts[],
  after: readonly ProcessFacts[],
  roles: ReadonlyMap<number, string>,
): Readonly<Record<string, number>> {
  const earlier = new Map(before.map(({ pid, cpuMs }) => [pid, cpuMs]));
  const used: Record<string, number> = {};
  for (const { pid, cpuMs } of after) {
    const role = roles.get(pid) ?? 'other';
    const ms = cpuMs - (earlier.get(pid) ?? 0);
    if (ms > 0) used[role] = (used[role] ?? 0) + ms;
  }
  return used;
}
