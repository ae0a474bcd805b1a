import { guestScript, hostProgramFile } from '../../src/function/sandbox-programs.ts';
import type { EgressAnswer } from '../../src/host/egress/egress-request.ts';
import type {
  FunctionLog,
  HookCallRequest,
  HookOutcome,
  HostedFunction,
  LoadOutcome,
} from '../../src/host/hook-call.ts';
import { type HookHostEvents, HookHosts } from '../../src/host/hook-hosts.ts';
import type { PendingCall } from '../../src/host/lane.ts';
import { sealedHostCommand } from '../../src/host/seal.ts';
import type { GroupOperation } from '../../src/host/trust-group.ts';
import { Recorder } from '../support/recorder.ts';

type HostEnded = Parameters<HookHostEvents['hostEnded']>[0];

export type Operate = (operation: GroupOperation, signal: AbortSignal) => Promise<EgressAnswer>;

/** Hook hosts of a test: the real ones, with everything they tell recorded. */
export interface TestHosts {
  readonly hosts: HookHosts;
  readonly started: Recorder<number>;
  readonly ended: Recorder<HostEnded>;
  readonly logs: Recorder<FunctionLog>;
  readonly collateral: Recorder<string>;
  readonly redispatched: Recorder<string>;
  readonly quarantined: Recorder<string>;
  readonly endedCalls: Recorder<PendingCall>;
  /** Moves the clock of quarantine and back-off. */
  advance(ms: number): void;
  load(...functions: HostedFunction[]): Promise<LoadOutcome[]>;
  /** Calls a function with an event that its handler gets as it is. */
  call(name: string, event?: unknown, limits?: Partial<HookCallRequest>): Promise<HookOutcome>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface TestHostsOptions {
  readonly operate?: Operate;
  /** Replaces the program of the hosts, or the Node that runs it. */
  readonly execPath?: string;
}

const REFUSED: EgressAnswer = { ok: false, resultJson: '{}', content: new Uint8Array(0) };

export async function startHosts(options: TestHostsOptions = {}): Promise<TestHosts> {
  const recorders = {
    started: new Recorder<number>(),
    ended: new Recorder<HostEnded>(),
    logs: new Recorder<FunctionLog>(),
    collateral: new Recorder<string>(),
    redispatched: new Recorder<string>(),
    quarantined: new Recorder<string>(),
    endedCalls: new Recorder<PendingCall>(),
  };
  let offsetMs = 0;
  const hosts = new HookHosts({
    command: sealedHostCommand(options.execPath ?? process.execPath, await hostProgramFile()),
    guestText: await guestScript(),
    clock: { now: () => Date.now() + offsetMs },
    events: {
      log: (line) => recorders.logs.add(line),
      hostStarted: (pid) => recorders.started.add(pid),
      hostEnded: (end) => recorders.ended.add(end),
      collateral: (name) => recorders.collateral.add(name),
      redispatched: (name) => recorders.redispatched.add(name),
      quarantined: (name) => recorders.quarantined.add(name),
    },
    operate: options.operate ?? (async () => REFUSED),
    endCall: (call) => recorders.endedCalls.add(call),
  });
  await hosts.start();
  return {
    hosts,
    ...recorders,
    advance: (ms) => {
      offsetMs += ms;
    },
    load: async (...functions) => [...(await hosts.load(functions)).values()],
    call: (name, event = {}, limits = {}) =>
      hosts.invoke({
        functionName: name,
        point: 'viewer-request',
        requestId: 'request-1',
        awsRequestId: '00000000-0000-4000-8000-000000000001',
        eventText: `J${JSON.stringify(event)}`,
        timeoutMs: 5000,
        cpuMs: 1000,
        ...limits,
      }),
    [Symbol.asyncDispose]: async () => {
      hosts.dispose();
      await recorders.ended.waitForCount(recorders.started.all.length);
    },
  };
}

/** What a call returned, or the code of its failure. */
export function outcomeOf(outcome: HookOutcome): unknown {
  return outcome.kind === 'result' ? JSON.parse(outcome.text.slice(1)) : outcome.error.code;
}

/** Kills every host from outside, as the system may. Resolves when the edge worker knows. */
export async function killAll(hosts: TestHosts): Promise<void> {
  const pids = hosts.hosts.pids();
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  for (const pid of pids) await hosts.ended.waitFor((end) => end.pid === pid);
}
