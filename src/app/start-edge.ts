import type { AddressInfo } from 'node:net';
import { type Clock, systemClock } from '../base/clock.ts';
import { HttpCache } from '../cache/http-cache.ts';
import { MemoryStore } from '../cache/store/memory-store.ts';
import type { EdgeConfig } from '../config/config.ts';
import type {
  HandleRequest,
  OnReplied,
  ViewerPresence,
  ViewerReply,
  ViewerRequest,
} from '../http/viewer-message.ts';
import { createExchange } from '../pipeline/create-exchange.ts';
import type { Exchange } from '../pipeline/exchange.ts';
import { createRequestId } from '../pipeline/request-id.ts';
import { runExchange } from '../pipeline/run-exchange.ts';
import { openAccessLog } from '../telemetry/access-log.ts';
import { createLogger, type Logger } from '../telemetry/log.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import { createViewerListener, type ViewerListener } from '../viewer/viewer-listener.ts';
import { type Generation, type SharedServices, startGeneration } from './generation.ts';
import { RequestRecorder } from './request-recorder.ts';
import type { ReloadOutcome, RunningEdge } from './running-edge.ts';

/** What an embedder may replace. */
export interface StartOptions {
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly metrics?: Metrics;
  /** The Node.js binary for hook hosts; default: the one that runs this process. */
  readonly execPath?: string;
  /** Bound sockets to listen on, one for each listener; default: the edge binds its own. */
  readonly listenFds?: readonly number[];
}

/**
 * Starts an edge for a compiled configuration; call `listen` next. Functions that cannot be loaded are logged and answer 503,
 * everything else serves. Rejects with EDGE_HOST_START when no hook host can run on this machine.
 */
export async function startEdge(
  config: EdgeConfig,
  options: StartOptions = {},
): Promise<RunningEdge> {
  const clock = options.clock ?? systemClock;
  const logger = options.logger ?? createLogger(config.log);
  const metrics = options.metrics ?? createMetrics();
  const { maxBytes, maxResponseBytes } = config.cache.memory;
  const store = new MemoryStore({ maxBytes });
  const cache = new HttpCache({ store, clock, maxResponseBytes });
  const execPath = options.execPath ?? process.execPath;
  const shared: SharedServices = { clock, cache, logger, metrics, execPath };
  const generation = await startGeneration(config, shared);
  for (const failure of generation.failures) {
    metrics.errors.of(failure.code).add();
    logger.error({ code: failure.code, ...failure.facts }, failure.message);
  }
  return new LocalEdge(shared, generation, options.listenFds ?? []);
}

/** A reply that remembers its exchange, for the access log. (A WeakMap would cost each request more than the cache lookup.) */
interface Answer extends ViewerReply {
  readonly exchange: Exchange;
  readonly generation: Generation;
}

/** The one implementation of `RunningEdge`: owns the listeners and the current generation. */
class LocalEdge implements RunningEdge {
  readonly #shared: SharedServices;
  readonly #recorder: RequestRecorder;
  readonly #listeners: readonly ViewerListener[];
  #current: Generation;

  constructor(shared: SharedServices, generation: Generation, listenFds: readonly number[]) {
    this.#shared = shared;
    this.#current = generation;
    const { config } = generation.edge;
    const accessLog = config.accessLog && openAccessLog(config.accessLog, shared.logger);
    this.#recorder = new RequestRecorder(shared, accessLog);
    shared.metrics.onCollect(() => this.#setGauges());
    this.#listeners = config.listeners.map((listener, index) =>
      createViewerListener({
        listener,
        ...(listenFds[index] !== undefined && { listenFd: listenFds[index] }),
        limits: config.limits,
        clock: shared.clock,
        handle: this.#handle,
        onReplied: this.#onReplied,
        onConnections: () => shared.metrics.viewerConnectionsOpened.add(),
        createRequestId,
        compat: config.compat,
      }),
    );
  }

