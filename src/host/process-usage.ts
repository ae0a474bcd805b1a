import { closeSync, openSync, readSync } from 'node:fs';

const PAGE_BYTES = 4096;
const NANOSECONDS_PER_MS = 1e6;
const TEXT_BYTES = 128;

/** What the main thread of a process has had of the CPU since it started, in milliseconds. */
export interface CpuUsage {
  readonly ranMs: number;
  /** Ready to run while others had the CPU. */
  readonly waitedMs: number;
}

/**
 * What one process uses: resident set, and CPU of its main thread, on which all user code runs. On
 * Linux from open /proc files, some µs for a look. Differs: elsewhere there is no cheap way; the
 * RSS watch is off, and deadlines go by the wall clock.
 */
export class ProcessUsage {
  readonly #buffer = Buffer.alloc(TEXT_BYTES);
  readonly #memoryFd: number | undefined;
  readonly #cpuFd: number | undefined;
  #open = true;

  constructor(pid: number) {
    this.#memoryFd = openIfThere(`/proc/${pid}/statm`);
    this.#cpuFd = openIfThere(`/proc/${pid}/schedstat`);
  }

  /** Resident bytes now; 0 when the process has ended. */
  residentBytes(): number {
    return Number(this.#words(this.#memoryFd)?.[1] ?? 0) * PAGE_BYTES;
  }

  /** `undefined` when the system does not tell. */
  cpu(): CpuUsage | undefined {
    const words = this.#words(this.#cpuFd);
    if (words === undefined) return undefined;
    const [ran, waited] = words;
    return {
      ranMs: Number(ran ?? 0) / NANOSECONDS_PER_MS,
      waitedMs: Number(waited ?? 0) / NANOSECONDS_PER_MS,
    };
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    if (this.#memoryFd !== undefined) closeSync(this.#memoryFd);
    if (this.#cpuFd !== undefined) closeSync(this.#cpuFd);
  }

  #words(fd: number | undefined): readonly string[] | undefined {
    if (fd === undefined || !this.#open) return undefined;
    try {
      const length = readSync(fd, this.#buffer, 0, TEXT_BYTES, 0);
      return this.#buffer.toString('latin1', 0, length).trimEnd().split(' ');
    } catch {
      // ESRCH: the process has ended between two looks.
      return undefined;
    }
  }
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch {
    return undefined;
  }
}
