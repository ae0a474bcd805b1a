import { systemClock } from '../base/clock.ts';
import type { EdgeError } from '../base/edge-error.ts';
import { HttpCache } from '../cache/http-cache.ts';
import { MemoryStore } from '../cache/store/memory-store.ts';
import type { EdgeConfig } from '../config/config.ts';
import type { FunctionPackage } from '../function/function-package.ts';
import { SILENT_LOGGER } from '../telemetry/log.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { startGeneration } from './generation.ts';

/** What a check of the functions found. A function is in `loaded` or among the `failures`. */
export interface FunctionCheck {
  readonly loaded: readonly FunctionPackage[];
  readonly failures: readonly EdgeError[];
  readonly warnings: readonly string[];
}

/**
 * Loads every function of a configuration as serving would, in sealed hook hosts and under its limits, and ends them again: what throws, hangs
 * or exports no handler is found before a reload. Rejects with EDGE_HOST_START when no hook host can run on this machine.
 */
export async function checkFunctions(config: EdgeConfig): Promise<FunctionCheck> {
  const warnings: string[] = [];
  const { maxResponseBytes } = config.cache.memory;
  const store = new MemoryStore({ maxBytes: maxResponseBytes });
  const generation = await startGeneration(config, {
    clock: systemClock,
    cache: new HttpCache({ store, clock: systemClock, maxResponseBytes }),
    logger: { ...SILENT_LOGGER, warn: (_facts, message) => void warnings.push(message) },
    metrics: createMetrics(),
    execPath: process.execPath,
  });
  const failed = new Set(generation.failures.map(({ facts }) => facts['function']));
  const packages = [...generation.edge.functions.values()];
  await generation.dispose();
  return {
    loaded: packages.filter(({ name }) => !failed.has(name)),
    failures: generation.failures,
    warnings,
  };
}