  listen(): Promise<readonly AddressInfo[]> {
    return Promise.all(this.#listeners.map((listener) => listener.listen()));
  }

  async reload(config: EdgeConfig): Promise<ReloadOutcome> {
    // A reload is also how a log rotation announces itself, whether the configuration is good or not.
    this.#recorder.reopen();
    const next = await startGeneration(config, this.#shared);
    if (next.failures.length > 0) {
      await next.dispose();
      return { kind: 'kept', problems: next.failures };
    }
    const previous = this.#current;
    this.#current = next;
    previous.retire();
    return { kind: 'reloaded' };
  }

  functions(): ReturnType<RunningEdge['functions']> {
    const { edge, failures } = this.#current;
    const hosted = edge.hosts.functions();
    const known = new Set(hosted.map(({ name }) => name));
    const missing = Object.keys(edge.config.functions).filter((name) => !known.has(name));
    return [
      ...hosted,
      ...missing.map((name) => ({
        name,
        version: '',
        state: 'failed' as const,
        inFlight: 0,
        queued: 0,
        kills: 0,
        initMs: 0,
        error:
          failures.find(({ message }) => message.includes(`"${name}"`))?.message ?? 'not loaded',
      })),
    ];
  }

  async purge(selector: Parameters<RunningEdge['purge']>[0]): Promise<number> {
    const purged = await this.#shared.cache.purge(selector);
    this.#shared.metrics.purged.add(purged);
    return purged;
  }

  async metrics(): Promise<unknown> {
    return this.#shared.metrics.snapshot();
  }

  hostPids(): readonly number[] {
    return this.#current.edge.hosts.pids();
  }

  async drain(timeoutMs: number): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.drain(timeoutMs)));
    await this.#dispose();
  }

  async close(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.close()));
    await this.#dispose();
  }

  async #dispose(): Promise<void> {
    await this.#current.dispose();
    await this.#recorder.dispose();
    await this.#shared.cache.dispose();
  }

  /** The way of every request: an exchange in the current generation, answered in this turn when nothing has to be waited for. */
  readonly #handle: HandleRequest = (request, presence) => {
    const generation = this.#current;
    generation.enter();
    try {
      const exchange = createExchange(generation.edge, request, presence);
      const running = runExchange(exchange, 'matchBehavior');
      if (running instanceof Promise) return this.#answerLater(running, generation);
      return this.#answer(running, generation);
    } catch (error) {
      generation.leave();
      throw error;
    }
  };

  #answer(exchange: Exchange, generation: Generation): Answer {
    const { response } = exchange;
    if (response === undefined) throw new Error('An exchange without a response');
    return { head: response.head, content: response.content, exchange, generation };
  }

  async #answerLater(running: Promise<Exchange>, generation: Generation): Promise<Answer> {
    try {
      return this.#answer(await running, generation);
    } catch (error) {
      generation.leave();
      throw error;
    }
  }

  readonly #onReplied: OnReplied = (report, request, reply) => {
    // The listener gives back the very object that `#answer` made, or none.
    const answer = reply as Answer | undefined;
    this.#recorder.record(report, request, answer?.exchange);
    if (answer !== undefined) answer.generation.leave();
  };

  #setGauges(): void {
    const { metrics, cache } = this.#shared;
    const { hosts } = this.#current.edge;
    metrics.cacheBytes.set(cache.usage.bytes);
    metrics.cacheEntries.set(cache.usage.keys);
    metrics.viewerConnections.set(
      this.#listeners.reduce((open, listener) => open + listener.connections, 0),
    );
    metrics.hookConcurrency.clear();
    metrics.hookQueue.clear();
    for (const { name, inFlight, queued } of hosts.functions()) {
      metrics.hookConcurrency.of(name).set(inFlight);
      metrics.hookQueue.of(name).set(queued);
    }
    metrics.hookHostRssBytes.clear();
    for (const [group, bytes] of hosts.residentBytes()) {
      metrics.hookHostRssBytes.of(group).set(bytes);
    }
  }
}

export type { ViewerPresence, ViewerRequest };
