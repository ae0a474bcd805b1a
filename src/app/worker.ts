import { assertNever } from '../base/assert.ts';
import { EdgeError, toEdgeError } from '../base/edge-error.ts';
import type { EdgeConfig } from '../config/config.ts';
import type { RunningEdge } from './running-edge.ts';
import {
  type AskMessage,
  errorText,
  type FromWorker,
  type ReloadAnswer,
  type StartMessage,
  type ToWorker,
} from './worker-messages.ts';

/** The IPC end of a worker process, which is `process`. */
export interface SupervisorChannel {
  send?(message: FromWorker, callback?: (error: Error | null) => void): boolean;
  disconnect?(): void;
  on(event: 'message', listener: (message: ToWorker) => void): unknown;
  on(event: 'disconnect' | 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
  off(event: 'message', listener: (message: ToWorker) => void): unknown;
  kill(pid: number, signal: 'SIGKILL'): unknown;
  readonly pid: number;
}

export type StartEdge = (
  config: EdgeConfig,
  options: { readonly listenFds: readonly number[] },
) => Promise<RunningEdge>;

/** Longest time for what is still open to close by itself when the supervisor is gone. */
const ORPHAN_GRACE_MS = 2000;

/**
 * The life of a worker: waits for the configuration, starts an edge with it, answers the supervisor, drains, ends. A worker
 * never outlives its supervisor.
 */
export function runWorker(channel: SupervisorChannel, startEdge: StartEdge): void {
  let edge: RunningEdge | undefined;
  let drainTimeoutMs = 0;

  const reply = (message: FromWorker): Promise<void> =>
    new Promise((resolve) => {
      // The supervisor may be gone: nobody is left to be told.
      if (channel.send === undefined) resolve();
      else channel.send(message, () => resolve());
    });

  const onMessage = (message: ToWorker): void => {
    if (message.kind === 'start') void start(message);
    else void answer(message);
  };

  const start = async ({ config, listenFds }: StartMessage): Promise<void> => {
    drainTimeoutMs = config.drainTimeoutMs;
    try {
      edge = await startEdge(config, { listenFds });
      await reply({ kind: 'ready', addresses: await edge.listen() });
    } catch (thrown) {
      await reply({ kind: 'failed', error: errorText(toEdgeError(thrown)) });
      await edge?.close();
      channel.disconnect?.();
    }
  };

  const answer = async (message: AskMessage): Promise<void> => {
    const { id } = message;
    try {
      if (edge === undefined)
        throw new EdgeError('EDGE_INTERNAL', 'Cannot ask a worker: it is starting');
      await reply({ kind: 'answer', id, answer: await answerOf(edge, message) });
    } catch (thrown) {
      await reply({ kind: 'refused', id, error: errorText(toEdgeError(thrown)) });
    }
    // Without channel and listeners nothing keeps the process alive.
    if (message.name === 'drain') channel.disconnect?.();
  };

  channel.on('message', onMessage);
  // Ctrl-C goes to every process of the terminal; the supervisor has it too and says what to do.
  channel.on('SIGINT', () => undefined);
  // A service manager may signal every process at once.
  channel.on('SIGTERM', () => {
    void edge?.drain(drainTimeoutMs).finally(() => channel.disconnect?.());
  });
  channel.on('disconnect', () => {
    void edge?.close();
    setTimeout(() => channel.kill(channel.pid, 'SIGKILL'), ORPHAN_GRACE_MS).unref();
  });
}

async function answerOf(edge: RunningEdge, message: AskMessage): Promise<unknown> {
  switch (message.name) {
    case 'reload':
      return reloadAnswer(edge, message.ask);
    case 'purge':
      return edge.purge(message.ask);
    case 'metrics':
      return edge.metrics();
    case 'functions':
      return edge.functions();
    case 'hostPids':
      return edge.hostPids();
    case 'drain':
      return edge.drain(message.ask);
    default:
      return assertNever(message);
  }
}

async function reloadAnswer(edge: RunningEdge, config: EdgeConfig): Promise<ReloadAnswer> {
  const outcome = await edge.reload(config);
  if (outcome.kind === 'reloaded') return outcome;
  return { kind: 'kept', problems: outcome.problems.map(errorText) };
}
