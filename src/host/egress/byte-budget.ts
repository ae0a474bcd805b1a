/** Counts bytes that are held for somebody, against a limit of their own and that of a parent. */
export class ByteBudget {
  readonly #limitBytes: number;
  readonly #parent: ByteBudget | undefined;
  #heldBytes = 0;

  constructor(limitBytes: number, parent?: ByteBudget) {
    this.#limitBytes = limitBytes;
    this.#parent = parent;
  }

  /** Takes all of it, or nothing and says `false`. */
  take(bytes: number): boolean {
    if (this.#heldBytes + bytes > this.#limitBytes) return false;
    if (this.#parent?.take(bytes) === false) return false;
    this.#heldBytes += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#heldBytes -= bytes;
    this.#parent?.giveBack(bytes);
  }
}

const FIRST_CAPACITY_BYTES = 4096;

/**
 * Joins chunks as they come. One buffer, because a server may send a megabyte as a million chunks
 * of one byte.
 */
export class ByteCollector {
  #buffer = new Uint8Array(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  append(chunk: Uint8Array): void {
    const needed = this.#length + chunk.byteLength;
    if (needed > this.#buffer.byteLength) {
      const grown = new Uint8Array(
        Math.max(needed, this.#buffer.byteLength * 2, FIRST_CAPACITY_BYTES),
      );
      grown.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = grown;
    }
    this.#buffer.set(chunk, this.#length);
    this.#length = needed;
  }

  /** Everything collected, which is then the caller's. */
  take(): Uint8Array {
    const taken = this.#buffer.subarray(0, this.#length);
    this.#buffer = new Uint8Array(0);
    this.#length = 0;
    return taken;
  }
}
