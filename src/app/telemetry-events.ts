import type { FunctionPackage } from '../function/function-package.ts';
import { mapText } from '../function/stack-map.ts';
import type { EgressRecord } from '../host/egress/function-egress.ts';
import type { HookHostEvents } from '../host/hook-hosts.ts';
import type { PipelineEvents } from '../pipeline/edge.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';

interface Telemetry {
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** What hook hosts tell, as metrics and log lines. */
export function hostEvents(
  { logger, metrics }: Telemetry,
  packages: ReadonlyMap<string, FunctionPackage>,
): HookHostEvents {
  return {
    log: ({ level, message: text, functionName, ...facts }) => {
      const line = { function: functionName, ...facts };
      const pkg = packages.get(functionName);
      // The positions that its author knows, not those of the bundle.
      const message = pkg === undefined ? text : mapText(text, pkg);
      if (level === 'error' || level === 'fatal') logger.error(line, message);
      else if (level === 'warn') logger.warn(line, message);
      else if (level === 'info') logger.info(line, message);
      else logger.debug(line, message);
    },
    hostStarted: (pid) => {
      metrics.hookHostStarts.of('spare').add();
      logger.debug({ pid }, 'Hook host started');
    },
    hostEnded: ({ pid, trustGroup, reason, blamed, detail }) => {
      if (reason === 'dispose' || reason === 'recycle') return;
      metrics.hookHostKills.of(trustGroup, reason).add();
      const facts = { pid, trustGroup, reason, function: blamed, detail };
      logger.warn(facts, 'Hook host ended and is replaced');
    },
    collateral: (functionName) => metrics.hookCollateral.of(functionName).add(),
    redispatched: () => undefined,
    quarantined: (functionName, kills) => {
      metrics.hookQuarantines.of(functionName).add();
      const version = packages.get(functionName)?.version;
      logger.warn({ function: functionName, version, kills }, 'Function killed its hook host');
    },
  };
}

/** What the pipeline tells, as metrics and log lines. Label sets that occur for every request are looked up once. */
export function pipelineEvents({ logger, metrics }: Telemetry): PipelineEvents {
  const hits = metrics.lookups.of('hit');
  return {
    lookup: (result) => {
      if (result === 'hit') hits.add();
      else if (result === 'collapsed') metrics.collapsed.add();
      else if (result !== 'bypass') metrics.lookups.of(result).add();
    },
    admitted: (reason) => {
      if (reason === 'stored') metrics.stored.add();
      else metrics.notStored.of(reason).add();
    },
    hookCalled: ({ functionName, point, outcome, wallMs, cpuMs }) => {
      metrics.hookCalls.of(functionName, point, outcome).add();
      metrics.hookSeconds.of(functionName, point).observe(wallMs / 1000);
      metrics.hookCpuSeconds.of(functionName, point).observe(cpuMs / 1000);
    },
    originReplied: (originName, outcome, seconds) => {
      const label = /^\d+$/.test(outcome) ? `${outcome[0] ?? ''}xx` : outcome;
      metrics.originRequests.of(originName, label).add();
      metrics.originSeconds.of(originName).observe(seconds);
    },
    failed: ({ failure, requestId, request }) => {
      if (failure === undefined) return;
      metrics.errors.of(failure.code).add();
      const facts = { requestId, code: failure.code, path: request.path, ...failure.facts };
      if (failure.source === 'viewer') logger.debug(facts, failure.message);
      else if (failure.source === 'internal')
        logger.error({ ...facts, error: failure }, failure.message);
      else logger.warn(facts, failure.message);
    },
    warned: ({ requestId }, message) => logger.warn({ requestId }, message),
    functionThrew: ({ requestId }, functionName, error) => {
      const { errorType, errorMessage, trace } = error;
      const facts = { requestId, function: functionName, errorType, stack: trace.join('\n') };
      logger.error(facts, `Function "${functionName}" failed: ${errorType}: ${errorMessage}`);
    },
  };
}

/** One network request of a function, as a metric, and as a log line when it was denied: its author must see what to permit. */
export function noteEgress({ logger, metrics }: Telemetry, record: EgressRecord): void {
  const { outcome, functionName, requestId, method, target } = record;
  const label =
    outcome.kind === 'answered' ? `${Math.floor(outcome.status / 100)}xx` : outcome.kind;
  metrics.egressRequests.of(functionName, label).add();
  const facts = { function: functionName, requestId, method, target, outcome };
  if (outcome.kind === 'denied') {
    logger.warn(
      facts,
      `Cannot reach ${String(target)}: not in the allow-list of function "${functionName}"; to permit it add "${String(target)}" to functions.${functionName}.network.allow`,
    );
  } else logger.debug(facts, 'Network request of a function');
}
