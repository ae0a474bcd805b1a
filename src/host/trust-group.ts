import type { Frame } from '../wire/frame.ts';
import type { CallCost } from '../wire/hook-call.ts';
import { type CallFailure, FROM_HOST, type LoadFailure, TO_HOST } from '../wire/messages.ts';
import { canRunAgain, type GroupDeath, sortDeath } from './death.ts';
import type { EgressAnswer } from './egress/egress-request.ts';
import type { FunctionLog, HookOutcome, LoadOutcome } from './hook-call.ts';
import { callError, loadError, readFunctionError } from './hook-call.ts';
import type { HostEnd, HostProcess, KillReason } from './host-process.ts';
import type { Lane, PendingCall } from './lane.ts';
import type { HostStatus } from './status-file.ts';
import {
  type HostSight,
  type HostWatch,
  MEMORY_SLACK_BYTES,
  type StretchLimits,
  type Watched,
} from './watch.ts';

/** An operation that a function asked the edge worker for. */
export interface GroupOperation {
  readonly lane: Lane;
  readonly call: PendingCall | undefined;
  readonly name: string;
  readonly argumentsJson: string;
  readonly content: Uint8Array;
}

/** What a group needs from the pool that owns it. */
export interface GroupOwner {
  readonly watch: HostWatch;
  /** A host that has no function yet: the warm spare. */
  takeHost(): HostProcess;
  log(log: FunctionLog): void;
  operate(operation: GroupOperation, signal: AbortSignal): Promise<EgressAnswer>;
  /** A call ended; its lane has room for the next. */
  settled(call: PendingCall, outcome: HookOutcome): void;
  loaded(lane: Lane, outcome: LoadOutcome): void;
  /**
   * The host of this group has died; the pool replaces it and sends what `survivors` holds again.
   */
  died(group: TrustGroup, death: GroupDeath): void;
  /**
   * The host holds more memory than its functions may use together; told once, then at every check
   * of idle hosts.
   */
  outgrown(group: TrustGroup): void;
  /** A group that was retired has answered its last call. */
  retired(group: TrustGroup): void;
}

/**
 * What the host may take, beyond what its environments may hold, before it is replaced, and before
 * it is killed for it.
 */
const OUTGROWN_SLACK_BYTES = 2 * MEMORY_SLACK_BYTES;
const OVERGROWN_SLACK_BYTES = 4 * MEMORY_SLACK_BYTES;
/**
 * A host that is alive answers a call within its time limit, after a cold start at most; so much
 * later it never will.
 */
const UNRESPONSIVE_GRACE_MS = 2000;

/**
 * The functions of one trust group and the one host they share. Sends calls, hears results, sorts
 * out deaths.
 */
export class TrustGroup implements Watched {
  readonly name: string;
  readonly lanes = new Map<number, Lane>();
  readonly #owner: GroupOwner;
  readonly #calls = new Map<number, PendingCall>();
  readonly #operations = new Map<number, AbortController>();
  #host: HostProcess;
  #sent = 0;
  #loading = 0;
  #loadDueMs = 0;
  #peakCalls = 0;
  #isOutgrown = false;
  #fruitlessHosts = 0;
  #isRetired = false;
  #onPrepared: ((ok: boolean) => void) | undefined;

  constructor(name: string, owner: GroupOwner) {
    this.name = name;
    this.#owner = owner;
    this.#host = this.#takeHost();
  }

  get host(): HostProcess {
    return this.#host;
  }

  /**
   * Hosts that died, one after the other, for no fault of a function and without having done
   * anything.
   */
  get fruitlessHosts(): number {
    return this.#fruitlessHosts;
  }

  /** Adds a function and loads it in the host. `owner.loaded` follows. */
  add(lane: Lane): void {
    this.lanes.set(lane.id, lane);
    this.#load(lane);
  }

