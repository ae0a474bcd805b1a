import { type EdgeError, toEdgeError } from '../base/edge-error.ts';
import type { EdgeConfig } from '../config/config.ts';
import type { ReloadOutcome } from './running-edge.ts';
import { errorOfText } from './worker-messages.ts';
import type { WorkerProcess } from './worker-process.ts';

/** A worker loads every function anew; each has its own limit, so this one is for a worker that is stuck. */
const RELOAD_TIMEOUT_MS = 120_000;

/** Where the workers are, and what those that start from now on serve. */
export interface ReloadedWorkers {
  readonly workers: readonly WorkerProcess[];
  config: EdgeConfig;
}

/**
 * Gives all workers a new configuration, one after the other, so that the others serve meanwhile. If one refuses it or dies
 * of it, those that have switched are given the old one back.
 */
export async function reloadWorkers(
  slots: ReloadedWorkers,
  config: EdgeConfig,
): Promise<ReloadOutcome> {
  for (;;) {
    // Looked up each time: a worker that replaces a dead one turns up with the old configuration.
    const worker = slots.workers.find((candidate) => candidate.config !== config);
    if (worker === undefined) break;
    const problems = await reloadWorker(worker, config);
    if (problems.length === 0) continue;
    await giveBack(slots);
    return { kind: 'kept', problems };
  }
  slots.config = config;
  return { kind: 'reloaded' };
}

/** Resolves with what keeps the worker from serving `config`; with nothing if it does. */
async function reloadWorker(
  worker: WorkerProcess,
  config: EdgeConfig,
): Promise<readonly EdgeError[]> {
  try {
    await worker.started;
    const answer = await worker.ask('reload', config, RELOAD_TIMEOUT_MS);
    if (answer.kind === 'kept') return answer.problems.map(errorOfText);
    worker.config = config;
    return [];
  } catch (thrown) {
    const error = toEdgeError(thrown);
    // Dead already, or stuck, and then it is unknown what it serves: it is replaced.
    if (error.code === 'EDGE_APP_WORKER') worker.kill();
    return [error];
  }
}

async function giveBack(slots: ReloadedWorkers): Promise<void> {
  for (const worker of slots.workers) {
    if (worker.config === slots.config) continue;
    const problems = await reloadWorker(worker, slots.config);
    // The worker that takes its place starts with the old configuration.
    if (problems.length > 0) worker.kill();
  }
}
