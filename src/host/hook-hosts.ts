import type { Clock } from '../base/clock.ts';
import { EdgeError } from '../base/edge-error.ts';
import type { CallFailure } from '../wire/messages.ts';
import type { EgressAnswer } from './egress/egress-request.ts';
import {
  callError,
  type FunctionLog,
  type HookCallRequest,
  type HookOutcome,
  type HostedFunction,
  type LoadOutcome,
  loadError,
  NO_COST,
} from './hook-call.ts';
import { type GuestSource, HostProcess, type KillReason } from './host-process.ts';
import { createLane, type Lane, type PendingCall } from './lane.ts';
import { admittanceOf, afterKill } from './quarantine.ts';
import type { SealedCommand } from './seal.ts';
import {
  type GroupDeath,
  type GroupOperation,
  type GroupOwner,
  TrustGroup,
} from './trust-group.ts';
import { HostWatch } from './watch.ts';

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

export interface HookHostsOptions {
  readonly command: SealedCommand;
  readonly guestText: string;
  readonly clock: Clock;
  readonly events: HookHostEvents;
  /** Answers the operations of functions (network requests). Never rejects. */
  operate(operation: GroupOperation, signal: AbortSignal): Promise<EgressAnswer>;
  /** The call has its outcome: what it still has under way is of no use. */
  endCall(call: PendingCall): void;
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

/** Idle hosts whose resident set is above this multiple of what their functions may use are replaced. */
const RECYCLE_CHECK_MS = 10_000;
const RECYCLE_SLACK_BYTES = 128 * 2 ** 20;

/**
 * The hook hosts of one edge worker: trust groups with a host each, and one warm spare. `invoke` never throws and every call
 * gets exactly one outcome. A host that dies takes down the call whose code was on the CPU, and nobody else that can be helped.
 */
export class HookHosts implements GroupOwner {
  readonly watch = new HostWatch();
  readonly #options: HookHostsOptions;
  readonly #guest: GuestSource;
  readonly #lanes = new Map<string, Lane>();
  readonly #groupOf = new Map<Lane, TrustGroup>();
  readonly #groups = new Map<string, TrustGroup>();
  readonly #recycler: NodeJS.Timeout;
  #spare: HostProcess | undefined;
  #nextCallId = 1;
  #nextLaneId = 1;
  #disposed = false;

  constructor(options: HookHostsOptions) {
    this.#options = options;
    this.#guest = { text: options.guestText };
    this.#recycler = setInterval(() => this.#recycle(), RECYCLE_CHECK_MS).unref();
  }

  /** Starts the first host. Rejects with EDGE_HOST_START when hosts cannot run on this machine at all. */
  async start(): Promise<void> {
    this.#spare = this.#spawn();
    await this.#spare.ready;
    if (!this.#spare.ended) return;
    let detail = '';
    this.#spare.attach({
      onFrame: () => undefined,
      onEnd: (end) => {
        detail = end.stderrTail.trim();
      },
    });
    throw new EdgeError('EDGE_HOST_START', `Cannot start a hook host: ${detail}`);
  }

