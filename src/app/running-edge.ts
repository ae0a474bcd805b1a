import type { AddressInfo } from 'node:net';
import type { EdgeError } from '../base/edge-error.ts';
import type { PurgeSelector } from '../cache/store/cache-store.ts';
import type { EdgeConfig } from '../config/config.ts';
import type { FunctionState } from '../host/hook-hosts.ts';

/** How a reload ended. `kept`: the old configuration goes on serving; every problem is named. */
export type ReloadOutcome =
  | { readonly kind: 'reloaded' }
  | { readonly kind: 'kept'; readonly problems: readonly EdgeError[] };

/**
 * One edge in this process: viewer listeners, pipeline, memory cache, origin client and hook hosts. What a worker runs, and
 * what tests and embedders get from `createEdge`.
 */
export interface RunningEdge {
  /** Opens the viewer listeners. Rejects with EDGE_APP_LISTEN. */
  listen(): Promise<readonly AddressInfo[]>;
  /**
   * Starts a new generation (functions, hosts, origins) beside the old one and switches to it when it is ready. Requests in
   * flight finish in the old one; the cache stays. A function that does not load keeps the old generation.
   */
  reload(config: EdgeConfig): Promise<ReloadOutcome>;
  functions(): readonly FunctionState[];
  /** Removes stored responses and says how many. */
  purge(selector: PurgeSelector): Promise<number>;
  /** Metrics of this process, to be merged with those of other workers. */
  metrics(): Promise<unknown>;
  /** Pids of the live hook hosts, for tests and benchmarks. */
  hostPids(): readonly number[];
  /** Stops accepting, lets requests in flight finish for at most so long, then closes everything. */
  drain(timeoutMs: number): Promise<void>;
  close(): Promise<void>;
}
