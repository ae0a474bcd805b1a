import { closeSync, mkdtempSync, openSync, readSync, rmdirSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { STATUS, STATUS_BLOCK_BYTES } from '../wire/messages.ts';

/** What a host says of itself at one moment. `stretch` 0 = nobody's code is on the CPU. */
export interface HostStatus {
  readonly stretch: number;
  readonly call: number;
  readonly function: number;
  readonly begun: number;
  /** A module is being loaded, for the call or ahead of any. */
  readonly loading: boolean;
}

/** A page-cache file: memory on every system, and on Linux it never reaches a disk. */
const FOLDERS = ['/dev/shm', tmpdir()];

/** The edge worker's side of a status block: an unlinked file that both processes hold open. */
export class StatusFile {
  readonly fd: number;
  readonly #words = new Uint32Array(STATUS_BLOCK_BYTES / 4);
  readonly #bytes = new Uint8Array(this.#words.buffer);
  #open = true;

  constructor() {
    this.fd = openUnlinked();
  }

  /** A few µs; also works when the host is stuck or dead. */
  read(): HostStatus {
    this.#words.fill(0);
    readSync(this.fd, this.#bytes, 0, STATUS_BLOCK_BYTES, 0);
    return {
      stretch: this.#words[STATUS.stretch] ?? 0,
      call: this.#words[STATUS.call] ?? 0,
      function: this.#words[STATUS.function] ?? 0,
      begun: this.#words[STATUS.begun] ?? 0,
      loading: this.#words[STATUS.loading] === 1,
    };
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.fd);
  }
}

function openUnlinked(): number {
  let lastError: unknown;
  for (const parent of FOLDERS) {
    try {
      const folder = mkdtempSync(join(parent, 'isoedge-'));
      const path = join(folder, 'status');
      const fd = openSync(path, 'w+', 0o600);
      unlinkSync(path);
      rmdirSync(folder);
      return fd;
    } catch (error) {
      lastError = error;
    }
  }
  throw new Error(`Cannot create a status block in ${FOLDERS.join(' or ')}`, { cause: lastError });
}
