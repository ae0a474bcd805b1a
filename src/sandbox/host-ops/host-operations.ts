import { CIPHER_OPERATIONS } from './cipher-operations.ts';
import { failureOf } from './failure.ts';
import { HASH_OPERATIONS } from './hash-operations.ts';
import { HTTP_OPERATIONS } from './http-operations.ts';
import { KEY_OPERATIONS } from './key-operations.ts';
import type { OperationTable } from './own-bytes.ts';
import { TEXT_OPERATIONS } from './text-operations.ts';
import { URL_OPERATIONS } from './url-operations.ts';
import { zlibOperations } from './zlib-operations.ts';

/** What the host operations of one environment may use. */
export interface HostOperationLimits {
  /** Bytes that one operation may produce; the function's memory limit. */
  readonly memoryLimitBytes: number;
}

/**
 * The operations behind the guest's Node modules, by name. Each runs synchronously, inside the
 * stretch of the call.
 */
export interface HostOperations {
  /**
   * Runs one operation. A failure is returned as a `HostFailure`, never thrown, so that its code
   * reaches the guest.
   */
  run(name: string, args: readonly unknown[]): unknown;
}

const CLOCK_OPERATIONS: OperationTable = {
  // To the microsecond: finer steps would help only to spy on the caches of the processor.
  'clock.now': () => Math.round(performance.now() * 1000) / 1000,
};

/**
 * Makes the operations of one environment. They keep no state and no reference to what they were
 * given.
 */
export function createHostOperations(limits: HostOperationLimits): HostOperations {
  const table = new Map(
    Object.entries({
      ...CLOCK_OPERATIONS,
      ...TEXT_OPERATIONS,
      ...URL_OPERATIONS,
      ...HASH_OPERATIONS,
      ...HTTP_OPERATIONS,
      ...CIPHER_OPERATIONS,
      ...KEY_OPERATIONS,
      ...zlibOperations(limits.memoryLimitBytes),
    }),
  );
  return {
    run(name, args) {
      try {
        const operation = table.get(name);
        if (operation === undefined) throw new TypeError(`Unknown host operation: ${name}`);
        return operation(args);
      } catch (thrown) {
        return failureOf(thrown);
      }
    },
  };
}
