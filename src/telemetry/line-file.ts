import fs from 'node:fs';

export interface LineFileOptions {
  /** Path of a file that lines are added to, or an open file descriptor such as 1 or 2. */
  readonly target: string | number;
  /** Lines are collected for this long before they are written; 0 writes as soon as the previous write is done. */
  readonly flushAfterMs: number;
  /** Called once when writing has begun to fail, with the reason; lines are dropped until it works again. */
  readonly onFailure?: (error: Error) => void;
}

/** Lines that may wait for a slow disk or a reader that has stopped reading; more are dropped. */
const MAX_WAITING_BYTES = 16 * 2 ** 20;
/** Collected lines are written before their time when there are this many characters of them. */
const FLUSH_AT_LENGTH = 64 * 2 ** 10;
const RETRY_AFTER_MS = 100;
/** Attempts at exit that may find the target busy, one after the other, before the rest is given up. */
const EXIT_ATTEMPTS = 10;
/** How long the exit waits for a write that another thread has begun; writing it again could double its lines. */
const EXIT_WAIT_MS = 20;
const LINE_FEED = 10;

/** Files with lines that a process must not take with it when it ends. */
const openFiles = new Set<LineFile>();

function writeOpenFiles(): void {
  for (const file of openFiles) file.writeRest();
}

/**
 * A file, pipe or terminal that lines are written to in the background: a call of `write` only joins strings. What still
 * waits when the process exits, by `process.exit` or an uncaught exception, is written then. Memory is bounded: while the
 * target takes nothing, lines are dropped and counted.
 */
export class LineFile {
  readonly #path: string | undefined;
  readonly #flushAfterMs: number;
  readonly #onFailure: ((error: Error) => void) | undefined;
  #fd: number;
  #lines = '';
  /** What is being written; the rest of it after a partial write. */
  #writing: Buffer | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Set while the target is busy: nothing is under way, and `#writing` waits for another attempt. */
  #retryTimer: NodeJS.Timeout | undefined;
  #reopening = false;
  #failing = false;
  #closed = false;
  #whenIdle: (() => void)[] = [];
  #dropped = 0;

  /** Opens the file. Throws the error of `open` if the path cannot be opened. */
  constructor({ target, flushAfterMs, onFailure }: LineFileOptions) {
    this.#path = typeof target === 'string' ? target : undefined;
    this.#fd = typeof target === 'string' ? fs.openSync(target, 'a') : target;
    this.#flushAfterMs = flushAfterMs;
    this.#onFailure = onFailure;
    if (openFiles.size === 0) process.on('exit', writeOpenFiles);
    openFiles.add(this);
  }

  /** Lines that were not written because too many were waiting. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Adds a line, which ends in a line feed. */
  write(line: string): void {
    if (this.#closed || this.#lines.length > MAX_WAITING_BYTES) {
      this.#dropped += 1;
      return;
    }
    this.#lines += line;
    if (this.#writing !== undefined) return;
    if (this.#flushAfterMs === 0 || this.#lines.length >= FLUSH_AT_LENGTH) this.#startWrite();
    else this.#timer ??= setTimeout(this.#startWrite, this.#flushAfterMs).unref();
  }

  /** Opens the path anew, for log rotation; lines that wait go to the new file. Nothing for a file descriptor. */
  reopen(): void {
    if (this.#path === undefined || this.#closed) return;
    this.#reopening = true;
    if (this.#writing === undefined) this.#startWrite();
  }

  /** Resolves when every line so far is written or, if the target fails, given up. */
  async flush(): Promise<void> {
    if (this.#writing === undefined) this.#startWrite();
    if (this.#writing === undefined) return;
    await new Promise<void>((resolve) => {
      this.#whenIdle.push(resolve);
    });
  }

  /** Writes what waits, then closes the file. Lines that come later are dropped. */
  async dispose(): Promise<void> {
    if (this.#closed) return;
    await this.flush();
    this.#closed = true;
    openFiles.delete(this);
    if (openFiles.size === 0) process.off('exit', writeOpenFiles);
    if (this.#path !== undefined) fs.closeSync(this.#fd);
  }

  /** Writes what waits before it returns. For the end of the process only. */
  writeRest(): void {
    const isUnderWay = this.#writing !== undefined && this.#retryTimer === undefined;
    if (isUnderWay) pause(EXIT_WAIT_MS);
    const unwritten = isUnderWay ? undefined : this.#writing;
    let rest = Buffer.concat([unwritten ?? Buffer.alloc(0), Buffer.from(this.#lines)]);
    this.#lines = '';
    for (let attempts = 0; attempts < EXIT_ATTEMPTS && rest.length > 0; ) {
      try {
        rest = rest.subarray(fs.writeSync(this.#fd, rest));
        attempts = 0;
      } catch (error) {
        if (!isBusy(error)) return;
        attempts += 1;
        pause(RETRY_AFTER_MS);
      }
    }
  }

  readonly #startWrite = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#reopening) this.#openAnew();
    if (this.#lines === '') {
      for (const resolve of this.#whenIdle.splice(0)) resolve();
      return;
    }
    this.#writing = Buffer.from(this.#lines);
    this.#lines = '';
    this.#continueWrite();
  };

  readonly #continueWrite = (): void => {
    this.#retryTimer = undefined;
    if (this.#writing === undefined) return;
    fs.write(this.#fd, this.#writing, (error, writtenBytes) => {
      if (error !== null) this.#failed(error);
      else this.#wrote(writtenBytes);
    });
  };

  #wrote(writtenBytes: number): void {
    this.#failing = false;
    const rest = this.#writing?.subarray(writtenBytes);
    if (rest !== undefined && rest.length > 0) {
      this.#writing = rest;
      this.#continueWrite();
      return;
    }
    this.#writing = undefined;
    this.#startWrite();
  }

  #failed(error: NodeJS.ErrnoException): void {
    if (isBusy(error)) {
      this.#retryTimer = setTimeout(this.#continueWrite, RETRY_AFTER_MS);
      return;
    }
    for (const byte of this.#writing ?? []) if (byte === LINE_FEED) this.#dropped += 1;
    this.#writing = undefined;
    this.#reportFailure(error);
    this.#startWrite();
  }

  #openAnew(): void {
    this.#reopening = false;
    if (this.#path === undefined) return;
    try {
      const fd = fs.openSync(this.#path, 'a');
      fs.closeSync(this.#fd);
      this.#fd = fd;
    } catch (error) {
      this.#reportFailure(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #reportFailure(error: Error): void {
    if (!this.#failing) this.#onFailure?.(error);
    this.#failing = true;
  }
}

function pause(durationMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, durationMs);
}

function isBusy(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && (error.code === 'EAGAIN' || error.code === 'EBUSY')
  );
}
