import { readdirSync, readFileSync } from 'node:fs';

const PAGE_BYTES = 4096;
const MIB = 2 ** 20;
const NANOSECONDS_PER_MS = 1e6;
const LOOK_MS = 5;

/** Resident set of a process in MiB; 0 when it has ended. */
export function residentMb(pid: number): number {
  return (numberIn(`/proc/${pid}/statm`, 1) * PAGE_BYTES) / MIB;
}

/** Milliseconds that the main thread of a process was ready to run while others had the CPU. */
function waitedMs(pid: number): number {
  return numberIn(`/proc/${pid}/schedstat`, 1) / NANOSECONDS_PER_MS;
}

function numberIn(file: string, word: number): number {
  try {
    return Number(readFileSync(file, 'latin1').split(' ')[word]);
  } catch {
    return 0;
  }
}

/** Pids of the children of this process. */
export function childPids(): readonly number[] {
  return readdirSync('/proc/self/task').flatMap((task) =>
    readFileSync(`/proc/self/task/${task}/children`, 'latin1')
      .split(' ')
      .filter((pid) => pid !== '')
      .map(Number),
  );
}

/** What an attack did to the hosts, and what the machine did to it. */
export interface HostLoad {
  /** The largest growth of any host, in MiB. */
  readonly peakMb: number;
  /** How long a host, and this process, were kept from the CPU by others, together. */
  readonly waitedMs: number;
  /** How long this process was. */
  readonly ownWaitedMs: number;
}

/** Looks at hosts again and again until `stop`. */
export function watchHosts(pids: () => readonly number[]): { stop(): HostLoad } {
  const seen = new Map<number, { baseMb: number; baseMs: number; waitedMs: number }>();
  const ownBaseMs = waitedMs(process.pid);
  let peakMb = 0;
  const look = (): void => {
    for (const pid of pids()) {
      const known = seen.get(pid);
      if (known === undefined) {
        seen.set(pid, { baseMb: residentMb(pid), baseMs: waitedMs(pid), waitedMs: 0 });
      } else {
        peakMb = Math.max(peakMb, residentMb(pid) - known.baseMb);
        known.waitedMs = Math.max(known.waitedMs, waitedMs(pid) - known.baseMs);
      }
    }
  };
  look();
  const timer = setInterval(look, LOOK_MS);
  return {
    stop() {
      look();
      clearInterval(timer);
      const hostMs = Math.max(0, ...[...seen.values()].map((host) => host.waitedMs));
      const ownMs = waitedMs(process.pid) - ownBaseMs;
      return { peakMb: Math.round(peakMb), waitedMs: hostMs + ownMs, ownWaitedMs: ownMs };
    },
  };
}

const JIFFIES_PER_SECOND = 100;

/**
 * CPU that a process and its threads, and the children it has waited for, have used, in jiffies.
 */
function jiffiesOf(pid: number): number {
  try {
    // The name of the program is in parentheses and may hold spaces; time on the CPU is in fields
    // 14 to 17.
    const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ');
    const times = fields.split(' ').slice(11, 15).map(Number);
    return times.reduce((sum, time) => sum + time, 0);
  } catch {
    return 0;
  }
}

function ownJiffies(): number {
  return [process.pid, ...childPids()].reduce((sum, pid) => sum + jiffiesOf(pid), 0);
}

/** All CPU that the machine has used: every column but idle and waiting for disks. */
function machineJiffies(): number {
  const [line = ''] = readFileSync('/proc/stat', 'latin1').split('\n', 1);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = line
    .split(/ +/)
    .slice(1)
    .map(Number);
  return user + nice + system + irq + softirq;
}

/**
 * Watches what else the machine does; `stop` gives how many cores others than this process and its
 * children used, on average.
 */
export function watchOthers(): { stop(): number } {
  const startedMs = performance.now();
  const startJiffies = machineJiffies() - ownJiffies();
  return {
    stop() {
      const seconds = (performance.now() - startedMs) / 1000;
      return (machineJiffies() - ownJiffies() - startJiffies) / JIFFIES_PER_SECOND / seconds;
    },
  };
}

/**
 * Resolves when `condition` holds; rejects with `what` after ten seconds. Processes of the system
 * tell nobody when they change.
 */
export async function until(condition: () => boolean, what: () => string): Promise<void> {
  const giveUpMs = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > giveUpMs) throw new Error(`Not within ten seconds: ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS * 4));
  }
}
