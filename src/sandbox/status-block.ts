import { writeSync } from 'node:fs';
import { STATUS, STATUS_BLOCK_BYTES } from '../wire/messages.ts';

/**
 * The host's side of the status block: says whose code is about to take the CPU, before it does. A
 * `pwrite` of 20 bytes (about 1 µs) is the price of exact blame; a message on the channel would
 * cost a system call and a wake-up of the other side.
 */
export class StatusBlock {
  readonly #fd: number;
  readonly #words = new Uint32Array(STATUS_BLOCK_BYTES / 4);
  readonly #bytes = new Uint8Array(this.#words.buffer);
  #stretches = 0;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** The next stretch is the first one of a new call. */
  beginCall(): void {
    this.#words[STATUS.begun] = (this.#words[STATUS.begun] ?? 0) + 1;
  }

  /** A synchronous stretch starts now, of this call (0 = none) or of loading the module for it. */
  enter(callId: number, functionId: number, loading: boolean): void {
    this.#stretches = (this.#stretches + 1) >>> 0 || 1;
    this.#words[STATUS.stretch] = this.#stretches;
    this.#words[STATUS.call] = callId;
    this.#words[STATUS.function] = functionId;
    this.#words[STATUS.loading] = loading ? 1 : 0;
    writeSync(this.#fd, this.#bytes, 0, STATUS_BLOCK_BYTES, 0);
  }

  /** Nobody's code is on the CPU. Written once at the end of a batch, not after each stretch. */
  idle(): void {
    if (this.#words[STATUS.stretch] === 0) return;
    this.#words[STATUS.stretch] = 0;
    writeSync(this.#fd, this.#bytes, 0, STATUS_BLOCK_BYTES, 0);
  }
}
