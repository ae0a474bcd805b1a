import type { EdgeConfig } from '../config/config.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { ListeningSockets } from './listening-sockets.ts';
import { restartDelayMs } from './restart-delay.ts';
import { type WorkerEnd, WorkerProcess } from './worker-process.ts';

/** Longest time for a worker to end once its drain is over. */
const EXIT_GRACE_MS = 5000;

export interface WorkerSlotsOptions {
  readonly config: EdgeConfig;
  readonly sockets: ListeningSockets;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly workerFile?: string;
}

/** The place of one worker. Its worker changes, its listening sockets do not. */
interface Slot {
  readonly index: number;
  worker: WorkerProcess | undefined;
  delayMs: number | undefined;
  timer: NodeJS.Timeout | undefined;
}

/** The workers of a supervisor: started together, replaced one by one when they die, drained together. */
export class WorkerSlots {
  /** What a worker that starts from now on serves. */
  config: EdgeConfig;
  readonly #options: WorkerSlotsOptions;
  readonly #slots: Slot[] = [];
  #isReplacing = false;
  #isStopping = false;

  constructor(options: WorkerSlotsOptions) {
    this.#options = options;
    this.config = options.config;
  }

  /** The workers that are there, ready or starting. */
  get workers(): readonly WorkerProcess[] {
    return this.#slots.flatMap(({ worker }) => worker ?? []);
  }

  get ready(): readonly WorkerProcess[] {
    return this.workers.filter((worker) => worker.isReady);
  }

  /** Starts the first workers. Rejects with the error of one that cannot start; all have ended then. */
  async start(count: number): Promise<void> {
    try {
      for (let index = 0; index < count; index += 1) await this.#open(index);
      const starts = await Promise.all(this.workers.map((worker) => worker.started));
      for (const start of starts) if (start.kind === 'failed') throw start.error;
    } catch (error) {
      this.kill();
      throw error;
    }
    this.#isReplacing = true;
    // One may have died meanwhile.
    for (const slot of this.#slots) if (slot.worker === undefined) this.#startLater(slot);
  }

  /** Adds slots, or drains the last ones. Resolves when new workers have started. */
  async resize(count: number): Promise<void> {
    while (this.#slots.length < count && !this.#isStopping) {
      const worker = await this.#open(this.#slots.length);
      await worker?.started;
    }
    for (const slot of this.#slots.splice(count)) {
      clearTimeout(slot.timer);
      this.#options.sockets.closeSlot(slot.index);
      // Nobody waits for it: its viewers may take as long as a drain lasts.
      if (slot.worker !== undefined) void this.#drainWorker(slot.worker);
    }
  }

  /** Lets requests in flight finish, for at most so long, and ends all workers. */
  async drain(timeoutMs: number): Promise<void> {
    this.#stopReplacing();
    await Promise.all(this.workers.map((worker) => this.#drainWorker(worker, timeoutMs)));
  }

  /** Ends all workers at once. */
  kill(): void {
    this.#stopReplacing();
    for (const worker of this.workers) worker.kill();
  }

  #stopReplacing(): void {
    this.#isReplacing = false;
    this.#isStopping = true;
    for (const slot of this.#slots) clearTimeout(slot.timer);
  }

  async #drainWorker(worker: WorkerProcess, timeoutMs = this.config.drainTimeoutMs): Promise<void> {
    const timer = setTimeout(() => worker.kill(), timeoutMs + EXIT_GRACE_MS);
    if (worker.isReady) {
      // Its end, asked for or not, is what counts; it is awaited below.
      worker.ask('drain', timeoutMs, timeoutMs + EXIT_GRACE_MS).catch(() => undefined);
    } else {
      worker.kill();
    }
    await worker.ended;
    clearTimeout(timer);
  }

  async #open(index: number): Promise<WorkerProcess | undefined> {
    const slot: Slot = { index, worker: undefined, delayMs: undefined, timer: undefined };
    // Before the worker exists: without sockets there is no point in one.
    await this.#options.sockets.fdsOf(index);
    this.#slots.push(slot);
    return await this.#startWorker(slot);
  }

  /** `undefined` once the workers are being ended: nobody would end this one. */
  async #startWorker(slot: Slot): Promise<WorkerProcess | undefined> {
    const listenFds = await this.#options.sockets.fdsOf(slot.index);
    if (this.#isStopping) {
      this.#options.sockets.closeSlot(slot.index);
      return undefined;
    }
    const { workerFile } = this.#options;
    const worker = new WorkerProcess({
      config: this.config,
      listenFds,
      ...(workerFile === undefined ? {} : { file: workerFile }),
    });
    slot.worker = worker;
    void worker.ended.then((end) => this.#onEnd(slot, worker, end));
    return worker;
  }

  #onEnd(slot: Slot, worker: WorkerProcess, end: WorkerEnd): void {
    slot.worker = undefined;
    if (!this.#isReplacing || !this.#slots.includes(slot)) return;
    const { logger, metrics } = this.#options;
    metrics.workerRestarts.of(end.reason).add();
    slot.delayMs = restartDelayMs(end.livedMs, slot.delayMs);
    const facts = {
      code: 'EDGE_APP_WORKER',
      worker: worker.pid,
      reason: end.reason,
      livedMs: Math.round(end.livedMs),
      replacedInMs: slot.delayMs,
    };
    logger.error(facts, `Worker ${worker.pid} ended (${end.reason}) and is replaced`);
    this.#startLater(slot);
  }

  #startLater(slot: Slot): void {
    slot.timer = setTimeout(() => void this.#replace(slot), slot.delayMs ?? 0);
  }

  async #replace(slot: Slot): Promise<void> {
    const worker = await this.#startWorker(slot);
    if (worker === undefined) return;
    const { logger } = this.#options;
    const start = await worker.started;
    if (start.kind === 'ready')
      logger.info({ worker: worker.pid }, `Worker ${worker.pid} is ready`);
    else logger.error({ error: start.error, worker: worker.pid }, start.error.message);
  }
}
