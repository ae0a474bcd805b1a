/** Long enough for a busy machine; a test that reaches it has failed. */
const DEADLINE_MS = 10_000;

interface Waiter<T> {
  readonly accepts: (value: T) => boolean;
  readonly resolve: (value: T) => void;
}

/** Keeps every value that it is given, and lets tests wait for one without polling. */
export class Recorder<T> {
  readonly all: T[] = [];
  readonly #waiters: Waiter<T>[] = [];

  add(value: T): void {
    this.all.push(value);
    for (const waiter of this.#waiters.slice()) {
      if (!waiter.accepts(value)) continue;
      this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
      waiter.resolve(value);
    }
  }

  /** The first value, past or future, that `accepts` takes. Rejects after ten seconds. */
  async waitFor(accepts: (value: T) => boolean = () => true): Promise<T> {
    const found = this.all.find(accepts);
    if (found !== undefined) return found;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#waiters.push({ accepts, resolve });
    const seen = (): string => `saw ${this.all.length} values`;
    const timer = setTimeout(
      () => reject(new Error(`Nothing to wait for: ${seen()}`)),
      DEADLINE_MS,
    );
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Resolves once `count` values were added. */
  async waitForCount(count: number): Promise<readonly T[]> {
    if (this.all.length < count) await this.waitFor(() => this.all.length >= count);
    return this.all;
  }
}
