import type { Supervisor, SupervisorAddresses } from '../app/supervisor.ts';
import { type ExitCode, INTERRUPTED, OK } from './exit-codes.ts';

/** npm passes on a Ctrl-C that the terminal has sent to us as well: two signals within this time are one. */
const SAME_SIGINT_MS = 500;

/**
 * Starts a supervisor and runs it until SIGTERM or SIGINT, which drain it; a second SIGINT ends the process at once. SIGHUP
 * reloads the configuration. Rejects when it cannot be started.
 *
 * @param onServing is called once viewers can come
 */
export async function serveUntilStopped(
  supervisor: Supervisor,
  onServing: (addresses: SupervisorAddresses) => void,
): Promise<ExitCode> {
  const stop = Promise.withResolvers<void>();
  let firstSignalMs: number | undefined;
  const onStop = (signal: NodeJS.Signals): void => {
    const nowMs = performance.now();
    firstSignalMs ??= nowMs;
    if (signal === 'SIGINT' && nowMs - firstSignalMs > SAME_SIGINT_MS) {
      supervisor.kill();
      process.exit(INTERRUPTED);
    }
    stop.resolve();
  };
  process.on('SIGTERM', onStop);
  process.on('SIGINT', onStop);
  process.on('SIGHUP', () => void supervisor.reload());
  onServing(await supervisor.start());
  await stop.promise;
  await supervisor.drain();
  return OK;
}
