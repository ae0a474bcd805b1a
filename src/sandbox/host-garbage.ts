import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Bytes of buffers in the host's own realm from which on a collection is worth its milliseconds.
 */
const WORTHWHILE_BYTES = 16 * 2 ** 20;

/**
 * Frees what operations have left in the host's own realm: arguments and results on their way
 * (zlib, request bodies). An idle host allocates nothing, so that V8 would see no reason to collect
 * them for hours.
 */
export function createHostGarbageCollector(): () => void {
  // The flag would give `gc` to every context; so it is on for the one that this function is taken
  // from, and no isolate of a function.
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  return () => {
    if (process.memoryUsage().arrayBuffers >= WORTHWHILE_BYTES) collect();
  };
}
