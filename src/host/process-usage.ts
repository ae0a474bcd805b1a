import { closeSync, openSync, readSync } from 'node:fs';

const PAGE_BYTES = 4096;
const NANOSECONDS_PER_MS = 1e6;

/**
 * What one process uses: resident set, and CPU of its main thread, on which all user code runs. On Linux from open /proc files, some µs
 * for a look. Differs: elsewhere there is no cheap way; both are 0, the RSS watch is off, and deadlines go by the wall clock.
 */
export class ProcessUsage {
  readonly #buffer = Buffer.alloc(128);
  readonly #fds: readonly (number | undefined)[];
  #open = true;

  constructor(pid: number) {
    this.#fds = [`/proc/${pid}/statm`, `/proc/${pid}/schedstat`].map(openIfThere);
  }

  /** Resident bytes now; 0 when the process has ended. */
  residentBytes(): number {
    return this.#number(0, 1) * PAGE_BYTES;
  }

  /** Milliseconds that the main thread has been on a CPU; `undefined` when the system does not tell. */
  cpuMs(): number | undefined {
    return this.#fds[1] === undefined ? undefined : this.#number(1, 0) / NANOSECONDS_PER_MS;
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    for (const fd of this.#fds) if (fd !== undefined) closeSync(fd);
  }

  #number(file: number, word: number): number {
    const fd = this.#fds[file];
    if (fd === undefined || !this.#open) return 0;
    try {
      const length = readSync(fd, this.#buffer, 0, this.#buffer.length, 0);
      return Number(this.#buffer.toString('latin1', 0, length).split(' ')[word] ?? 0);
    } catch {
      // ESRCH: the process has ended between two looks.
      return 0;
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
