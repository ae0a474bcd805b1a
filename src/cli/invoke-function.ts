import { randomUUID } from 'node:crypto';
import { hostedFunction } from '../app/generation.ts';
import { systemClock } from '../base/clock.ts';
import { EdgeError } from '../base/edge-error.ts';
import { withMention } from '../function/error-place.ts';
import type { FunctionPackage } from '../function/function-package.ts';
import { guestScript, hostProgramFile } from '../function/sandbox-programs.ts';
import { mapText, mapTrace } from '../function/stack-map.ts';
import { buildHookEvent } from '../hook/lambda-edge/event.ts';
import { readHookResult } from '../hook/lambda-edge/result.ts';
import { createEgressBroker } from '../host/egress/broker.ts';
import type { HookOutcome } from '../host/hook-call.ts';
import { HookHosts } from '../host/hook-hosts.ts';
import { sealedHostCommand } from '../host/seal.ts';
import { decodeResult } from '../wire/event-codec.ts';
import type { FunctionError, FunctionLogLine } from '../wire/hook-call.ts';
import { eventInputOf } from './event-input.ts';
import { type RepeatableSources, repeatableProgram } from './repeatable.ts';

/** What one event gave: the line that `isoedge invoke` prints. */
export interface InvocationReport {
  readonly outcome: 'result' | 'error';
  /** What the handler returned. */
  readonly result?: unknown;
  readonly error?: { readonly type: string; readonly message: string };
  /** What the edge would do with the result; absent if there is none, or if the event is none of Lambda@Edge. */
  readonly verdict?: 'continue' | 'respond' | 'refused';
  /** Why the result is refused. */
  readonly reason?: string;
  readonly logs: readonly FunctionLogLine[];
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly memoryMb?: number;
}

/** A function in a sealed host of its own. */
export interface InvokableFunction {
  /** Runs one event. Never rejects for what the function does. */
  invoke(event: unknown): Promise<InvocationReport>;
  dispose(): Promise<void>;
}

/**
 * Starts a hook host for one function, with the limits that it has at the edge. Rejects with EDGE_HOST_START, or with the
 * EDGE_FUNCTION_… code of a module that cannot be loaded.
 *
 * @param onTrace gets the stack of a function that failed, with the positions in its author's files
 */
export async function startFunction(
  pkg: FunctionPackage,
  sources: RepeatableSources,
  onTrace: (trace: readonly string[]) => void,
): Promise<InvokableFunction> {
  const logs: FunctionLogLine[] = [];
  const broker = createEgressBroker({});
  const hosts = new HookHosts({
    command: sealedHostCommand(process.execPath, await hostProgramFile()),
    guestText: await guestScript(),
    clock: systemClock,
    events: {
      log: ({ level, message }) => logs.push({ level, message: mapText(message, pkg) }),
      hostStarted: () => undefined,
      hostEnded: () => undefined,
      collateral: () => undefined,
      redispatched: () => undefined,
      quarantined: () => undefined,
    },
    operate: (operation, signal) => broker.operate(operation, signal),
    endCall: (call) => broker.endCall(call),
  });
  const dispose = async (): Promise<void> => {
    hosts.dispose();
    await broker.dispose();
  };
  try {
    await hosts.start();
    const hosted = hostedFunction(pkg);
    const program = repeatableProgram(hosted.text, sources);
    const outcome = (await hosts.load([{ ...hosted, text: program }])).get(pkg.name);
    if (outcome?.kind !== 'loaded') {
      onTrace(mapTrace(outcome?.functionError?.trace ?? [], pkg));
      throw outcome?.error ?? new EdgeError('EDGE_HOOK_UNAVAILABLE', `Cannot load "${pkg.name}"`);
    }
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    invoke: async (event) => {
      const outcome = await callWith(hosts, pkg, event);
      const trace = outcome.kind === 'failed' ? outcome.functionError?.trace : undefined;
      if (trace !== undefined) onTrace(mapTrace(trace, pkg));
      return { ...reportOf(outcome, event, pkg), logs: logs.splice(0), ...outcome.cost };
    },
    dispose,
  };
}

function callWith(hosts: HookHosts, pkg: FunctionPackage, event: unknown): Promise<HookOutcome> {
  const { timeoutMs, cpuMs } = pkg.config.limits;
  const input = eventInputOf(event);
  return hosts.invoke({
    functionName: pkg.name,
    point: input?.point ?? 'invoke',
    requestId: input?.requestId ?? '',
    awsRequestId: randomUUID(),
    eventText: `J${JSON.stringify(event)}`,
    timeoutMs,
    cpuMs,
  });
}

type Report = Omit<InvocationReport, 'logs' | 'wallMs' | 'cpuMs' | 'memoryMb'>;

function reportOf(outcome: HookOutcome, event: unknown, pkg: FunctionPackage): Report {
  if (outcome.kind === 'failed') {
    return { outcome: 'error', error: errorOf(outcome.error, outcome.functionError) };
  }
  const result: unknown = decodeResult(outcome.text);
  return { outcome: 'result', result, ...verdictOf(result, event, pkg) };
}

/** What the function threw, or the limit that ended it. */
function errorOf(error: EdgeError, thrown: FunctionError | undefined) {
  if (thrown === undefined) return { type: error.code, message: error.message };
  return { type: thrown.errorType, message: thrown.errorMessage };
}

function verdictOf(result: unknown, event: unknown, pkg: FunctionPackage): Partial<Report> {
  const input = eventInputOf(event);
  if (input === undefined) return {};
  const verdict = readHookResult(result, buildHookEvent(input), pkg.name);
  if (verdict.kind === 'refused') {
    return { verdict: 'refused', reason: withMention(verdict.error, pkg).message };
  }
  return { verdict: verdict.kind === 'respond' ? 'respond' : 'continue' };
}
