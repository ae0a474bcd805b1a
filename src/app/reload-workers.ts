import { EdgeError, toEdgeError } from '../base/edge-error.ts';
import type { EdgeConfig } from '../config/config.ts';
import type { ReloadOutcome } from './running-edge.ts';
import { errorOfText } from './worker-messages.ts';
import type { WorkerProcess } from './worker-process.ts';

/** A worker loads every function anew; each has its own limit, so this one is for a worker that is stuck. */
const RELOAD_TIMEOUT_MS = 120_000;

/** So many workers may die during one reload before the new configuration is blamed for it. */
const MOST_DEATHS = 3;

/** Where the workers are; replacements for dead ones turn up in `workers` and have the old configuration. */
export interface ReloadedWorkers {
  readonly workers: readonly WorkerProcess[];
  config: EdgeConfig;
}

/**
 * Gives all workers a new configuration, one after the other, so that a worker with the old one serves meanwhile. If one
 * refuses, those that have switched are given the old one back.
 */
export async function reloadWorkers(
  slots: ReloadedWorkers,
  config: EdgeConfig,
): Promise<ReloadOutcome> {
  const previous = slots.config;
  let deaths = 0;
  for (;;) {
    const worker = slots.workers.find((candidate) => candidate.config !== config);
    if (worker === undefined) break;
    const outcome = await reloadWorker(worker, config);
    if (outcome.kind === 'reloaded') continue;
    if (outcome.kind === 'lost') {
      deaths += 1;
      if (deaths < MOST_DEATHS) continue;
    }
    await giveBack(slots, previous);
    return { kind: 'kept', problems: outcome.problems };
  }
  slots.config = config;
  return { kind: 'reloaded' };
}

type WorkerReload =
  | { readonly kind: 'reloaded' }
  | { readonly kind: 'kept' | 'lost'; readonly problems: readonly EdgeError[] };

async function reloadWorker(worker: WorkerProcess, config: EdgeConfig): Promise<WorkerReload> {
  try {
    await worker.started;
    const answer = await worker.ask('reload', config, RELOAD_TIMEOUT_MS);
    if (answer.kind === 'kept') return { kind: 'kept', problems: answer.problems.map(errorOfText) };
    worker.config = config;
    return { kind: 'reloaded' };
  } catch (thrown) {
    const error = toEdgeError(thrown);
    if (error.code !== 'EDGE_APP_WORKER') return { kind: 'kept', problems: [error] };
    // Dead already, or stuck. Its replacement is asked instead.
    worker.kill();
    await worker.ended;
    return { kind: 'lost', problems: [error] };
  }
}

async function giveBack(slots: ReloadedWorkers, previous: EdgeConfig): Promise<void> {
  for (const worker of slots.workers) {
    if (worker.config === previous) continue;
    const outcome = await reloadWorker(worker, previous);
    // A worker that cannot go back is replaced by one that starts with the old configuration.
    if (outcome.kind === 'kept') worker.kill();
  }
}
