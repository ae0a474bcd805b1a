import type { Supervisor, SupervisorAddresses } from '../app/supervisor.ts';
import { type ExitCode, INTERRUPTED, OK } from './exit-codes.ts';

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
  let isStopping = false;
  const onStop = (signal: NodeJS.Signals): void => {
    if (isStopping && signal === 'SIGINT') {
      supervisor.kill();
      process.exit(INTERRUPTED);
    }
    isStopping = true;
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
