import type { FunctionLog } from './hook-call.ts';
import type { KillReason } from './host-process.ts';

/** What the pool tells metrics and logs. */
export interface HookHostEvents {
  log(log: FunctionLog): void;
  hostStarted(pid: number): void;
  /** `blamed` is a function name; `undefined` when nobody's code was on the CPU. */
  hostEnded(info: {
    pid: number;
    trustGroup: string;
    reason: KillReason | 'crash';
    blamed: string | undefined;
    detail: string;
  }): void;
  collateral(functionName: string): void;
  redispatched(functionName: string): void;
  quarantined(functionName: string, kills: number): void;
}

/** One function as the admin listener shows it. */
export interface FunctionState {
  readonly name: string;
  readonly version: string;
  readonly state: 'loading' | 'ready' | 'failed' | 'quarantined';
  readonly inFlight: number;
  readonly queued: number;
  readonly kills: number;
  readonly initMs: number;
  readonly error?: string;
}
