import { failureOf } from './failure.ts';

/** What the host operations of one environment may use. */
export interface HostOperationLimits {
  /** Bytes that one operation may produce; the function's memory limit. */
  readonly memoryLimitBytes: number;
}

/** The operations behind the guest's Node modules, by name. Each runs synchronously, inside the stretch of the call. */
export interface HostOperations {
  /** Runs one operation. A failure is returned as a `HostFailure`, never thrown, so that its code reaches the guest. */
  run(name: string, args: readonly unknown[]): unknown;
}

type Operation = (args: readonly unknown[]) => unknown;

/** Makes the operations of one environment. */
export function createHostOperations(_limits: HostOperationLimits): HostOperations {
  const table: Record<string, Operation> = {
    __proto__: null as never,
    // To the microsecond: finer steps would help only to spy on the caches of the processor.
    'clock.now': () => Math.round(performance.now() * 1000) / 1000,
  };
  return {
    run(name, args) {
      const operation = table[name];
      try {
        if (operation === undefined) throw new TypeError(`Unknown host operation: ${name}`);
        return operation(args);
      } catch (thrown) {
        return failureOf(thrown);
      }
    },
  };
}
