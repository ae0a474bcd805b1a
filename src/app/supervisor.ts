import type { AddressInfo } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { type AdminServer, createAdminServer } from '../admin/admin-server.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import { EdgeError, toEdgeError } from '../base/edge-error.ts';
import type { LoadedConfig } from '../config/compile.ts';
import type { EdgeConfig } from '../config/config.ts';
import { formatProblem } from '../config/problem.ts';
import type { Logger } from '../telemetry/log.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import { adminBackend, type SupervisorState } from './admin-backend.ts';
import { ListeningSockets } from './listening-sockets.ts';
import { reloadWorkers } from './reload-workers.ts';
import type { ReloadOutcome } from './running-edge.ts';
import { WorkerSlots } from './worker-slots.ts';

export interface SupervisorOptions {
  readonly config: EdgeConfig;
  /** Reads the configuration anew, for a reload. */
  readonly readConfig: () => LoadedConfig;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Absolute path of the worker program; another one in tests. */
  readonly workerFile?: string;
}

/** What is set up once, when a supervisor or a worker starts. */
const FIXED_SETTINGS = [
  'listeners',
  'admin',
  'limits',
  'cache',
  'log',
  'accessLog',
] as const satisfies readonly (keyof EdgeConfig)[];

/** Where a started supervisor can be reached. */
export interface SupervisorAddresses {
  readonly viewer: readonly AddressInfo[];
  readonly admin?: AddressInfo;
}

/**
 * The parent of the edge workers: starts them and replaces those that die, keeps the listening sockets open, owns the admin
 * listener, reloads the configuration. It runs no requests and no user code, so there is little that can end it.
 */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #metrics: Metrics = createMetrics();
  readonly #sockets: ListeningSockets;
  readonly #slots: WorkerSlots;
  readonly #clock: Clock;
  #admin: AdminServer | undefined;
  #state: SupervisorState = 'starting';
  #reloading: Promise<unknown> = Promise.resolve();

  constructor(options: SupervisorOptions) {
    const { config, logger, workerFile } = options;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#sockets = new ListeningSockets(config.listeners);
    this.#slots = new WorkerSlots({
      config,
      sockets: this.#sockets,
      logger,
      metrics: this.#metrics,
      ...(workerFile === undefined ? {} : { workerFile }),
    });
    this.#metrics.onCollect(() => this.#metrics.workers.set(this.#slots.ready.length));
  }

  get state(): SupervisorState {
    return this.#state;
  }

  /** The configuration in use. */
  get config(): EdgeConfig {
    return this.#slots.config;
  }

  get workerPids(): readonly number[] {
    return this.#slots.workers.map((worker) => worker.pid);
  }

  /**
   * Binds all addresses, then starts the workers. Rejects when an address cannot be had or a worker cannot start; everything
   * that was started has ended then.
   */
  async start(): Promise<SupervisorAddresses> {
    const { config } = this.#options;
    try {
      const admin = await this.#openAdmin();
      await this.#slots.start(config.workers);
      this.#state = 'serving';
      this.#metrics.configLoadedAt.set(this.#clock.now() / 1000);
      return { viewer: this.#sockets.addresses, ...(admin === undefined ? {} : { admin }) };
    } catch (error) {
      this.kill();
      await this.#admin?.close();
      throw error;
    }
  }

  /** Reads the configuration and gives it to all workers; reloads come one after the other. Never rejects. */
  reload(): Promise<ReloadOutcome> {
    const outcome = this.#reloading.then(() => this.#reloadNow());
    this.#reloading = outcome;
    return outcome;
  }

  /** Takes no new connections, lets requests in flight finish, ends the workers. */
  async drain(): Promise<void> {
    this.#state = 'draining';
    this.#sockets.close();
    await this.#slots.drain(this.config.drainTimeoutMs);
    await this.#admin?.close();
  }

  /** Ends the workers at once. */
  kill(): void {
    this.#state = 'draining';
    this.#sockets.close();
    this.#slots.kill();
  }

  async #openAdmin(): Promise<AddressInfo | undefined> {
    const { config, logger } = this.#options;
    if (config.admin === undefined) return undefined;
    const backend = adminBackend({
      slots: this.#slots,
      metrics: this.#metrics,
      clock: this.#clock,
      state: () => this.#state,
    });
    const admin = createAdminServer(config.admin, backend, logger);
    const address = await admin.listen();
    this.#admin = admin;
    return address;
  }

  async #reloadNow(): Promise<ReloadOutcome> {
    const outcome = this.#state === 'serving' ? await this.#tryReload() : notServing();
    const { logger } = this.#options;
    if (outcome.kind === 'reloaded') {
      this.#metrics.configReloads.of('loaded').add();
      this.#metrics.configLoadedAt.set(this.#clock.now() / 1000);
      logger.info({}, 'Configuration reloaded');
    } else {
      this.#metrics.configReloads.of('invalid').add();
      for (const { code, message, facts } of outcome.problems)
        logger.error({ code, ...facts }, message);
      logger.error({}, 'Configuration not reloaded, the previous one stays in use');
    }
    return outcome;
  }

  async #tryReload(): Promise<ReloadOutcome> {
    try {
      const loaded = this.#options.readConfig();
      if (loaded.kind === 'invalid') {
        return {
          kind: 'kept',
          problems: loaded.problems.map((problem) => invalid(formatProblem(problem))),
        };
      }
      // Before the workers change: a token file that cannot be used refuses the reload.
      this.#admin?.reloadToken();
      const config = this.#withFixedSettings(loaded.config);
      const outcome = await reloadWorkers(this.#slots, config);
      if (outcome.kind === 'reloaded') await this.#slots.resize(config.workers);
      return outcome;
    } catch (thrown) {
      return { kind: 'kept', problems: [toEdgeError(thrown)] };
    }
  }

  /**
   * Sockets, cache and logs are opened once: what is changed about them is said and left for the next start. A worker that
   * replaces another would otherwise serve with other limits than the rest.
   */
  #withFixedSettings(config: EdgeConfig): EdgeConfig {
    const changed = FIXED_SETTINGS.filter(
      (name) => !isDeepStrictEqual(this.config[name], config[name]),
    );
    if (changed.length === 0) return config;
    const message = `Changes of ${changed.join(' and ')} take effect at the next start, not at a reload`;
    this.#options.logger.warn({ settings: changed }, message);
    const kept = changed.filter((name) => this.config[name] !== undefined);
    const fixed = {
      ...config,
      ...Object.fromEntries(kept.map((name) => [name, this.config[name]])),
    };
    if (this.config.admin === undefined) delete fixed.admin;
    if (this.config.accessLog === undefined) delete fixed.accessLog;
    return fixed;
  }
}

function invalid(message: string): EdgeError {
  return new EdgeError('EDGE_CONFIG_INVALID', message);
}

function notServing(): ReloadOutcome {
  return { kind: 'kept', problems: [invalid('Cannot reload: the workers start or drain')] };
}