  /**
   * Loads functions ahead, while another group still serves them; `owner.loaded` does not follow.
   * Resolves to whether all of them are ready; a group that failed is disposed of.
   */
  prepare(lanes: Iterable<Lane>): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#onPrepared = (ok) => {
      this.#onPrepared = undefined;
      if (!ok) this.dispose();
      resolve(ok);
    };
    for (const lane of lanes) {
      this.lanes.set(lane.id, lane);
      this.#load(lane);
    }
    return promise;
  }

  /** Takes no more calls; `owner.retired` follows when the open ones have ended. */
  retire(): void {
    this.#isRetired = true;
    this.#restIfIdle();
  }

  remove(lane: Lane): void {
    this.lanes.delete(lane.id);
    this.#host.send((writer) => void writer.begin(TO_HOST.unload, lane.id));
  }

  /**
   * Sends a call. The channel keeps the order, so a call may be sent before the load of its
   * function is answered.
   */
  dispatch(call: PendingCall): void {
    const { request, lane } = call;
    this.#sent += 1;
    call.sequence = this.#sent;
    call.dispatches += 1;
    call.dispatchedMs = performance.now();
    call.suspended = false;
    this.#calls.set(call.id, call);
    this.#peakCalls = Math.max(this.#peakCalls, this.#calls.size);
    this.#owner.watch.start(this);
    this.#host.send((writer) => {
      writer
        .begin(TO_HOST.invoke, call.id)
        .number(lane.id)
        .number(request.cpuMs)
        .number(request.timeoutMs)
        .number(Date.now() + request.timeoutMs)
        .number(this.#isGuarded(lane) ? 1 : 0)
        .text(request.awsRequestId)
        .text(request.eventText);
    });
  }

  limitsOf(status: HostStatus): StretchLimits | undefined {
    const lane = this.lanes.get(status.function);
    if (lane === undefined) return undefined;
    const { memoryMb, cpuMs, timeoutMs, initTimeoutMs } = lane.hosted.limits;
    if (status.loading) return { memoryMb, cpuMs: initTimeoutMs, wallMs: initTimeoutMs };
    const limits = this.#calls.get(status.call)?.request ?? { cpuMs, timeoutMs };
    const wallMs = limits.timeoutMs;
    return { memoryMb, cpuMs: Math.min(limits.cpuMs, wallMs), wallMs };
  }

  judge({ nowMs, residentBytes, status }: HostSight): KillReason | undefined {
    if (this.#isOverdue(nowMs)) return 'unresponsive';
    const excessBytes = this.#excessBytes(residentBytes);
    if (excessBytes <= OUTGROWN_SLACK_BYTES) return undefined;
    if (!this.#isOutgrown) {
      this.#isOutgrown = true;
      this.#owner.outgrown(this);
    }
    // A function that is alone in its host is at fault itself. One of several may not be, and a new
    // host is on its way.
    const isAtFault = this.lanes.size === 1 && status.stretch !== 0;
    return isAtFault && excessBytes > OVERGROWN_SLACK_BYTES ? 'memory' : undefined;
  }

  /** Looks at the memory of a host that may be idle, and so is not watched. */
  checkGrowth(): void {
    if (this.#host.ended) return;
    if (this.#excessBytes(this.#host.residentBytes()) <= OUTGROWN_SLACK_BYTES) return;
    this.#isOutgrown = true;
    this.#owner.outgrown(this);
  }

  /**
   * Takes a fresh host for the one that died. Functions that have loaded before are ready at once,
   * their first call starts an environment: nobody waits for functions that nobody calls.
   * `owner.loaded` follows for the others.
   */
  replaceHost(): void {
    this.#sent = 0;
    this.#loading = 0;
    this.#peakCalls = 0;
    this.#isOutgrown = false;
    this.#host = this.#takeHost();
    for (const lane of this.lanes.values()) {
      if (lane.hasLoaded) this.#keep(lane);
      else this.#load(lane);
    }
    const [lane] = this.lanes.values();
    if (this.lanes.size === 1 && lane?.kills !== undefined) this.#host.demote();
  }

  dispose(): void {
    this.#owner.watch.stop(this);
    this.#abortOperations();
    this.#host.kill('dispose');
  }

  #isOverdue(nowMs: number): boolean {
    if (this.#loading > 0 && nowMs > this.#loadDueMs) return true;
    // Only the oldest call is looked at: the others become the oldest in their turn.
    for (const { request, lane, dispatchedMs } of this.#calls.values()) {
      const limitMs = request.timeoutMs + lane.hosted.limits.initTimeoutMs;
      return nowMs > dispatchedMs + limitMs + UNRESPONSIVE_GRACE_MS;
    }
    return false;
  }

  /**
   * Resident bytes beyond what the environments that may exist may hold; each call that was open at
   * once has one.
   */
  #excessBytes(residentBytes: number): number {
    if (this.#host.baselineBytes === 0) return 0;
    const largestMb = Math.max(...[...this.lanes.values()].map(memoryMbOf), 0);
    const allowedBytes = Math.max(1, this.lanes.size, this.#peakCalls) * largestMb * 2 ** 20;
    return residentBytes - this.#host.baselineBytes - allowedBytes;
  }

  #abortOperations(): void {
    for (const controller of this.#operations.values()) controller.abort();
    this.#operations.clear();
  }

  #takeHost(): HostProcess {
    const host = this.#owner.takeHost();
    host.attach({
      onFrame: (frame) => {
        if (host === this.#host) this.#onFrame(frame);
      },
      onEnd: (end) => {
        if (host === this.#host) this.#onEnd(end);
      },
    });
    return host;
  }

  #load(lane: Lane): void {
    if (this.#onPrepared === undefined) lane.state = 'loading';
    this.#loading += 1;
    const dueMs = performance.now() + lane.hosted.limits.initTimeoutMs + UNRESPONSIVE_GRACE_MS;
    this.#loadDueMs = Math.max(this.#loadDueMs, dueMs);
    this.#owner.watch.start(this);
    this.#host.send((writer) => {
      writer
        .begin(TO_HOST.load, lane.id)
        .text(JSON.stringify(lane.hosted.settings))
        .text(lane.hosted.text);
    });
  }

  #keep(lane: Lane): void {
    lane.state = 'ready';
    this.#host.send((writer) => {
      writer
        .begin(TO_HOST.keep, lane.id)
        .text(JSON.stringify(lane.hosted.settings))
        .text(lane.hosted.text);
    });
  }

  /**
   * Whether a call runs under isolated-vm's own timeout, which costs a sixth of a short call. As
   * long as a function that has its host for itself has never waited nor overrun, the deadline of
   * this side is enough: if it must kill the host, no call of anybody else is in it, and every
   * other call of this function has not begun, or can run again.
   */
  #isGuarded(lane: Lane): boolean {
    return lane.hasOverrun || lane.hasWaited || this.lanes.size > 1;
  }

  #onFrame(frame: Frame): void {
    switch (frame.type) {
      case FROM_HOST.result:
        this.#onResult(frame);
        break;
      case FROM_HOST.failed:
        this.#onFailed(frame);
        break;
      case FROM_HOST.suspended: {
        const call = this.#calls.get(frame.id);
        if (call !== undefined) {
          call.suspended = true;
          call.lane.hasWaited = true;
        }
        break;
      }
      case FROM_HOST.log:
        this.#onLog(frame);
        break;
      case FROM_HOST.op:
        this.#onOperation(frame);
        break;
      case FROM_HOST.opCancel:
        this.#operations.get(frame.id)?.abort();
        break;
      case FROM_HOST.loaded:
        this.#onLoaded(frame.id, {
          kind: 'loaded',
          initMs: frame.number(),
          heapMb: frame.number(),
        });
        break;
      case FROM_HOST.loadFailed:
        this.#onLoadFailed(frame);
        break;
      default:
        this.#host.kill('protocol');
    }
  }

  #onResult(frame: Frame): void {
    const cost = readCost(frame);
    const call = this.#take(frame.id);
    if (call !== undefined) this.#settle(call, { kind: 'result', text: frame.text(), cost });
  }

  #onFailed(frame: Frame): void {
    const failure = oneOf(CALL_FAILURES, frame.text());
    const cost = readCost(frame);
    const functionError = readFunctionError(frame.text());
    const call = this.#take(frame.id);
    if (call === undefined) return;
    if (failure === 'starved' && canRunAgain(call)) {
      this.dispatch(call);
      return;
    }
    if (isOverstepping(failure)) call.lane.hasOverrun = true;
    if (isOverstepping(failure) && this.lanes.size === 1) this.#host.demote();
    const facts = { hosted: call.lane.hosted, request: call.request, cost };
    this.#settle(call, {
      kind: 'failed',
      error: callError(failure, facts, functionError),
      ...(functionError && { functionError }),
      cost,
    });
  }

  #onLog(frame: Frame): void {
    const call = this.#calls.get(frame.id);
    const lane = this.lanes.get(frame.number());
    if (lane === undefined) return;
    const level = frame.text() as FunctionLog['level'];
    this.#owner.log({
      functionName: lane.hosted.settings.name,
      version: lane.hosted.settings.version,
      level,
      message: frame.text(),
      ...(call && {
        requestId: call.request.requestId,
        awsRequestId: call.request.awsRequestId,
        point: call.request.point,
      }),
    });
  }

  #onOperation(frame: Frame): void {
    const id = frame.id;
    const call = this.#calls.get(frame.number());
    const lane = this.lanes.get(frame.number());
    if (lane === undefined) return;
    if (call !== undefined) call.reachedOut = true;
    const operation = {
      lane,
      call,
      name: frame.text(),
      argumentsJson: frame.text(),
      content: frame.bytes(),
    };
    const controller = new AbortController();
    const host = this.#host;
    this.#operations.set(id, controller);
    void this.#owner.operate(operation, controller.signal).then((answer) => {
      if (host.ended || host !== this.#host) return;
      this.#operations.delete(id);
      host.send((writer) => {
        writer
          .begin(TO_HOST.opResult, id)
          .number(answer.ok ? 1 : 0)
          .text(answer.resultJson)
          .bytes(answer.content);
      });
    });
  }

  #onLoadFailed(frame: Frame): void {
    const lane = this.lanes.get(frame.id);
    if (lane === undefined) return;
    const failure = oneOf(LOAD_FAILURES, frame.text());
    const functionError = readFunctionError(frame.text());
    const error = loadError(failure, lane.hosted, functionError);
    this.#onLoaded(frame.id, { kind: 'failed', error, ...(functionError && { functionError }) });
  }

  #onLoaded(laneId: number, outcome: LoadOutcome): void {
    const lane = this.lanes.get(laneId);
    if (lane === undefined || this.#loading === 0) return;
    this.#loading -= 1;
    this.#fruitlessHosts = 0;
    if (this.#onPrepared === undefined) this.#owner.loaded(lane, outcome);
    else if (outcome.kind === 'failed') this.#onPrepared(false);
    else if (this.#loading === 0) this.#onPrepared(true);
    this.#restIfIdle();
  }

  #take(callId: number): PendingCall | undefined {
    const call = this.#calls.get(callId);
    this.#calls.delete(callId);
    return call;
  }

  #settle(call: PendingCall, outcome: HookOutcome): void {
    this.#fruitlessHosts = 0;
    this.#owner.settled(call, outcome);
    this.#restIfIdle();
  }

  #restIfIdle(): void {
    if (this.#calls.size > 0 || this.#loading > 0) return;
    this.#owner.watch.stop(this);
    if (this.#isRetired) this.#owner.retired(this);
  }

  #onEnd(end: HostEnd): void {
    this.#abortOperations();
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    this.#owner.watch.stop(this);
    const death = sortDeath(end, calls, this.lanes);
    this.#fruitlessHosts = death.blamed === undefined ? this.#fruitlessHosts + 1 : 0;
    this.#owner.died(this, death);
    this.#onPrepared?.(false);
  }
}

function isOverstepping(failure: CallFailure): boolean {
  return failure === 'cpu' || failure === 'memory';
}

function memoryMbOf(lane: Lane): number {
  return lane.hosted.limits.memoryMb;
}

const CALL_FAILURES: readonly CallFailure[] = [
  'error',
  'cpu',
  'starved',
  'timeout',
  'memory',
  'exit',
  'init',
];
const LOAD_FAILURES: readonly LoadFailure[] = ['init', 'handler', 'timeout', 'memory', 'exit'];

/**
 * Reads one of the words that the protocol knows. Throws RangeError for another: no sound host says
 * it.
 */
function oneOf<T extends string>(words: readonly T[], text: string): T {
  const word = words.find((candidate) => candidate === text);
  if (word === undefined) throw new RangeError(`Unknown word in a frame: ${text.slice(0, 40)}`);
  return word;
}

function readCost(frame: Frame): CallCost {
  const cpuMs = frame.number();
  const wallMs = frame.number();
  const memoryMb = frame.number();
  if (!(cpuMs >= 0 && wallMs >= 0)) throw new RangeError('A call cannot cost less than nothing');
  return memoryMb < 0 ? { cpuMs, wallMs } : { cpuMs, wallMs, memoryMb };
}
