import type { Frame } from '../wire/frame.ts';
import type { CallCost } from '../wire/hook-call.ts';
import { type CallFailure, FROM_HOST, type LoadFailure, TO_HOST } from '../wire/messages.ts';
import type { EgressAnswer } from './egress/egress-request.ts';
import type { FunctionLog, HookOutcome, LoadOutcome } from './hook-call.ts';
import { callError, loadError, readFunctionError } from './hook-call.ts';
import type { HostEnd, HostProcess } from './host-process.ts';
import type { Lane, PendingCall } from './lane.ts';
import type { HostStatus } from './status-file.ts';
import type { HostWatch, StretchLimits, Watched } from './watch.ts';

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
  /** The host of this group has died; the pool replaces it and sends what `survivors` holds again. */
  died(group: TrustGroup, death: GroupDeath): void;
}

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

/** A call that was interrupted through no fault of its own is run again at most this often. */
const MAX_DISPATCHES = 3;

/** The functions of one trust group and the one host they share. Sends calls, hears results, sorts out deaths. */
export class TrustGroup implements Watched {
  readonly name: string;
  readonly lanes = new Map<number, Lane>();
  readonly #owner: GroupOwner;
  readonly #calls = new Map<number, PendingCall>();
  readonly #operations = new Map<number, AbortController>();
  #host: HostProcess;
  #sent = 0;
  #loading = 0;
  #peakCalls = 0;

  constructor(name: string, owner: GroupOwner) {
    this.name = name;
    this.#owner = owner;
    this.#host = this.#takeHost();
  }

  get host(): HostProcess {
    return this.#host;
  }

  get callsInFlight(): number {
    return this.#calls.size;
  }

  /** Most calls that were open at once since the host started: as many environments may hold memory. */
  get peakCalls(): number {
    return this.#peakCalls;
  }

  /** Adds a function and loads it in the host. `owner.loaded` follows. */
  add(lane: Lane): void {
    this.lanes.set(lane.id, lane);
    this.#load(lane);
  }

  remove(lane: Lane): void {
    this.lanes.delete(lane.id);
    this.#host.send((writer) => void writer.begin(TO_HOST.unload, lane.id));
  }

  /** Sends a call. The channel keeps the order, so a call may be sent before the load of its function is answered. */
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
        .text(request.awsRequestId)
        .text(request.eventText);
    });
  }

  limitsOf(status: HostStatus): StretchLimits | undefined {
    const lane = this.lanes.get(status.function);
    if (lane === undefined) return undefined;
    const { memoryMb, initTimeoutMs } = lane.hosted.limits;
    const request = this.#calls.get(status.call)?.request;
    if (request === undefined || lane.state === 'loading')
      return { memoryMb, cpuMs: initTimeoutMs };
    return { memoryMb, cpuMs: Math.min(request.cpuMs, request.timeoutMs) };
  }

  /** Takes a fresh host and loads every function of the group in it. The old one, if it lives, is ended. */
  replaceHost(): void {
    const old = this.#host;
    this.#sent = 0;
    this.#loading = 0;
    this.#peakCalls = 0;
    this.#host = this.#takeHost();
    if (!old.ended) old.kill('recycle');
    for (const lane of this.lanes.values()) this.#load(lane);
  }

  dispose(): void {
    this.#owner.watch.stop(this);
    for (const controller of this.#operations.values()) controller.abort();
    this.#host.kill('dispose');
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
    lane.state = 'loading';
    this.#loading += 1;
    this.#owner.watch.start(this);
    this.#host.send((writer) => {
      writer
        .begin(TO_HOST.load, lane.id)
        .text(JSON.stringify(lane.hosted.settings))
        .text(lane.hosted.text);
    });
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
        if (call !== undefined) call.suspended = true;
        break;
      }
      case FROM_HOST.log:
        this.#onLog(frame);
        break;
      case FROM_HOST.op:
        this.#onOperation(frame);
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
    const failure = frame.text() as CallFailure;
    const cost = readCost(frame);
    const functionError = readFunctionError(frame.text());
    const call = this.#take(frame.id);
    if (call === undefined) return;
    if (failure === 'starved' && !call.reachedOut && call.dispatches < MAX_DISPATCHES) {
      this.dispatch(call);
      return;
    }
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
      this.#operations.delete(id);
      if (host.ended) return;
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
    const failure = frame.text() as LoadFailure;
    const functionError = readFunctionError(frame.text());
    const error = loadError(failure, lane.hosted, functionError);
    this.#onLoaded(frame.id, { kind: 'failed', error, ...(functionError && { functionError }) });
  }

  #onLoaded(laneId: number, outcome: LoadOutcome): void {
    this.#loading -= 1;
    const lane = this.lanes.get(laneId);
    if (lane !== undefined) this.#owner.loaded(lane, outcome);
    this.#restIfIdle();
  }

  #take(callId: number): PendingCall | undefined {
    const call = this.#calls.get(callId);
    this.#calls.delete(callId);
    return call;
  }

  #settle(call: PendingCall, outcome: HookOutcome): void {
    this.#owner.settled(call, outcome);
    this.#restIfIdle();
  }

  #restIfIdle(): void {
    if (this.#calls.size === 0 && this.#loading === 0) this.#owner.watch.stop(this);
  }

  #onEnd(end: HostEnd): void {
    for (const controller of this.#operations.values()) controller.abort();
    this.#operations.clear();
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    this.#owner.watch.stop(this);
    this.#owner.died(this, sortDeath(end, calls, this.lanes));
  }
}

function readCost(frame: Frame): CallCost {
  const cpuMs = frame.number();
  const wallMs = frame.number();
  const memoryMb = frame.number();
  return memoryMb < 0 ? { cpuMs, wallMs } : { cpuMs, wallMs, memoryMb };
}

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
    call.sequence > status.begun ||
    (!call.suspended && !call.reachedOut && call.dispatches < MAX_DISPATCHES);
  return {
    end,
    failure: failureOfEnd(end),
    blamed: lane === undefined ? undefined : { lane, call: onCpu },
    survivors: others.filter(mayRunAgain),
    collateral: others.filter((call) => !mayRunAgain(call)),
  };
}

const OUT_OF_MEMORY =
  /out of memory|Allocation failed|invalid (array|table) (length|size)|std::bad_alloc/i;

function failureOfEnd(end: HostEnd): CallFailure {
  if (end.killReason === 'cpu') return 'cpu';
  if (end.killReason === 'memory') return 'memory';
  return OUT_OF_MEMORY.test(end.stderrTail) ? 'memory' : 'exit';
}