  /** Loads functions, each in the host of its trust group; one that fails does not keep the others from loading. */
  async load(functions: readonly HostedFunction[]): Promise<ReadonlyMap<string, LoadOutcome>> {
    const outcomes = functions.map(async (hosted) => {
      const lane = createLane(this.#nextLaneId++, hosted);
      const loaded = new Promise<LoadOutcome>((resolve) => {
        lane.onLoad = resolve;
      });
      this.#lanes.set(hosted.settings.name, lane);
      this.#join(lane, hosted.trustGroup);
      return [hosted.settings.name, await loaded] as const;
    });
    return new Map(await Promise.all(outcomes));
  }

  /** Runs one call. Resolves with its outcome: a result to validate, or a coded failure. Never rejects. */
  invoke(request: HookCallRequest): Promise<HookOutcome> {
    const lane = this.#lanes.get(request.functionName);
    const refused = lane === undefined ? unavailable(request) : this.#refusal(lane, request);
    if (lane === undefined || refused !== undefined) {
      return Promise.resolve({
        kind: 'failed',
        error: refused ?? unavailable(request),
        cost: NO_COST,
      });
    }
    return new Promise((resolve) => {
      const call: PendingCall = {
        id: this.#takeCallId(),
        lane,
        request,
        resolve,
        queuedMs: performance.now(),
        dispatchedMs: 0,
        sequence: 0,
        suspended: false,
        reachedOut: false,
        dispatches: 0,
      };
      if (this.#hasRoom(lane)) this.#dispatch(call);
      else lane.queue.push(call);
    });
  }

  functions(): readonly FunctionState[] {
    return [...this.#lanes.values()].map((lane) => this.#stateOf(lane));
  }

  /** Resident bytes of the host of each trust group. */
  residentBytes(): ReadonlyMap<string, number> {
    return new Map([...this.#groups].map(([name, group]) => [name, group.host.residentBytes()]));
  }

  /** Pids of the live hosts, the spare among them. */
  pids(): readonly number[] {
    const hosts = [...this.#groups.values()].map((group) => group.host);
    if (this.#spare !== undefined) hosts.push(this.#spare);
    return hosts.filter((host) => !host.ended).map((host) => host.pid);
  }

  /** Kills every host. Open calls end with EDGE_HOOK_UNAVAILABLE. */
  dispose(): void {
    this.#disposed = true;
    clearInterval(this.#recycler);
    for (const group of this.#groups.values()) group.dispose();
    this.#spare?.kill('dispose');
    this.#spare = undefined;
    for (const lane of this.#lanes.values()) {
      for (const call of lane.queue.splice(0)) this.#fail(call, unavailable(call.request));
    }
  }

  // What trust groups call.

  takeHost(): HostProcess {
    const spare = this.#spare;
    this.#spare = undefined;
    const host = spare === undefined || spare.ended ? this.#spawn() : spare;
    // The next spare starts when the host just taken has had the CPU to load its functions.
    void host.ready.then(() => {
      if (!this.#disposed) this.#spare ??= this.#spawn();
    });
    return host;
  }

  log(log: FunctionLog): void {
    this.#options.events.log(log);
  }

  operate(operation: GroupOperation, signal: AbortSignal): Promise<EgressAnswer> {
    return this.#options.operate(operation, signal);
  }

  settled(call: PendingCall, outcome: HookOutcome): void {
    const { lane } = call;
    lane.inFlight -= 1;
    if (outcome.kind === 'result' && lane.kills !== undefined && this.#isProbing(lane)) {
      // The probe came back: the circuit closes.
      lane.kills = undefined;
    }
    this.#resolve(call, outcome);
    this.#pump(lane);
  }

  loaded(lane: Lane, outcome: LoadOutcome): void {
    lane.state = outcome.kind === 'loaded' ? 'ready' : 'failed';
    if (outcome.kind === 'loaded') lane.initMs = outcome.initMs;
    lane.failure = outcome.kind === 'failed' ? outcome : undefined;
    const onLoad = lane.onLoad;
    lane.onLoad = undefined;
    onLoad?.(outcome);
    if (outcome.kind === 'loaded') this.#pump(lane);
    else for (const call of lane.queue.splice(0)) this.#fail(call, unavailable(call.request, lane));
  }

  died(group: TrustGroup, death: GroupDeath): void {
    this.#report(group, death);
    if (this.#disposed) {
      const calls = [...death.survivors, ...death.collateral];
      if (death.blamed?.call !== undefined) calls.push(death.blamed.call);
      for (const call of calls) this.#fail(call, unavailable(call.request));
      return;
    }
    if (death.blamed !== undefined) this.#punish(group, death.blamed.lane, death);
    if (group.lanes.size > 0) group.replaceHost();
    else this.#groups.delete(group.name);
    if (death.blamed?.call !== undefined) this.#failBlamed(death.blamed.call, death.failure);
    for (const call of death.collateral) this.#failCollateral(call, death);
    // Each goes to the head of its queue, so the last one first.
    for (const call of death.survivors.toReversed()) {
      this.#options.events.redispatched(call.request.functionName);
      call.lane.inFlight -= 1;
      this.#redispatch(call);
    }
    for (const lane of this.#lanes.values()) this.#pump(lane);
  }

  #spawn(): HostProcess {
    const host = new HostProcess(this.#options.command, this.#guest);
    this.#options.events.hostStarted(host.pid);
    return host;
  }

  #join(lane: Lane, groupName: string): void {
    const group = this.#groups.get(groupName) ?? new TrustGroup(groupName, this);
    this.#groups.set(groupName, group);
    this.#groupOf.set(lane, group);
    group.add(lane);
  }

  #takeCallId(): number {
    const id = this.#nextCallId;
    this.#nextCallId = id >= 0xffff_fffe ? 1 : id + 1;
    return id;
  }

  #refusal(lane: Lane, request: HookCallRequest): EdgeError | undefined {
    if (this.#disposed || lane.state === 'failed') return unavailable(request, lane);
    const admittance = admittanceOf(lane.kills, this.#options.clock.now());
    if (admittance.kind === 'refused') return quarantined(lane, request, admittance.retryAt);
    if (admittance.kind === 'probing' && lane.inFlight > 0) {
      return quarantined(lane, request, this.#options.clock.now());
    }
    const { queue, concurrency } = lane.hosted.limits;
    if (this.#hasRoom(lane) || lane.queue.length < queue) return undefined;
    return new EdgeError(
      'EDGE_HOOK_CONCURRENCY',
      `Cannot run function "${request.functionName}" at ${request.point}: ${lane.inFlight} calls run and ${lane.queue.length} wait, limits are ${concurrency} (concurrency) and ${queue} (queue)`,
      {
        facts: {
          function: request.functionName,
          version: lane.hosted.settings.version,
          hookPoint: request.point,
          limit: 'concurrency',
          budget: concurrency,
          actual: lane.inFlight,
        },
      },
    );
  }

  #hasRoom(lane: Lane): boolean {
    return lane.state === 'ready' && lane.inFlight < lane.hosted.limits.concurrency;
  }

  #isProbing(lane: Lane): boolean {
    return admittanceOf(lane.kills, this.#options.clock.now()).kind === 'probing';
  }

  #dispatch(call: PendingCall): void {
    call.lane.inFlight += 1;
    this.#groupOf.get(call.lane)?.dispatch(call);
  }

  #redispatch(call: PendingCall): void {
    if (call.lane.state === 'failed') this.#fail(call, unavailable(call.request, call.lane));
    else call.lane.queue.unshift(call);
  }

  #pump(lane: Lane): void {
    while (lane.queue.length > 0 && this.#hasRoom(lane)) {
      const call = lane.queue.shift();
      if (call === undefined) return;
      if (performance.now() - call.queuedMs > call.request.timeoutMs)
        this.#fail(call, waited(call));
      else this.#dispatch(call);
    }
  }

  #resolve(call: PendingCall, outcome: HookOutcome): void {
    this.#options.endCall(call);
    call.resolve(outcome);
  }

  #fail(call: PendingCall, error: EdgeError): void {
    this.#resolve(call, { kind: 'failed', error, cost: NO_COST });
  }

  #failBlamed(call: PendingCall, failure: CallFailure): void {
    call.lane.inFlight -= 1;
    const wallMs = performance.now() - call.queuedMs;
    const cost = { wallMs, cpuMs: wallMs };
    const { request, lane } = call;
    const error =
      failure === 'exit'
        ? new EdgeError(
            'EDGE_HOOK_CRASHED',
            `Cannot finish function "${request.functionName}" at ${request.point}: its host died while it ran`,
            {
              facts: {
                function: request.functionName,
                version: lane.hosted.settings.version,
                hookPoint: request.point,
              },
            },
          )
        : callError(failure, { hosted: lane.hosted, request, cost });
    this.#resolve(call, { kind: 'failed', error, cost });
  }

  #failCollateral(call: PendingCall, death: GroupDeath): void {
    call.lane.inFlight -= 1;
    this.#options.events.collateral(call.request.functionName);
    const culprit = death.blamed?.lane.hosted.settings.name ?? 'nobody';
    this.#fail(
      call,
      new EdgeError(
        'EDGE_HOOK_COLLATERAL',
        `Cannot finish function "${call.request.functionName}" at ${call.request.point}: it waited in a host that died because of function "${culprit}"`,
        { facts: { function: call.request.functionName, hookPoint: call.request.point, culprit } },
      ),
    );
  }

  /** A function that killed its host: counted, and kept apart from the others of its group from now on. */
  #punish(group: TrustGroup, lane: Lane, death: GroupDeath): void {
    const now = this.#options.clock.now();
    lane.kills = afterKill(lane.kills, now);
    this.#options.events.quarantined(lane.hosted.settings.name, lane.kills.kills);
    if (death.blamed?.call === undefined && lane.state === 'loading') {
      group.lanes.delete(lane.id);
      const failure = death.failure === 'memory' ? 'memory' : 'timeout';
      this.loaded(lane, { kind: 'failed', error: loadError(failure, lane.hosted, undefined) });
      return;
    }
    if (group.lanes.size === 1) return;
    group.lanes.delete(lane.id);
    this.#join(lane, `quarantine:${lane.hosted.settings.name}`);
  }

  #report(group: TrustGroup, death: GroupDeath): void {
    this.#options.events.hostEnded({
      pid: group.host.pid,
      trustGroup: group.name,
      reason: death.end.killReason ?? 'crash',
      blamed: death.blamed?.lane.hosted.settings.name,
      detail: death.end.stderrTail.trim() || (death.end.signal ?? String(death.end.exitCode ?? '')),
    });
  }

  #stateOf(lane: Lane): FunctionState {
    const { name, version } = lane.hosted.settings;
    const blocked = admittanceOf(lane.kills, this.#options.clock.now()).kind === 'refused';
    return {
      name,
      version,
      state: blocked ? 'quarantined' : lane.state,
      inFlight: lane.inFlight,
      queued: lane.queue.length,
      kills: lane.kills?.kills ?? 0,
      initMs: lane.initMs,
      ...(lane.failure && { error: lane.failure.error.message }),
    };
  }

  /** Replaces idle hosts that hold far more memory than their functions may use. */
  #recycle(): void {
    for (const group of this.#groups.values()) {
      const { host } = group;
      if (group.callsInFlight > 0 || host.ended || host.baselineBytes === 0) continue;
      const limitsMb = [...group.lanes.values()].map((lane) => lane.hosted.limits.memoryMb);
      const allowedBytes = Math.max(1, group.peakCalls) * Math.max(0, ...limitsMb) * 2 ** 20;
      if (host.residentBytes() > host.baselineBytes + allowedBytes + RECYCLE_SLACK_BYTES) {
        group.replaceHost();
      }
    }
  }
}

