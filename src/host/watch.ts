import type { HostProcess, KillReason } from './host-process.ts';
import type { CpuUsage } from './process-usage.ts';
import type { HostStatus } from './status-file.ts';

/** What the code on the CPU of a host may use. */
export interface StretchLimits {
  readonly cpuMs: number;
  /**
   * By the wall clock; it counts only for code that the machine gives no CPU, and leaves that some
   * time in any case.
   */
  readonly wallMs: number;
  readonly memoryMb: number;
}

/** A host that has work, as the watch sees it. */
export interface Watched {
  readonly host: HostProcess;
  /** Limits of what the status block names; `undefined` when it names nothing known. */
  limitsOf(status: HostStatus): StretchLimits | undefined;
  /**
   * Judges the host as a whole: how large it is, and how long its oldest work is due. A reason ends
   * it.
   */
  judge(host: HostSight): KillReason | undefined;
}

/** One look at a host. */
export interface HostSight {
  readonly nowMs: number;
  readonly residentBytes: number;
  readonly status: HostStatus;
}

interface StretchSight {
  stretch: number;
  sinceMs: number;
  cpu: CpuUsage | undefined;
  /** At the last look before the stretch began: what it grew by is measured from here. */
  residentBytes: number;
  lastBytes: number;
}

/** How often hosts with work are looked at. A few reads of some µs each. */
export const WATCH_INTERVAL_MS = 5;
/** The host's own limits get so long to act before the host is killed. */
export const KILL_GRACE_MS = 60;
/**
 * On a machine that gives the host no CPU, code that has not used its limit yet gets so much longer
 * at least.
 */
const STARVED_GRACE_MS = 400;
/**
 * What one stretch may take beyond its memory limit: V8's young generation, garbage not yet
 * collected, copies in flight.
 */
export const MEMORY_SLACK_BYTES = 64 * 2 ** 20;

/**
 * Limits 3 and 4 of design: the deadline and the RSS watch of the edge worker, for code that
 * isolated-vm cannot stop (native loops: BigInt, JSON.parse, huge fills). A look costs two small
 * reads; there is none while no host has work.
 */
export class HostWatch {
  readonly #watched = new Map<Watched, StretchSight>();
  #timer: NodeJS.Timeout | undefined;
  #peakBytes = 0;

  /** Largest resident set seen of any host. */
  get peakResidentBytes(): number {
    return this.#peakBytes;
  }

  start(watched: Watched): void {
    if (this.#watched.has(watched)) return;
    const residentBytes = watched.host.residentBytes();
    const sinceMs = performance.now();
    this.#watched.set(watched, {
      stretch: 0,
      sinceMs,
      cpu: undefined,
      residentBytes,
      lastBytes: residentBytes,
    });
    this.#timer ??= setInterval(() => this.#look(), WATCH_INTERVAL_MS);
  }

  stop(watched: Watched): void {
    this.#watched.delete(watched);
    if (this.#watched.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const nowMs = performance.now();
    for (const [watched, sight] of this.#watched) {
      const { host } = watched;
      if (host.ended) continue;
      const status = host.status();
      const residentBytes = host.residentBytes();
      if (residentBytes > this.#peakBytes) this.#peakBytes = residentBytes;
      const seen = { nowMs, residentBytes, status };
      const reason = this.#judgeStretch(watched, sight, seen) ?? watched.judge(seen);
      if (reason !== undefined) host.kill(reason);
    }
  }

  #judgeStretch(watched: Watched, sight: StretchSight, seen: HostSight): KillReason | undefined {
    const { status, residentBytes, nowMs } = seen;
    if (status.stretch === 0 || status.stretch !== sight.stretch) {
      sight.stretch = status.stretch;
      sight.sinceMs = nowMs;
      sight.cpu = watched.host.cpu();
      sight.residentBytes = Math.min(sight.lastBytes, residentBytes);
      sight.lastBytes = residentBytes;
      return undefined;
    }
    sight.lastBytes = residentBytes;
    const limits = watched.limitsOf(status);
    if (limits === undefined) return undefined;
    const grownBytes = residentBytes - sight.residentBytes;
    if (grownBytes > limits.memoryMb * 2 ** 20 + MEMORY_SLACK_BYTES) return 'memory';
    const reason = overdueReason(watched.host, sight, limits, nowMs);
    // A module that takes so long to load counts as one that does not load; it is tried again
    // later.
    return reason === 'starved' && status.loading ? 'cpu' : reason;
  }
}

/**
 * `cpu`: longer on the CPU, or asleep in a system call, than its limit and the grace. Time in which
 * the machine had no CPU for it does not count, but it ends at the wall-clock limit of the call:
 * `starved`.
 */
function overdueReason(
  host: HostProcess,
  sight: StretchSight,
  { cpuMs, wallMs }: StretchLimits,
  nowMs: number,
): KillReason | undefined {
  const elapsedMs = nowMs - sight.sinceMs;
  if (elapsedMs <= cpuMs + KILL_GRACE_MS) return undefined;
  const cpu = host.cpu();
  if (cpu === undefined || sight.cpu === undefined) return 'cpu';
  const waitedMs = cpu.waitedMs - sight.cpu.waitedMs;
  if (elapsedMs - waitedMs > cpuMs + KILL_GRACE_MS) return 'cpu';
  const longestMs = Math.max(cpuMs + STARVED_GRACE_MS, wallMs) + KILL_GRACE_MS;
  return elapsedMs > longestMs ? 'starved' : undefined;
}
