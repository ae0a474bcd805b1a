import type { EpochMs } from '../base/clock.ts';

/** What the admin listener shows and does, as the supervisor provides it. */
export interface AdminBackend {
  /** Whether all workers take requests. */
  ready(): Readiness;
  /** The metrics of all processes in Prometheus' text format. */
  metrics(): Promise<string>;
  /** Removes stored responses from the caches of all workers; gives their number. */
  purge(command: PurgeCommand): Promise<number>;
  /** The functions of the configuration in use. */
  functions(): Promise<readonly FunctionStatus[]>;
}

/** `reasons` are for people: a worker that starts, a drain. */
export type Readiness =
  | { readonly kind: 'ready' }
  | { readonly kind: 'notReady'; readonly reasons: readonly string[] };

/** What to remove: all variants of one URL, every path that begins with a prefix on every host, or everything. */
export type PurgeCommand =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'prefix'; readonly prefix: string }
  | { readonly kind: 'all' };

/** One function as `GET /functions` shows it. */
export interface FunctionStatus {
  readonly name: string;
  /** Version of the loaded package; absent if none is loaded. */
  readonly version?: string;
  readonly state: 'loading' | 'ready' | 'quarantined' | 'failed';
  readonly lastError?: {
    readonly code: string;
    readonly message: string;
    readonly at: EpochMs;
  };
}
