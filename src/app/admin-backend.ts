import type { AdminBackend, FunctionStatus, PurgeCommand, Readiness } from '../admin/backend.ts';
import type { Clock } from '../base/clock.ts';
import type { PurgeSelector } from '../cache/store/cache-store.ts';
import type { FunctionState } from '../host/hook-hosts.ts';
import { type Metrics, type MetricsSnapshot, renderAggregated } from '../telemetry/metrics.ts';
import type { WorkerCallName, WorkerCalls } from './worker-messages.ts';
import type { WorkerSlots } from './worker-slots.ts';

/** A worker that is stuck must not keep the admin listener from answering. */
const ANSWER_TIMEOUT_MS = 2000;

export type SupervisorState = 'starting' | 'serving' | 'draining';

export interface AdminBackendOptions {
  readonly slots: WorkerSlots;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly state: () => SupervisorState;
}

/** What the admin listener shows and does: the workers are asked, and their answers put together. */
export function adminBackend({ slots, metrics, clock, state }: AdminBackendOptions): AdminBackend {
  /** The answers of all workers that answer in time. */
  const gather = async <Name extends WorkerCallName>(
    name: Name,
    ask: WorkerCalls[Name]['ask'],
  ): Promise<WorkerCalls[Name]['answer'][]> => {
    const asked = slots.ready.map((worker) => worker.ask(name, ask, ANSWER_TIMEOUT_MS));
    const settled = await Promise.allSettled(asked);
    return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  };
  return {
    ready: () => readiness(state(), slots),
    metrics: async () => {
      const answers = await gather('metrics', undefined);
      // A worker runs the same program as we do, so this is what its metrics are.
      return await renderAggregated([metrics.snapshot(), ...(answers as MetricsSnapshot[])]);
    },
    purge: async (command) => {
      const selector = purgeSelector(command);
      const asked = slots.ready.map((worker) => worker.ask('purge', selector, ANSWER_TIMEOUT_MS));
      // One that does not answer may still hold what was to go: that is a failure of the whole.
      const counts = await Promise.all(asked);
      return counts.reduce((sum, count) => sum + count, 0);
    },
    functions: async () => functionStatuses(await gather('functions', undefined), clock),
  };
}

function readiness(state: SupervisorState, slots: WorkerSlots): Readiness {
  if (state !== 'serving') return { kind: 'notReady', reasons: [`the edge is ${state}`] };
  const missing = slots.config.workers - slots.ready.length;
  if (missing <= 0) return { kind: 'ready' };
  const noun = missing === 1 ? '1 worker is' : `${missing} workers are`;
  return { kind: 'notReady', reasons: [`${noun} starting`] };
}

const HTTP_URL = /^https?:\/\/(?<host>[^/?]+)(?<target>.*)$/is;

/**
 * Host and target as a viewer's request has them. `URL` would resolve dot segments, escape quotes and drop a default port: keys
 * are made of what was sent. Only what cannot be sent at all, such as a space, is escaped here.
 */
function urlSelector(url: string): PurgeSelector {
  const { host = '', target = '' } = HTTP_URL.exec(url)?.groups ?? {};
  const sendable = target.toWellFormed().replaceAll(/[^!-~]/gu, encodeURIComponent);
  const fromRoot = sendable.startsWith('/') ? sendable : `/${sendable}`;
  return { kind: 'url', host: host.toLowerCase(), target: fromRoot };
}

/** A URL names the host too; a prefix is about every host. */
export function purgeSelector(command: PurgeCommand): PurgeSelector {
  switch (command.kind) {
    case 'all':
      return { kind: 'all' };
    case 'prefix':
      return { kind: 'prefix', prefix: command.prefix };
    case 'url':
      return urlSelector(command.url);
    default:
      return command satisfies never;
  }
}

/** From best to worst: what is shown of a function is its worst state in any worker. */
const STATES = [
  'ready',
  'loading',
  'quarantined',
  'failed',
] as const satisfies readonly FunctionState['state'][];

function functionStatuses(
  ofWorkers: readonly (readonly FunctionState[])[],
  clock: Clock,
): FunctionStatus[] {
  const worst = new Map<string, FunctionState>();
  for (const state of ofWorkers.flat()) {
    const known = worst.get(state.name);
    if (known === undefined || STATES.indexOf(state.state) > STATES.indexOf(known.state)) {
      worst.set(state.name, state);
    }
  }
  return [...worst.values()].map(({ name, version, state, error }) => ({
    name,
    ...(version === '' ? {} : { version }),
    state,
    ...(error === undefined
      ? {}
      : { lastError: { code: 'EDGE_HOOK_UNAVAILABLE', message: error, at: clock.now() } }),
  }));
}
