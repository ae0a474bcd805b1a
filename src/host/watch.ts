import type { HostProcess } from './host-process.ts';
import type { HostStatus } from './status-file.ts';

/** What the code on the CPU of a host may use. */
export interface StretchLimits {
  readonly cpuMs: number;
  readonly memoryMb: number;
}

/** A host that has work, as the watch sees it. */
export interface Watched {
  readonly host: HostProcess;
  /** Limits of what the status block names; `undefined` when it names nothing known. */
  limitsOf(status: HostStatus): StretchLimits | undefined;
}

interface Sight {
  stretch: number;
  sinceMs: number;
  cpuMs: number | undefined;
  /** At the last look before the stretch began: what it grew by is measured from here. */
  residentBytes: number;
  lastBytes: number;
}

/** How often hosts with work are looked at. A few reads of some µs each. */
export const WATCH_INTERVAL_MS = 5;
/** The host's own limits get so long to act before the host is killed. */
export const KILL_GRACE_MS = 60;
/** On a machine that gives the host no CPU, code that has not used its limit yet gets so much longer. */
const STARVED_GRACE_MS = 400;
/** What one stretch may take beyond its memory limit: V8's young generation, garbage not yet collected, copies in flight. */
export const MEMORY_SLACK_BYTES = 64 * 2 ** 20;

/**
 * Limits 3 and 4 of design: the deadline and the RSS watch of the edge worker, for code that isolated-vm cannot stop (native
 * loops: BigInt, JSON.parse, huge fills). A look costs two small reads; there is none while no host has work.
 */
export class HostWatch {
  readonly #watched = new Map<Watched, Sight>();
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
      cpuMs: undefined,
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
    for (const [watched, sight] of this.#watched) this.#lookAt(watched, sight, nowMs);
  }

  #lookAt(watched: Watched, sight: Sight, nowMs: number): void {
    const { host } = watched;
    if (host.ended) return;
    const status = host.status();
    const residentBytes = host.residentBytes();
    if (residentBytes > this.#peakBytes) this.#peakBytes = residentBytes;
    if (status.stretch === 0 || status.stretch !== sight.stretch) {
      sight.stretch = status.stretch;
      sight.sinceMs = nowMs;
      sight.cpuMs = host.cpuMs();
      sight.residentBytes = Math.min(sight.lastBytes, residentBytes);
      sight.lastBytes = residentBytes;
      return;
    }
    sight.lastBytes = residentBytes;
    const limits = watched.limitsOf(status);
    if (limits === undefined) return;
    const grownBytes = residentBytes - sight.residentBytes;
    if (grownBytes > limits.memoryMb * 2 ** 20 + MEMORY_SLACK_BYTES) host.kill('memory');
    else if (isOverdue(host, sight, limits, nowMs)) host.kill('cpu');
  }
}

/** Out of wall-clock time, and of CPU as well unless the machine is so busy that waiting longer makes no sense. */
function isOverdue(host: HostProcess, sight: Sight, limits: StretchLimits, nowMs: number): boolean {
  const elapsedMs = nowMs - sight.sinceMs;
  if (elapsedMs <= limits.cpuMs + KILL_GRACE_MS) return false;
  const cpuMs = host.cpuMs();
  if (cpuMs === undefined || sight.cpuMs === undefined) return true;
  const isStarved = cpuMs - sight.cpuMs < limits.cpuMs;
  return !isStarved || elapsedMs > limits.cpuMs + STARVED_GRACE_MS;
}
