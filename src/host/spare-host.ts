import { EdgeError } from '../base/edge-error.ts';
import type { HostEnd, HostProcess } from './host-process.ts';
import { restartDelayMs } from './quarantine.ts';

/**
 * The warm spare: one host that has booted and holds no function, ready to take over at once. A
 * spare that dies is replaced, with back-off while hosts cannot boot at all on this machine (no
 * memory, no processes, no file descriptors left).
 */
export class SpareHost {
  readonly #spawn: () => HostProcess;
  readonly #onEnd: (host: HostProcess, end: HostEnd) => void;
  #spare: HostProcess | undefined;
  #retry: NodeJS.Timeout | undefined;
  #failures = 0;
  #disposed = false;

  constructor(spawn: () => HostProcess, onEnd: (host: HostProcess, end: HostEnd) => void) {
    this.#spawn = spawn;
    this.#onEnd = onEnd;
  }

  get host(): HostProcess | undefined {
    return this.#spare;
  }

  /** Hosts that did not boot, one after the other. */
  get failures(): number {
    return this.#failures;
  }

  /** Starts the first host. Rejects with EDGE_HOST_START when it does not boot. */
  async start(): Promise<void> {
    const spare = this.#start();
    let detail = '';
    spare.attach({
      onFrame: () => undefined,
      onEnd: (end) => {
        detail = end.stderrTail.trim();
        this.#ended(spare, end);
      },
    });
    await spare.ready;
    if (spare.hasBooted) return;
    this.dispose();
    throw new EdgeError('EDGE_HOST_START', `Cannot start a hook host: ${detail}`);
  }

  /**
   * Gives the spare away, or a host that is just starting, and starts the next one once that one
   * has booted.
   */
  take(): HostProcess {
    const spare = this.#spare;
    const host = spare === undefined || spare.ended ? this.#spawn() : spare;
    this.#spare = undefined;
    void host.ready.then(() => {
      this.#failures = host.hasBooted ? 0 : this.#failures + 1;
      this.#keep();
    });
    return host;
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#retry);
    this.#spare?.kill('dispose');
    this.#spare = undefined;
  }

  #start(): HostProcess {
    const spare = this.#spawn();
    this.#spare = spare;
    spare.attach({
      onFrame: () => undefined,
      onEnd: (end) => this.#ended(spare, end),
    });
    return spare;
  }

  #ended(host: HostProcess, end: HostEnd): void {
    this.#onEnd(host, end);
    if (this.#spare !== host) return;
    this.#spare = undefined;
    if (!host.hasBooted) this.#failures += 1;
    this.#keep();
  }

  /** Starts a spare if there is none, now or when the back-off is over. */
  #keep(): void {
    if (this.#disposed || this.#spare !== undefined || this.#retry !== undefined) return;
    const start = (): void => {
      this.#retry = undefined;
      if (!this.#disposed && this.#spare === undefined) this.#start();
    };
    const delayMs = restartDelayMs(this.#failures);
    if (delayMs === 0) start();
    else this.#retry = setTimeout(start, delayMs).unref();
  }
}
