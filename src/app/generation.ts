import type { Clock } from '../base/clock.ts';
import type { EdgeError } from '../base/edge-error.ts';
import type { HttpCache } from '../cache/http-cache.ts';
import type { EdgeConfig } from '../config/config.ts';
import { environmentOf } from '../function/environment-of.ts';
import { withFrame } from '../function/error-place.ts';
import type { FunctionPackage } from '../function/function-package.ts';
import { loadFunctions } from '../function/load-function.ts';
import { guestScript, hostProgramFile } from '../function/sandbox-programs.ts';
import { mapTrace } from '../function/stack-map.ts';
import { PROGRAM_FILENAME } from '../function/task-root.ts';
import { createEgressBroker, type EgressBroker } from '../host/egress/broker.ts';
import type { HostedFunction } from '../host/hook-call.ts';
import { HookHosts } from '../host/hook-hosts.ts';
import { sealedHostCommand } from '../host/seal.ts';
import { createOriginClient } from '../origin/origin-client.ts';
import { type Edge, edgeNames, readyBehaviors } from '../pipeline/edge.ts';
import type { Exchange } from '../pipeline/exchange.ts';
import { runExchange } from '../pipeline/run-exchange.ts';
import type { NextStep } from '../pipeline/steps.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { hostEvents, noteEgress, pipelineEvents } from './telemetry-events.ts';

/** What outlives a reload: the cache keeps its responses, metrics their counts. */
export interface SharedServices {
  readonly clock: Clock;
  readonly cache: HttpCache;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** The Node.js binary for hook hosts. */
  readonly execPath: string;
}

/** What a generation owns. */
interface GenerationParts {
  readonly edge: Omit<Edge, 'run'>;
  readonly failures: readonly EdgeError[];
  readonly broker: EgressBroker;
  readonly logger: Logger;
}

/** One configuration at work: its functions, hosts, origin connections, and the exchanges that began in it. */
export class Generation {
  readonly edge: Edge;
  /** Functions that could not be loaded, with the reason. */
  readonly failures: readonly EdgeError[];
  readonly #broker: EgressBroker;
  readonly #logger: Logger;
  #open = 0;
  #isRetired = false;

  constructor({ edge, failures, broker, logger }: GenerationParts) {
    this.edge = { ...edge, run: (exchange, first) => this.#run(exchange, first) };
    this.failures = failures;
    this.#broker = broker;
    this.#logger = logger;
  }

  /** A request begins. */
  enter(): void {
    this.#open += 1;
  }

  /** Its reply has left completely, or never will. */
  leave(): void {
    this.#open -= 1;
    this.#endIfDone();
  }

  /** No request begins here any more: ends everything when the last one has left. */
  retire(): void {
    this.#isRetired = true;
    this.#endIfDone();
  }

  /** Ends everything at once. */
  async dispose(): Promise<void> {
    this.edge.hosts.dispose();
    await Promise.all([this.edge.origins.destroy(), this.#broker.dispose()]);
  }

  /** Exchanges without a viewer of their own count as well: a refresh has hooks to run. */
  async #run(exchange: Exchange, first: NextStep): Promise<Exchange> {
    this.enter();
    try {
      return await runExchange(exchange, first);
    } finally {
      this.leave();
    }
  }

  #endIfDone(): void {
    if (!this.#isRetired || this.#open > 0) return;
    this.#end().catch((error: unknown) => {
      this.#logger.error({ error }, 'Previous configuration could not be released');
    });
  }

  /** A fill may outlive its viewers, so origin responses under way are waited for. */
  async #end(): Promise<void> {
    await this.edge.origins.close();
    await this.dispose();
  }
}

/** Starts everything that a configuration needs beside the listeners. Functions that do not load are reported, the rest serves. */
export async function startGeneration(
  config: EdgeConfig,
  shared: SharedServices,
): Promise<Generation> {
  const configs = Object.values(config.functions);
  const [loads, guestText, programFile] = await Promise.all([
    loadFunctions(configs, { baseDir: config.baseDir }),
    configs.length === 0 ? '' : guestScript(),
    configs.length === 0 ? '' : hostProgramFile(),
  ]);
  const packages = new Map<string, FunctionPackage>();
  const failures: EdgeError[] = [];
  for (const load of loads) {
    if (load.kind === 'failed') failures.push(load.error);
    else packages.set(load.package.name, load.package);
    for (const warning of load.kind === 'loaded' ? load.warnings : [])
      shared.logger.warn({}, warning);
  }
  const broker = createEgressBroker({
    onRequest: (record) => noteEgress(shared, record),
  });
  const hosts = new HookHosts({
    command: sealedHostCommand(shared.execPath, programFile),
    guestText,
    clock: shared.clock,
    events: hostEvents(shared, packages),
    operate: (operation, signal) => broker.operate(operation, signal),
    endCall: (call) => broker.endCall(call),
  });
  if (configs.length > 0) await hosts.start();
  failures.push(...(await loadIntoHosts(hosts, packages)));
  const origins = createOriginClient({ clock: shared.clock });
  const edge = {
    config,
    clock: shared.clock,
    behaviors: readyBehaviors(config),
    names: edgeNames(config.compat),
    cache: shared.cache,
    origins,
    hosts,
    functions: packages,
    events: pipelineEvents(shared),
  };
  return new Generation({ edge, failures, broker, logger: shared.logger });
}

async function loadIntoHosts(
  hosts: HookHosts,
  packages: ReadonlyMap<string, FunctionPackage>,
): Promise<EdgeError[]> {
  const outcomes = await hosts.load([...packages.values()].map(hostedFunction));
  const failures: EdgeError[] = [];
  for (const [name, outcome] of outcomes) {
    if (outcome.kind === 'loaded') continue;
    const pkg = packages.get(name);
    const trace = pkg === undefined ? [] : mapTrace(outcome.functionError?.trace ?? [], pkg);
    failures.push(withFrame(outcome.error, trace));
  }
  return failures;
}

/** A function as hook hosts take it. */
export function hostedFunction(pkg: FunctionPackage): HostedFunction {
  const { config } = pkg;
  return {
    settings: {
      name: pkg.name,
      version: pkg.version,
      format: pkg.program.format,
      filename: PROGRAM_FILENAME,
      exportPath: pkg.exportPath,
      environment: environmentOf(pkg),
      files: pkg.files,
      memoryMb: config.limits.memoryMb,
      initTimeoutMs: config.limits.initTimeoutMs,
    },
    text: pkg.program.text,
    limits: config.limits,
    trustGroup: config.trustGroup,
    network: config.network,
  };
}
