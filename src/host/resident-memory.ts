import { closeSync, openSync, readSync } from 'node:fs';

const PAGE_BYTES = 4096;

/** Reads the resident set of one process. On Linux from an open /proc file, some µs; elsewhere there is none and `bytes` gives 0. */
export class ResidentMemory {
  readonly #buffer = Buffer.alloc(128);
  #fd: number | undefined;

  constructor(pid: number) {
    try {
      this.#fd = openSync(`/proc/${pid}/statm`, 'r');
    } catch {
      // Differs: without /proc (macOS) limits 1 to 3 hold, the RSS watch does not; docs/architecture.md says so.
      this.#fd = undefined;
    }
  }

  /** Resident bytes now; 0 when the process has ended or the system has no /proc. */
  bytes(): number {
    if (this.#fd === undefined) return 0;
    try {
      const length = readSync(this.#fd, this.#buffer, 0, this.#buffer.length, 0);
      const pages = this.#buffer.toString('latin1', 0, length).split(' ')[1];
      return Number(pages ?? 0) * PAGE_BYTES;
    } catch {
      // ESRCH: the process has ended between two looks.
      return 0;
    }
  }

  close(): void {
    if (this.#fd === undefined) return;
    closeSync(this.#fd);
    this.#fd = undefined;
  }
}
