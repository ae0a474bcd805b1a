import { EdgeError } from '../base/edge-error.ts';
import type { CallCost } from '../wire/hook-call.ts';
import { type GroupDeath, loadFailureOf } from './death.ts';
import { callError, type HookCallRequest, loadError } from './hook-call.ts';
import type { Lane, PendingCall } from './lane.ts';

/**
 * The failures that are not the call's own doing: refused, kept waiting, or lost with a host. Each
 * names function and hook point.
 */

function where(request: HookCallRequest): string {
  return `function "${request.functionName}" at ${request.point}`;
}

function factsOf(request: HookCallRequest): Readonly<Record<string, string>> {
  return { function: request.functionName, hookPoint: request.point };
}

/** The function is not loaded, could not be loaded, or its hosts are going down. */
export function unavailable(request: HookCallRequest, lane?: Lane): EdgeError {
  const reason = lane?.failure?.error.message ?? 'it is not loaded';
  return new EdgeError('EDGE_HOOK_UNAVAILABLE', `Cannot run ${where(request)}: ${reason}`, {
    facts: factsOf(request),
  });
}

/** The function killed its host too often. `retryAt`: epoch ms of the next probing call. */
export function quarantined(lane: Lane, request: HookCallRequest, retryAt: number): EdgeError {
  const kills = lane.kills?.kills ?? 0;
  return new EdgeError(
    'EDGE_HOOK_QUARANTINED',
    `Cannot run ${where(request)}: it killed its host ${kills} times, next try at ${new Date(retryAt).toISOString()}`,
    { facts: { ...factsOf(request), kills, retryAt } },
  );
}

/** As many calls run, and as many wait, as the function's limits allow. */
export function tooMany(lane: Lane, request: HookCallRequest): EdgeError {
  const { queue, concurrency } = lane.hosted.limits;
  return new EdgeError(
    'EDGE_HOOK_CONCURRENCY',
    `Cannot run ${where(request)}: ${lane.inFlight} calls run and ${lane.queue.length} wait, limits are ${concurrency} (concurrency) and ${queue} (queue)`,
    {
      facts: {
        ...factsOf(request),
        version: lane.hosted.settings.version,
        limit: 'concurrency',
        budget: concurrency,
        actual: lane.inFlight,
      },
    },
  );
}

/** The call waited for a free environment as long as it may run. */
export function waitedTooLong({ request, lane }: PendingCall): EdgeError {
  return new EdgeError(
    'EDGE_HOOK_CONCURRENCY',
    `Cannot run ${where(request)}: it waited longer than ${request.timeoutMs} ms (timeoutMs) for a free environment`,
    {
      facts: {
        ...factsOf(request),
        limit: 'concurrency',
        budget: lane.hosted.limits.concurrency,
      },
    },
  );
}

/** The host died while the call was on the CPU, and not by a limit. */
function crashed({ request, lane }: PendingCall): EdgeError {
  return new EdgeError(
    'EDGE_HOOK_CRASHED',
    `Cannot finish ${where(request)}: its host died while it ran`,
    { facts: { ...factsOf(request), version: lane.hosted.settings.version } },
  );
}

/** The call waited in a host that died because of another one. `culprit` is that one's function. */
export function collateral({ request }: PendingCall, culprit: string | undefined): EdgeError {
  const cause = culprit === undefined ? '' : ` because of function "${culprit}"`;
  return new EdgeError(
    'EDGE_HOOK_COLLATERAL',
    `Cannot finish ${where(request)}: it waited in a host that died${cause}`,
    { facts: { ...factsOf(request), ...(culprit !== undefined && { culprit }) } },
  );
}

/** What the death of its host means for the call that was on the CPU. */
export function errorOfDeath(
  call: PendingCall,
  { failure, end }: GroupDeath,
  cost: CallCost,
): EdgeError {
  const { request, lane } = call;
  if (end.status.loading) return loadError(loadFailureOf(failure), lane.hosted, undefined);
  if (failure === 'exit') return crashed(call);
  return callError(failure, { hosted: lane.hosted, request, cost });
}
