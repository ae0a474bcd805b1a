import type { EpochMs } from '../base/clock.ts';

/** How long a key counts as uncacheable after it gave a response that cannot be shared. */
export const HIT_FOR_MISS_MS = 120_000;

/**
 * Keys with a point in time each, at most `capacity` of them; the ones noted longest ago go first. Remembers which pages
 * were uncacheable lately, and which origins failed lately.
 */
export class ExpiringKeys {
  readonly #capacity: number;
  readonly #untilByKey = new Map<string, EpochMs>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Keys that are noted, those whose time has come among them. */
  get size(): number {
    return this.#untilByKey.size;
  }

  /** Notes a key until a point in time. */
  add(keyText: string, until: EpochMs): void {
    this.#untilByKey.delete(keyText);
    this.#untilByKey.set(keyText, until);
    if (this.#untilByKey.size <= this.#capacity) return;
    const oldest = this.#untilByKey.keys().next();
    if (oldest.done !== true) this.#untilByKey.delete(oldest.value);
  }

  /** Whether the key is noted and its time has not come. */
  has(keyText: string, now: EpochMs): boolean {
    const until = this.#untilByKey.get(keyText);
    if (until === undefined) return false;
    if (now < until) return true;
    this.#untilByKey.delete(keyText);
    return false;
  }

  /** Forgets a key. */
  delete(keyText: string): void {
    this.#untilByKey.delete(keyText);
  }
}
