import { openSync, readSync } from 'node:fs';

/**
 * Up to here the wall clock is exact enough, and reading the CPU clock would cost more than it
 * tells.
 */
const SHORT_STRETCH_MS = 2;
/**
 * A reading may be so old when a stretch begins; what else the thread did meanwhile counts for the
 * stretch.
 */
const MAX_AGE_MS = 1;
const NANOSECONDS_PER_MS = 1e6;
const TEXT_BYTES = 128;

/**
 * CPU time of stretches of this thread, on which all user code runs, host operations included. (The
 * `cpuTime` of an isolate is no measure: isolated-vm counts wall-clock time.) Reading the clock of
 * the thread is a system call, so short stretches share a reading.
 */
export class CpuMeter {
  readonly #schedulerFd = openSchedulerFile();
  readonly #buffer = Buffer.alloc(TEXT_BYTES);
  #readMs = Number.NEGATIVE_INFINITY;
  #cpuMs = 0;
  #waitedMs = 0;
  #heldMs = 0;

  /**
   * Of the stretch that `usedMs` was asked for last: the time in which it had the CPU or slept in a
   * system call; the CPU time where the system does not tell how long it waited. Code that was
   * stopped after sleeping (`Atomics.wait`) must not look like a busy machine; code that came back
   * may have slept for V8's own threads.
   */
  get heldMs(): number {
    return this.#heldMs;
  }

  /** To be called when a stretch begins. Times are those of `performance.now()`. */
  begin(nowMs: number): void {
    if (nowMs - this.#readMs > MAX_AGE_MS) this.#read(nowMs);
  }

  /** Milliseconds that the stretch had the CPU, or slept: at most the time that went by. */
  usedMs(startedMs: number, nowMs: number): number {
    const elapsedMs = nowMs - startedMs;
    this.#heldMs = elapsedMs;
    if (elapsedMs < SHORT_STRETCH_MS) return elapsedMs;
    const cpuMs = this.#cpuMs;
    const waitedMs = this.#waitedMs;
    this.#read(nowMs);
    const ranMs = Math.min(elapsedMs, this.#cpuMs - cpuMs);
    const awakeMs =
      this.#schedulerFd === undefined ? ranMs : elapsedMs - (this.#waitedMs - waitedMs);
    this.#heldMs = Math.max(ranMs, awakeMs);
    return ranMs;
  }

  #read(nowMs: number): void {
    const { user, system } = process.threadCpuUsage();
    this.#cpuMs = (user + system) / 1000;
    this.#readMs = nowMs;
    if (this.#schedulerFd === undefined) return;
    const length = readSync(this.#schedulerFd, this.#buffer, 0, TEXT_BYTES, 0);
    // Time on the CPU, time ready to run without one, and a count: proc(5).
    const [, waited] = this.#buffer.toString('latin1', 0, length).split(' ');
    this.#waitedMs = Number(waited) / NANOSECONDS_PER_MS;
  }
}

/** Has to be open before the host gives up its right to read files. */
function openSchedulerFile(): number | undefined {
  try {
    return openSync('/proc/self/schedstat', 'r');
  } catch {
    return undefined;
  }
}
