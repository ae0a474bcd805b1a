/**
 * isolated-vm's timeout goes by the wall clock, the limit by CPU. On a busy machine code that has
 * not used its limit must not pay for the others, so the timeout comes this much later and the CPU
 * count decides.
 */
export const LEAST_SLACK_MS = 40;
/** More would leave it to the edge worker to end ordinary loops, at the price of the host. */
const MOST_SLACK_MS = 320;
/** How long a lack of CPU is expected to last. */
const REMEMBERED_MS = 5000;

/**
 * How much later than the CPU limit a stretch is stopped. Twice as much after each that was stopped
 * too early, until the lack has passed.
 */
export class StarvationSlack {
  #slackMs = LEAST_SLACK_MS;
  #untilMs = 0;

  /** The slack of a stretch that begins at monotonic time `nowMs`. */
  at(nowMs: number): number {
    if (nowMs > this.#untilMs) this.#slackMs = LEAST_SLACK_MS;
    return this.#slackMs;
  }

  /** A stretch was stopped at `nowMs` although it had not used its CPU limit. */
  starved(nowMs: number): void {
    this.#slackMs = Math.min(MOST_SLACK_MS, this.at(nowMs) * 2);
    this.#untilMs = nowMs + REMEMBERED_MS;
  }
}
