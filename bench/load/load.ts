/** What the load generator is told and what it reports; the generator is a process of its own, whose CPU is not counted. */

import type { Load } from './stories.ts';

/** One run of load against one side. */
export interface LoadOrder {
  readonly port: number;
  /** As in the story. */
  readonly path: string;
  readonly load: Load;
  readonly seconds: number;
  /** Makes the paths of this run different from those of all others. */
  readonly run: number;
}

/** What came back. */
export interface LoadResult {
  /** Replies with status 200. */
  readonly replies: number;
  /** Other replies, resets and timeouts. */
  readonly failures: number;
  readonly seconds: number;
  /** Microseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
}
