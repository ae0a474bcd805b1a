import { type ChildProcess, fork } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { EdgeError } from '../base/edge-error.ts';
import type { EdgeConfig } from '../config/config.ts';
import {
  errorOfText,
  type FromWorker,
  type ToWorker,
  type WorkerCallName,
  type WorkerCalls,
} from './worker-messages.ts';

/** `.ts` when run from a clone, `.js` from a package. */
const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const WORKER_MAIN = fileURLToPath(new URL(`./worker-main.${EXTENSION}`, import.meta.url));

/** After stdin, stdout, stderr and the IPC channel. */
const FIRST_LISTEN_FD = 4;

/** How a worker process ended. `reason` is the name of a signal, or `exit-<code>`. */
export interface WorkerEnd {
  readonly reason: string;
  readonly livedMs: number;
}

/** Whether a worker came up. */
export type WorkerStart =
  | { readonly kind: 'ready'; readonly addresses: readonly AddressInfo[] }
  | { readonly kind: 'failed'; readonly error: EdgeError };

export interface WorkerOptions {
  readonly config: EdgeConfig;
  readonly listenFds: readonly number[];
  /** Absolute path of the program; another one in tests. */
  readonly file?: string;
}

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: EdgeError) => void;
  readonly timer: NodeJS.Timeout;
}

/** One worker process as the supervisor sees it: it starts, answers questions, ends. */
export class WorkerProcess {
  /** Resolves once, when the worker listens, or has said why it cannot, or has died. */
  readonly started: Promise<WorkerStart>;
  readonly ended: Promise<WorkerEnd>;
  /** What the worker serves, or is being told to serve. */
  config: EdgeConfig;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #isReady = false;

  constructor({ config, listenFds, file = WORKER_MAIN }: WorkerOptions) {
    this.config = config;
    const startedAtMs = performance.now();
    this.#child = fork(file, [], {
      // Flags of the supervisor, such as --watch or --inspect, are not meant for the workers.
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc', ...listenFds],
    });
    const started = Promise.withResolvers<WorkerStart>();
    const ended = Promise.withResolvers<WorkerEnd>();
    this.started = started.promise;
    this.ended = ended.promise;
    const end = (reason: string): void => {
      this.#isReady = false;
      started.resolve({ kind: 'failed', error: this.#lost(`it ended (${reason})`) });
      for (const id of this.#waiting.keys()) this.#settle(id)?.reject(this.#lost('it ended'));
      ended.resolve({ reason, livedMs: performance.now() - startedAtMs });
    };
    this.#child.once('exit', (code, signal) => end(signal ?? `exit-${code}`));
    // Either it could not be started at all, or a message could not be sent; then it is as good as dead.
    this.#child.once('error', (error) => {
      this.kill();
      if (this.#child.pid === undefined) end(error.message);
    });
    this.#child.on('message', (message) => this.#onMessage(message as FromWorker, started.resolve));
    this.#send({
      kind: 'start',
      config,
      listenFds: listenFds.map((_fd, index) => FIRST_LISTEN_FD + index),
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** Rejects with EDGE_APP_WORKER when there is no answer in time, or with the error of the worker. */
  ask<Name extends WorkerCallName>(
    name: Name,
    ask: WorkerCalls[Name]['ask'],
    timeoutMs: number,
  ): Promise<WorkerCalls[Name]['answer']> {
    if (!this.#child.connected) return Promise.reject(this.#lost('it ended'));
    const { promise, resolve, reject } = Promise.withResolvers<WorkerCalls[Name]['answer']>();
    const id = this.#nextId;
    this.#nextId += 1;
    const timer = setTimeout(() => {
      this.#settle(id)?.reject(this.#lost(`no answer to "${name}" after ${timeoutMs} ms`));
    }, timeoutMs);
    this.#waiting.set(id, { resolve, reject, timer });
    this.#send({ kind: 'ask', id, name, ask } as ToWorker);
    return promise;
  }

  /** Ends it at once. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #send(message: ToWorker): void {
    // After its end there is nobody to send to; `ended` tells.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  #onMessage(message: FromWorker, started: (start: WorkerStart) => void): void {
    switch (message.kind) {
      case 'ready':
        this.#isReady = true;
        started({ kind: 'ready', addresses: message.addresses });
        break;
      case 'failed':
        started({ kind: 'failed', error: errorOfText(message.error) });
        break;
      case 'answer':
        this.#settle(message.id)?.resolve(message.answer);
        break;
      case 'refused':
        this.#settle(message.id)?.reject(errorOfText(message.error));
        break;
      default:
        message satisfies never;
    }
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    clearTimeout(waiting?.timer);
    return waiting;
  }

  #lost(found: string): EdgeError {
    const message = `Cannot use worker ${this.pid}: ${found}`;
    return new EdgeError('EDGE_APP_WORKER', message, { facts: { pid: this.pid } });
  }
}
