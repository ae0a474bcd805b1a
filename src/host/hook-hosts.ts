import type { Clock } from '../base/clock.ts';
import type { EdgeError } from '../base/edge-error.ts';
import { type GroupDeath, isPunishable, loadFailureOf } from './death.ts';
import type { EgressAnswer } from './egress/egress-request.ts';
import {
  type FunctionLog,
  type HookCallRequest,
  type HookOutcome,
  type HostedFunction,
  type LoadOutcome,
  loadError,
  NO_COST,
} from './hook-call.ts';
import { type GuestSource, type HostEnd, HostProcess } from './host-process.ts';
import { createLane, type Lane, type PendingCall, quarantineGroup, takeLate } from './lane.ts';
import type { FunctionState, HookHostEvents } from './pool-state.ts';
import {
  type Admittance,
  admittanceOf,
  afterKill,
  restartDelayMs,
  retryLoadAt,
} from './quarantine.ts';
import {
  collateral,
  errorOfDeath,
  quarantined,
  tooMany,
  unavailable,
  waitedTooLong,
} from './refusals.ts';
import type { SealedCommand } from './seal.ts';
import { SpareHost } from './spare-host.ts';
import { type GroupOperation, type GroupOwner, TrustGroup } from './trust-group.ts';
import { HostWatch } from './watch.ts';

export type { FunctionState, HookHostEvents } from './pool-state.ts';

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

/** How often idle hosts are checked for memory that they do not give back. */
const GROWTH_CHECK_MS = 10_000;
/** How often queues are searched for calls that have waited too long, while there are any. */
const QUEUE_CHECK_MS = 100;
/** A function that outgrows two hosts within this time is treated as if it had killed them. */
const OUTGROWN_AGAIN_MS = 60_000;
/** What a spare is called where a trust group is asked for. */
const SPARE = 'spare';

/**
 * The hook hosts of one edge worker: trust groups with a host each, and one warm spare. `invoke`
 * never throws and every call gets exactly one outcome. A host that dies takes down the call whose
 * code was on the CPU, and nobody else that can be helped.
 */
export class HookHosts implements GroupOwner {
  readonly watch = new HostWatch();
  readonly #options: HookHostsOptions;
  readonly #guest: GuestSource;
  readonly #spare: SpareHost;
  readonly #lanes = new Map<string, Lane>();
  readonly #groupOf = new Map<Lane, TrustGroup>();
  readonly #groups = new Map<string, TrustGroup>();
  /**
   * Groups that load in the background, or finish their calls, beside the one of the same name that
   * serves.
   */
  readonly #others = new Set<TrustGroup>();
  readonly #outgrownAt = new Map<string, number>();
  readonly #restarts = new Set<NodeJS.Timeout>();
  readonly #growthCheck: NodeJS.Timeout;
  #queueCheck: NodeJS.Timeout | undefined;
  #nextCallId = 1;
  #nextLaneId = 1;
  #disposed = false;

