import type { CallFailure, LoadFailure } from '../wire/messages.ts';
import type { HostEnd } from './host-process.ts';
import type { Lane, PendingCall } from './lane.ts';

/** A dead host, sorted by who is to blame. */
export interface GroupDeath {
  readonly end: HostEnd;
  readonly failure: CallFailure;
  /** Whose code was on the CPU, if anybody's. */
  readonly blamed: { readonly lane: Lane; readonly call: PendingCall | undefined } | undefined;
  /** Not begun, or begun and ended unheard without having reached outside: to be sent again. */
  readonly survivors: readonly PendingCall[];
  /** Suspended in an `await` when another's code killed the host. */
  readonly collateral: readonly PendingCall[];
}

/**
 * A call that was interrupted through no fault of its own is run again at most this often; one that
 * had not begun, more often.
 */
const MAX_DISPATCHES = 3;
const MAX_DISPATCHES_UNBEGUN = 10;
/** Decides from the status block whom a dead host's calls have to thank. Pure. */
export function sortDeath(
  end: HostEnd,
  calls: readonly PendingCall[],
  lanes: ReadonlyMap<number, Lane>,
): GroupDeath {
  const { status } = end;
  const lane = status.stretch === 0 ? undefined : lanes.get(status.function);
  const onCpu = lane === undefined ? undefined : calls.find((call) => call.id === status.call);
  const others = calls.filter((call) => call !== onCpu);
  const mayRunAgain = (call: PendingCall): boolean =>
    hasBegun(call, status.begun)
      ? !call.suspended && canRunAgain(call)
      : call.dispatches < MAX_DISPATCHES_UNBEGUN;
  return {
    end,
    failure: failureOfEnd(end),
    blamed: lane === undefined ? undefined : { lane, call: onCpu },
    survivors: others.filter(mayRunAgain),
    collateral: others.filter((call) => !mayRunAgain(call)),
  };
}

/**
 * Whether a call that was interrupted may run from its start again: nobody outside has noticed the
 * first time.
 */
export function canRunAgain(call: PendingCall): boolean {
  return !call.reachedOut && call.dispatches < MAX_DISPATCHES;
}

/** The count in the status block is a u32 and wraps: the difference counts. */
function hasBegun(call: PendingCall, begun: number): boolean {
  return ((call.sequence - begun) | 0) <= 0;
}

/** How V8 and the C++ library end a process that asked for more than there is. */
const OUT_OF_MEMORY =
  /out of memory|Allocation failed|invalid (array|table|string)? ?(length|size)|bad_alloc/i;

function failureOfEnd(end: HostEnd): CallFailure {
  if (end.killReason === 'cpu') return 'cpu';
  // The machine had no CPU for it until its wall-clock limit came.
  if (end.killReason === 'starved') return 'timeout';
  if (end.killReason === 'memory') return 'memory';
  return OUT_OF_MEMORY.test(end.stderrTail) ? 'memory' : 'exit';
}

/** What the death of a host means for the module that it was loading. */
export function loadFailureOf(failure: CallFailure): LoadFailure {
  if (failure === 'memory') return 'memory';
  return failure === 'cpu' || failure === 'timeout' ? 'timeout' : 'exit';
}

/** Signals that no code raises by going wrong: the operator, or the system when memory runs out. */
const FROM_OUTSIDE: readonly (string | undefined)[] = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'];

/**
 * Whether a function killed its host by what it did. A call that the machine gave no CPU ends at
 * its wall-clock limit and did nothing, and neither did one whose host was killed from outside.
 */
export function isPunishable({ blamed, failure, end }: GroupDeath): boolean {
  if (end.killReason === undefined && FROM_OUTSIDE.includes(end.signal)) return false;
  return failure !== 'timeout' || blamed?.call === undefined;
}
