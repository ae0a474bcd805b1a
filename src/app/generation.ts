import type { Clock } from '../base/clock.ts';
import { EdgeError } from '../base/edge-error.ts';
import type { HttpCache } from '../cache/http-cache.ts';
import type { EdgeConfig } from '../config/config.ts';
import { environmentOf } from '../function/environment-of.ts';
import type { FunctionPackage } from '../function/function-package.ts';
import { loadFunctions } from '../function/load-function.ts';
import { guestScript, hostProgramFile } from '../function/sandbox-programs.ts';
import { mapTrace } from '../function/stack-map.ts';
import { PROGRAM_FILENAME } from '../function/task-root.ts';
import { createEgressBroker } from '../host/egress/broker.ts';
import type { HostedFunction } from '../host/hook-call.ts';
import { HookHosts } from '../host/hook-hosts.ts';
import { sealedHostCommand } from '../host/seal.ts';
import { createOriginClient } from '../origin/origin-client.ts';
import { type Edge, edgeNames, readyBehaviors } from '../pipeline/edge.ts';
import { runExchange } from '../pipeline/run-exchange.ts';
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

/** One configuration at work: its functions, hosts, origin connections, and the exchanges that began in it. */
export interface Generation {
  readonly edge: Edge;
  /** Functions that could not be loaded, with the reason. */
  readonly failures: readonly EdgeError[];
  /** Requests whose reply has not left completely. */
  open: number;
  /** Waits for origin responses under way (a fill may outlive its viewers), then ends hosts and connections. */
  retire(): Promise<void>;
  /** Ends everything at once. */
  dispose(): Promise<void>;
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
  return {
    edge: {
      config,
      clock: shared.clock,
      behaviors: readyBehaviors(config),
      names: edgeNames(config.compat),
      cache: shared.cache,
      origins,
      hosts,
      functions: packages,
      events: pipelineEvents(shared),
      run: runExchange,
    },
    failures,
    open: 0,
    retire: async () => {
      await origins.close();
      hosts.dispose();
      await broker.dispose();
    },
    dispose: async () => {
      hosts.dispose();
      await Promise.all([origins.destroy(), broker.dispose()]);
    },
  };
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
    failures.push(withPlace(outcome.error, trace));
  }
  return failures;
}

/** Adds the first line of the stack that is the author's: where it went wrong. */
function withPlace(error: EdgeError, trace: readonly string[]): EdgeError {
  const frame = trace.find((line) => line.trimStart().startsWith('at '));
  if (frame === undefined) return error;
  return new EdgeError(error.code, `${error.message} (${frame.trim()})`, {
    facts: error.facts,
    cause: error.cause,
  });
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