function unavailable(request: HookCallRequest, lane?: Lane): EdgeError {
  const reason = lane?.failure?.error.message ?? 'it is not loaded';
  return new EdgeError(
    'EDGE_HOOK_UNAVAILABLE',
    `Cannot run function "${request.functionName}" at ${request.point}: ${reason}`,
    { facts: { function: request.functionName, hookPoint: request.point } },
  );
}

function quarantined(lane: Lane, request: HookCallRequest, retryAt: number): EdgeError {
  return new EdgeError(
    'EDGE_HOOK_QUARANTINED',
    `Cannot run function "${request.functionName}" at ${request.point}: it killed its host ${lane.kills?.kills ?? 0} times, next try at ${new Date(retryAt).toISOString()}`,
    {
      facts: {
        function: request.functionName,
        hookPoint: request.point,
        kills: lane.kills?.kills ?? 0,
        retryAt,
      },
    },
  );
}

function waited(call: PendingCall): EdgeError {
  const { request } = call;
  return new EdgeError(
    'EDGE_HOOK_CONCURRENCY',
    `Cannot run function "${request.functionName}" at ${request.point}: it waited longer than ${request.timeoutMs} ms (timeoutMs) for a free environment`,
    {
      facts: {
        function: request.functionName,
        hookPoint: request.point,
        limit: 'concurrency',
        budget: call.lane.hosted.limits.concurrency,
      },
    },
  );
}
