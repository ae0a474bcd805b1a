import type { EpochMs } from '../base/clock.ts';
import type { HookCallRequest, HookOutcome, HostedFunction, LoadOutcome } from './hook-call.ts';
import type { KillRecord } from './quarantine.ts';

/** A call between its request and its outcome. */
export interface PendingCall {
  readonly id: number;
  readonly lane: Lane;
  readonly request: HookCallRequest;
  readonly resolve: (outcome: HookOutcome) => void;
  /** Monotonic ms. */
  readonly queuedMs: number;
  /** Monotonic ms; when its host got it, the last time. */
  dispatchedMs: number;
  /**
   * How many `invoke` frames had gone to its host when this one went, itself included; 0 = not
   * sent.
   */
  sequence: number;
  /** The host said that the call has left the CPU and waits. */
  suspended: boolean;
  /** The host said that the call asked for something outside: it must not be run a second time. */
  reachedOut: boolean;
  dispatches: number;
}

/**
 * One function on its way through its hosts: what waits, what runs, and its record of kills. Data
 * of `TrustGroup`.
 */
export interface Lane {
  readonly id: number;
  readonly hosted: HostedFunction;
  readonly queue: PendingCall[];
  inFlight: number;
  /** `unloaded`: in no host; its next call loads it in one of its own. */
  state: 'loading' | 'ready' | 'failed' | 'unloaded';
  failure: Extract<LoadOutcome, { kind: 'failed' }> | undefined;
  /** Loads that failed one after the other, and when a call may cause the next try. */
  loadFailures: number;
  retryLoadAt: EpochMs;
  initMs: number;
  /** It has loaded once: another host need not try before it gets calls. */
  hasLoaded: boolean;
  kills: KillRecord | undefined;
  /**
   * A call has waited for something, so that others of its host may be waiting when it must be
   * killed.
   */
  hasWaited: boolean;
  /** A call has overstepped a time limit. */
  hasOverrun: boolean;
  /** Resolves the first load; later loads (in a replacement host) have nobody waiting. */
  onLoad: ((outcome: LoadOutcome) => void) | undefined;
}

export function createLane(id: number, hosted: HostedFunction): Lane {
  return {
    id,
    hosted,
    queue: [],
    inFlight: 0,
    state: 'loading',
    failure: undefined,
    loadFailures: 0,
    retryLoadAt: 0,
    initMs: 0,
    hasLoaded: false,
    kills: undefined,
    hasWaited: false,
    hasOverrun: false,
    onLoad: undefined,
  };
}

/**
 * Takes the calls out of a queue that have waited too long: as long as they may run, and as long as
 * their function may load if it is loading.
 */
export function takeLate(lane: Lane, nowMs: number): readonly PendingCall[] {
  const { queue, state, hosted } = lane;
  const initMs = state === 'loading' ? hosted.limits.initTimeoutMs : 0;
  const isLate = ({ queuedMs, request }: PendingCall): boolean =>
    nowMs - queuedMs > request.timeoutMs + initMs;
  const late = queue.filter(isLate);
  for (const call of late) queue.splice(queue.indexOf(call), 1);
  return late;
}

/** The trust group of one function that has killed a host: its own. */
export function quarantineGroup(lane: Lane): string {
  return `quarantine:${lane.hosted.settings.name}`;
}
