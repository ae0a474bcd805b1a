import './core/builtins.ts';
import { installGlobals } from './core/globals.ts';
import { completeHostOperation, connectHost, type HostCall } from './core/host.ts';
import { initInvocations, invoke, poll } from './core/invocation.ts';
import { checkAwaited, configure, load, loadNamespace } from './core/load.ts';
import { runTask, runTicks } from './core/loop.ts';
import { builtinExportNames, requireBuiltin } from './core/modules.ts';
import { process } from './node/process.ts';

/**
 * The guest: what gives a bare isolate Node's globals and modules, and runs the handler contract.
 * The host takes `__isoedge`, calls it once, and takes the entries; both names are gone before user
 * code runs.
 */
function boot(hostCall: HostCall): void {
  connectHost(hostCall);
  initInvocations((name, ...args) => {
    process.emit(name, ...args);
  });
  installGlobals();
  const entries = {
    load,
    loadNamespace,
    configure: (metaJson: string): void => {
      configure(metaJson);
    },
    invoke,
    deliver,
    poll: (nowMs: number): number => {
      const waits = poll(nowMs);
      checkAwaited();
      return waits;
    },
    requireBuiltin,
    builtinExportNames,
  };
  Object.defineProperty(globalThis, '__entries', { value: entries, configurable: true });
}

function deliver(id: number, ok: boolean, ...results: unknown[]): void {
  runTask(completeHostOperation as (...args: unknown[]) => void, [id, ok, results], undefined);
  runTicks();
}

Object.defineProperty(globalThis, '__isoedge', { value: boot, configurable: true });