  constructor(options: HookHostsOptions) {
    this.#options = options;
    this.#guest = { text: options.guestText };
    this.#spare = new SpareHost(
      () => this.#spawn(),
      (host, end) => this.#report(host, end, SPARE),
    );
    this.#growthCheck = setInterval(() => {
      for (const group of this.#groups.values()) group.checkGrowth();
    }, GROWTH_CHECK_MS).unref();
  }

  /**
   * Starts the first host. Rejects with EDGE_HOST_START when hosts cannot run on this machine at
   * all.
   */
  start(): Promise<void> {
    return this.#spare.start();
  }

  /**
   * Loads functions, each in the host of its trust group; one that fails does not keep the others
   * from loading.
   */
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

  /**
   * Runs one call. Resolves with its outcome: a result to validate, or a coded failure. Never
   * rejects.
   */
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
      else this.#queue(call);
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
    const groups = [...this.#groups.values(), ...this.#others];
    const hosts = groups.map((group) => group.host);
    if (this.#spare.host !== undefined) hosts.push(this.#spare.host);
    return hosts.filter((host) => !host.ended).map((host) => host.pid);
  }

  /** Kills every host. Open calls end with EDGE_HOOK_UNAVAILABLE. */
  dispose(): void {
    this.#disposed = true;
    clearInterval(this.#growthCheck);
    clearInterval(this.#queueCheck);
    for (const restart of this.#restarts) clearTimeout(restart);
    for (const group of [...this.#groups.values(), ...this.#others]) group.dispose();
    this.#spare.dispose();
    for (const lane of this.#lanes.values()) {
      for (const call of lane.queue.splice(0)) this.#fail(call, unavailable(call.request));
    }
  }

  // What trust groups call.

  takeHost(): HostProcess {
    return this.#spare.take();
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
    if (outcome.kind === 'result' && this.#admittance(lane).kind === 'probing') {
      // The probe came back: the circuit closes.
      lane.kills = undefined;
    }
    this.#resolve(call, outcome);
    this.#pump(lane);
  }

  loaded(lane: Lane, outcome: LoadOutcome): void {
    if (outcome.kind === 'loaded') {
      lane.state = 'ready';
      lane.hasLoaded = true;
      lane.initMs = outcome.initMs;
      lane.failure = undefined;
      lane.loadFailures = 0;
    } else {
      lane.state = 'failed';
      lane.failure = outcome;
      lane.loadFailures += 1;
      lane.retryLoadAt = retryLoadAt(lane.loadFailures, this.#options.clock.now());
    }
    const onLoad = lane.onLoad;
    lane.onLoad = undefined;
    onLoad?.(outcome);
    if (outcome.kind === 'loaded') this.#pump(lane);
    else for (const call of lane.queue.splice(0)) this.#fail(call, unavailable(call.request, lane));
  }

  died(group: TrustGroup, death: GroupDeath): void {
    this.#report(group.host, death.end, group.name, death.blamed?.lane);
    if (this.#disposed) {
      const calls = [...death.survivors, ...death.collateral];
      if (death.blamed?.call !== undefined) calls.push(death.blamed.call);
      for (const call of calls) this.#fail(call, unavailable(call.request));
      return;
    }
    if (death.blamed !== undefined) this.#punish(group, death.blamed.lane, death);
    this.#replace(group);
    if (death.blamed?.call !== undefined) this.#failBlamed(death.blamed.call, death);
    for (const call of death.collateral) this.#failCollateral(call, death);
    // Each goes to the head of its queue, so the last one first.
    for (const call of death.survivors.toReversed()) this.#runAgain(call);
    for (const lane of this.#lanes.values()) this.#pump(lane);
  }

  outgrown(group: TrustGroup): void {
    if (this.#disposed || this.#groups.get(group.name) !== group) return;
    // One successor at a time; the growth check tells again when it came to nothing.
    for (const other of this.#others) if (other.name === group.name) return;
    const now = this.#options.clock.now();
    const lastAt = this.#outgrownAt.get(group.name);
    this.#outgrownAt.set(group.name, now);
    const [lane] = group.lanes.values();
    if (lastAt !== undefined && now - lastAt < OUTGROWN_AGAIN_MS && group.lanes.size === 1 && lane)
      this.#countKill(lane);
    void this.#succeed(group);
  }

  retired(group: TrustGroup): void {
    this.#others.delete(group);
    group.host.kill('recycle');
  }

  /**
   * Loads the functions of a group in a fresh host while the old one serves, then lets that one
   * finish. Nobody waits.
   */
  async #succeed(group: TrustGroup): Promise<void> {
    const next = new TrustGroup(group.name, this);
    this.#others.add(next);
    const isReady = await next.prepare([...group.lanes.values()]);
    this.#others.delete(next);
    if (!isReady) return;
    const isNeeded = this.#groups.get(group.name) === group && !group.host.ended;
    if (this.#disposed || !isNeeded) {
      next.dispose();
      return;
    }
    for (const lane of next.lanes.values()) {
      if (group.lanes.has(lane.id)) this.#groupOf.set(lane, next);
      else next.remove(lane);
    }
    this.#groups.set(group.name, next);
    this.#others.add(group);
    group.retire();
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
    if (this.#disposed) return unavailable(request, lane);
    const admittance = this.#admittance(lane);
    if (admittance.kind === 'refused') return quarantined(lane, request, admittance.retryAt);
    const waiting = lane.queue.length;
    if (admittance.kind === 'probing' && lane.inFlight + waiting > 0) {
      return quarantined(lane, request, this.#options.clock.now());
    }
    if (!this.#isLoadable(lane)) return unavailable(request, lane);
    if (this.#hasRoom(lane) || waiting < lane.hosted.limits.queue) return undefined;
    return tooMany(lane, request);
  }

  #admittance(lane: Lane): Admittance {
    return admittanceOf(lane.kills, lane.kills === undefined ? 0 : this.#options.clock.now());
  }

  #hasRoom(lane: Lane): boolean {
    if (lane.state !== 'ready') return false;
    const { kind } = this.#admittance(lane);
    if (kind === 'open') return lane.inFlight < lane.hosted.limits.concurrency;
    return kind === 'probing' && lane.inFlight === 0;
  }

  /**
   * Whether calls may wait for a function. One that is in no host, or whose module failed a while
   * ago, is loaded now.
   */
  #isLoadable(lane: Lane): boolean {
    if (lane.state === 'loading' || lane.state === 'ready') return true;
    if (lane.state === 'failed' && this.#options.clock.now() < lane.retryLoadAt) return false;
    const group = this.#groupOf.get(lane);
    const isInPlace = group?.lanes.has(lane.id) === true && this.#groups.get(group.name) === group;
    if (isInPlace) group.add(lane);
    else this.#join(lane, quarantineGroup(lane));
    return true;
  }

  #dispatch(call: PendingCall): void {
    call.lane.inFlight += 1;
    this.#groupOf.get(call.lane)?.dispatch(call);
  }

  #queue(call: PendingCall): void {
    call.lane.queue.push(call);
    this.#queueCheck ??= setInterval(() => this.#expireQueues(), QUEUE_CHECK_MS);
  }

  #expireQueues(): void {
    let waiting = 0;
    const nowMs = performance.now();
    for (const lane of this.#lanes.values()) {
      for (const call of takeLate(lane, nowMs)) this.#fail(call, waitedTooLong(call));
      waiting += lane.queue.length;
    }
    if (waiting > 0) return;
    clearInterval(this.#queueCheck);
    this.#queueCheck = undefined;
  }

  #pump(lane: Lane): void {
    if (lane.queue.length > 0 && lane.state === 'unloaded') this.#isLoadable(lane);
    while (lane.queue.length > 0 && this.#hasRoom(lane)) {
      const call = lane.queue.shift();
      if (call !== undefined) this.#dispatch(call);
    }
  }

  #resolve(call: PendingCall, outcome: HookOutcome): void {
    this.#options.endCall(call);
    call.resolve(outcome);
  }

  #fail(call: PendingCall, error: EdgeError): void {
    this.#resolve(call, { kind: 'failed', error, cost: NO_COST });
  }

  #failBlamed(call: PendingCall, death: GroupDeath): void {
    call.lane.inFlight -= 1;
    const wallMs = performance.now() - call.dispatchedMs;
    const cost = { wallMs, cpuMs: wallMs };
    this.#resolve(call, { kind: 'failed', error: errorOfDeath(call, death, cost), cost });
  }

  #failCollateral(call: PendingCall, death: GroupDeath): void {
    call.lane.inFlight -= 1;
    this.#options.events.collateral(call.request.functionName);
    this.#fail(call, collateral(call, death.blamed?.lane.hosted.settings.name));
  }

  /**
   * A call that its host's death has cost nothing goes back to its queue, unless its own function
   * is the one that kills hosts.
   */
  #runAgain(call: PendingCall): void {
    const { lane, request } = call;
    lane.inFlight -= 1;
    const admittance = this.#admittance(lane);
    if (admittance.kind === 'refused') {
      this.#fail(call, quarantined(lane, request, admittance.retryAt));
    } else if (!this.#isLoadable(lane)) {
      this.#fail(call, unavailable(request, lane));
    } else {
      this.#options.events.redispatched(request.functionName);
      lane.queue.unshift(call);
      this.#queueCheck ??= setInterval(() => this.#expireQueues(), QUEUE_CHECK_MS);
    }
  }

  /**
   * Gives a group whose host has died the next one, at once unless hosts die before they can do
   * anything.
   */
  #replace(group: TrustGroup): void {
    if (this.#others.delete(group)) return;
    if (this.#groups.get(group.name) !== group) return;
    if (group.lanes.size === 0) {
      this.#groups.delete(group.name);
      return;
    }
    const delayMs = restartDelayMs(Math.max(group.fruitlessHosts, this.#spare.failures));
    if (delayMs === 0) return group.replaceHost();
    for (const lane of group.lanes.values()) lane.state = 'loading';
    const restart = setTimeout(() => {
      this.#restarts.delete(restart);
      group.replaceHost();
      for (const lane of group.lanes.values()) this.#pump(lane);
    }, delayMs).unref();
    this.#restarts.add(restart);
  }

  /**
   * A function that killed its host: counted, and kept apart from the others of its group from now
   * on.
   */
  #punish(group: TrustGroup, lane: Lane, death: GroupDeath): void {
    if (!isPunishable(death)) return;
    this.#countKill(lane);
    if (death.blamed?.call === undefined && lane.state === 'loading') {
      group.lanes.delete(lane.id);
      const error = loadError(loadFailureOf(death.failure), lane.hosted, undefined);
      this.loaded(lane, { kind: 'failed', error });
      return;
    }
    const home = this.#groupOf.get(lane);
    if (home === undefined || home.lanes.size === 1) return;
    group.lanes.delete(lane.id);
    if (home !== group) home.remove(lane);
    lane.state = 'unloaded';
  }

  /** Counts a kill; when the back-off begins, nothing of this function goes on waiting. */
  #countKill(lane: Lane): void {
    lane.hasOverrun = true;
    lane.kills = afterKill(lane.kills, this.#options.clock.now());
    this.#options.events.quarantined(lane.hosted.settings.name, lane.kills.kills);
    const admittance = this.#admittance(lane);
    if (admittance.kind !== 'refused') return;
    for (const call of lane.queue.splice(0)) {
      this.#fail(call, quarantined(lane, call.request, admittance.retryAt));
    }
  }

  #report(host: HostProcess, end: HostEnd, trustGroup: string, blamed?: Lane): void {
    this.#options.events.hostEnded({
      pid: host.pid,
      trustGroup,
      reason: end.killReason ?? 'crash',
      blamed: blamed?.hosted.settings.name,
      detail: end.stderrTail.trim() || (end.signal ?? String(end.exitCode ?? '')),
    });
  }

  #stateOf(lane: Lane): FunctionState {
    const { name, version } = lane.hosted.settings;
    const isRefused = this.#admittance(lane).kind === 'refused';
    return {
      name,
      version,
      state: isRefused || lane.state === 'unloaded' ? 'quarantined' : lane.state,
      inFlight: lane.inFlight,
      queued: lane.queue.length,
      kills: lane.kills?.kills ?? 0,
      initMs: lane.initMs,
      ...(lane.failure && { error: lane.failure.error.message }),
    };
  }
}
