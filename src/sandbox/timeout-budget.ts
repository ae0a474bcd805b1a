const SLOT_MS = 100;
const MAX_OUTSTANDING = 1000;
/**
 * Up to this length isolated-vm's own timeout is always used: 100 ms at full rate hold some
 * thousand timers, not more.
 */
export const SHORT_TIMEOUT_MS = 100;

/**
 * Decides whether a stretch may use isolated-vm's `timeout`. A timer of isolated-vm lives until it
 * is due, also when its call has long returned; at full rate with long limits dead timers would
 * fill the memory (docs/decisions/hook-hosts.md). So long timeouts are counted until they are due,
 * and above a bound a stretch runs without: then the edge worker's deadline ends it.
 */
export class TimeoutBudget {
  readonly #slots: { readonly dueAt: number; count: number }[] = [];
  #outstanding = 0;

  /**
   * Whether a timer of this length may be armed at monotonic time `nowMs`; if so it is counted
   * until it is due.
   */
  take(timeoutMs: number, nowMs: number): boolean {
    if (timeoutMs <= SHORT_TIMEOUT_MS) return true;
    this.#expire(nowMs);
    if (this.#outstanding >= MAX_OUTSTANDING) return false;
    const dueAt = Math.ceil((nowMs + timeoutMs) / SLOT_MS) * SLOT_MS;
    const slot = this.#slots.find((candidate) => candidate.dueAt === dueAt);
    if (slot === undefined) this.#slots.push({ dueAt, count: 1 });
    else slot.count += 1;
    this.#outstanding += 1;
    return true;
  }

  #expire(nowMs: number): void {
    for (let i = this.#slots.length - 1; i >= 0; i -= 1) {
      const slot = this.#slots[i];
      if (slot === undefined || slot.dueAt > nowMs) continue;
      this.#outstanding -= slot.count;
      this.#slots.splice(i, 1);
    }
  }
}
