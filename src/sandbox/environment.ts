import ivm from 'isolated-vm';
import type { CallFailure, FunctionSettings, LoadFailure } from '../wire/messages.ts';
import type { GuestEntries, GuestScript } from './guest-script.ts';
import type { HostOperations } from './host-ops/host-operations.ts';
import {
  ERROR_CHARS,
  OPEN_OPERATIONS,
  OPERATION_ARGUMENT_CHARS,
  OPERATION_BYTES,
  RESULT_CHARS,
} from './limits.ts';
import { LogAllowance } from './log-allowance.ts';
import { cutErrorJson, tooLargeJson } from './own-errors.ts';
import type { Program, StartModule } from './program.ts';
import type { StarvationSlack } from './starvation.ts';
import { runStretch, type Stretch, type StretchEnd } from './stretch.ts';
import type { TimeoutBudget } from './timeout-budget.ts';

/** One invocation as the host knows it. Times are monotonic milliseconds (`performance.now`). */
export interface Call {
  readonly id: number;
  readonly cpuMs: number;
  readonly wallMs: number;
  /** Wall-clock deadline, epoch ms; what `getRemainingTimeInMillis` counts down to. */
  readonly deadlineAt: number;
  /** Runs under isolated-vm's own timeout; otherwise the edge worker's deadline is what ends it. */
  readonly isGuarded: boolean;
  readonly awsRequestId: string;
  readonly eventText: string;
  readonly receivedMs: number;
  usedCpuMs: number;
}

/**
 * How a call ended. `text` is the encoded result, or the JSON of a FunctionError (`''` when the
 * function gave none).
 */
export type CallEnd =
  | { readonly kind: 'result'; readonly text: string }
  | { readonly kind: 'failed'; readonly failure: CallFailure; readonly text: string };

/** What an environment tells its pool. */
export interface EnvironmentEvents {
  /** Before every synchronous stretch: who is about to be on the CPU. */
  entering(environment: Environment): void;
  loaded(environment: Environment): void;
  loadFailed(environment: Environment, failure: LoadFailure, errorJson: string): void;
  /** The open call ended; `environment.ended` tells whether the environment may serve another. */
  callEnded(environment: Environment, call: Call, end: CallEnd): void;
  /** The open call waits for a timer or an operation and has left the CPU. Told once for a call. */
  suspended(environment: Environment, call: Call): void;
  log(environment: Environment, level: string, message: string): void;
  operation(environment: Environment, operation: Operation): void;
  /** The guest no longer wants the answer to one of its operations. */
  operationCancelled(environment: Environment, operationId: number): void;
}

/** An operation that the guest asks the edge worker for. */
export interface Operation {
  readonly operationId: number;
  readonly name: string;
  readonly argumentsJson: string;
  readonly content: Uint8Array;
}

/** The answer to an operation, as the guest gets it. */
export interface OperationAnswer {
  readonly operationId: number;
  readonly ok: boolean;
  readonly args: readonly unknown[];
}

export interface EnvironmentParts {
  readonly settings: FunctionSettings;
  readonly program: Program;
  readonly guest: GuestScript;
  readonly operations: HostOperations;
  readonly timeouts: TimeoutBudget;
  readonly slack: StarvationSlack;
  readonly events: EnvironmentEvents;
}

type TimeLeft = Pick<Stretch, 'cpuLeftMs' | 'wallLeftMs' | 'isGuarded'>;

type LoadReport = 'loaded' | { readonly failure: LoadFailure; readonly text: string };

type State = 'loading' | 'idle' | 'busy' | 'ended';

const NOTHING_PENDING = -1;
/**
 * Heap share above which an idle environment is ended, so that the next call starts in a fresh one.
 */
const RECYCLE_HEAP_SHARE = 0.8;
/** A heap sample costs some 10 µs, so only each 64th call of an environment is followed by one. */
const HEAP_SAMPLE_CALLS = 64;

/**
 * One environment: an isolate with one context, the guest's Node world and one function's module in
 * it. It serves one call at a time; module state survives between calls (CloudFront developer guide).
 * Everything that runs code inside goes through `runStretch`, also what resumes after an `await`:
 * there is no way into the isolate that has no limit.
 */
export class Environment {
  readonly #parts: EnvironmentParts;
  readonly #isolate: ivm.Isolate;
  readonly #entries: GuestEntries;
  readonly #start: StartModule;
  readonly #startedMs = performance.now();
  #state: State = 'loading';
  #call: Call | undefined;
  /** Answers that came between two calls: the environment was frozen. */
  #lateAnswers: OperationAnswer[] = [];
  #reported: CallEnd | undefined;
  #loadReport: LoadReport | undefined;
  #wake: NodeJS.Timeout | NodeJS.Immediate | undefined;
  #wall: NodeJS.Timeout | undefined;
  #calls = 0;
  #heapMb = -1;
  #idleSinceMs = 0;
  #openOperations = 0;
  #isSuspended = false;
  readonly #logs = new LogAllowance();
  /** The guest reported an uncaught error or an exit: the environment ends with its call. */
  #fatal = false;

  constructor(parts: EnvironmentParts) {
    this.#parts = parts;
    this.#isolate = new ivm.Isolate({ memoryLimit: parts.settings.memoryMb });
    const context = this.#isolate.createContextSync();
    const hostCall = new ivm.Callback((op: string, ...args: unknown[]) => this.#hostCall(op, args));
    this.#entries = parts.guest.install(this.#isolate, context, hostCall);
    this.#start = parts.program.bind(this.#isolate, context, this.#entries);
  }

  get call(): Call | undefined {
    return this.#call;
  }

  get isLoading(): boolean {
    return this.#state === 'loading';
  }

  get ended(): boolean {
    return this.#state === 'ended';
  }

  /** Milliseconds since this environment began to load; the init time once it has loaded. */
  get ageMs(): number {
    return performance.now() - this.#startedMs;
  }

  /** Heap and external memory at the last sample, in MiB; -1 = not sampled yet. */
  get heapMb(): number {
    return this.#heapMb;
  }

  get idleSinceMs(): number {
    return this.#idleSinceMs;
  }

  /**
   * Runs the module. Reports `loaded` or `loadFailed`, later if the module awaits at its top level.
   */
  load(): void {
    const limitMs = this.#parts.settings.initTimeoutMs;
    this.#wall = setTimeout(() => this.#failLoad('timeout', ''), limitMs);
    const end = this.#run(this.#initLeft(), this.#start);
    this.#afterLoadStretch(end);
  }

  /** Starts a call in this idle environment. */
  invoke(call: Call): void {
    this.#state = 'busy';
    this.#call = call;
    this.#calls += 1;
    this.#reported = undefined;
    this.#isSuspended = false;
    this.#logs.renew();
    const args = [call.eventText, `${call.awsRequestId}\0${call.deadlineAt}`];
    this.#callStretch(this.#entries.invoke, args);
    if (this.#lateAnswers.length > 0) this.#deliverLate();
  }

  /**
   * Gives an operation its answer. One that comes after its call has ended waits for the next call,
   * as everything in a frozen environment does; one for an environment that has ended is dropped.
   */
  deliver(answer: OperationAnswer): void {
    if (this.#state === 'ended') return;
    if (this.#state === 'idle') {
      this.#lateAnswers.push(answer);
      return;
    }
    this.#openOperations -= 1;
    const { operationId, ok, args } = answer;
    this.#resume(this.#entries.deliver, [operationId, ok, ...args.map(handOver)]);
  }

  /** Ends the environment; an open call is not reported. */
  end(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#clearTimers();
    this.#call = undefined;
    if (!this.#isolate.isDisposed) this.#isolate.dispose();
  }

  #deliverLate(): void {
    // A short call may be over before its turn comes; then they wait for the next.
    for (const answer of this.#lateAnswers.splice(0)) this.deliver(answer);
  }

  #resume(entry: ivm.Reference, args: readonly unknown[]): void {
    if (this.#state === 'loading') {
      this.#afterLoadStretch(
        this.#run(this.#initLeft(), (options) => entry.applySync(undefined, [...args], options)),
      );
      return;
    }
    this.#callStretch(entry, args);
  }

  #callStretch(entry: ivm.Reference, args: readonly unknown[]): void {
    const call = this.#call;
    if (call === undefined) return;
    const wallLeftMs = call.wallMs - (performance.now() - call.receivedMs);
    const cpuLeftMs = call.cpuMs - call.usedCpuMs;
    const end = this.#run({ cpuLeftMs, wallLeftMs, isGuarded: call.isGuarded }, (options) =>
      entry.applySync(undefined, [...args], options),
    );
    call.usedCpuMs += end.cpuMs;
    const failure = failureOf(end, call);
    if (failure !== undefined) this.#endCall(failure, true);
    else if (this.#reported !== undefined)
      this.#endCall(this.#reported, end.kind === 'threw' || this.#fatal);
    else if (end.kind === 'returned') {
      this.#afterTurn(call, entry === this.#entries.poll ? end.value : undefined);
    }
  }

  /** The call is still open after a stretch: asks the guest's event loop what it waits for. */
  #afterTurn(call: Call, polled: unknown): void {
    if (polled === undefined) {
      this.#callStretch(this.#entries.poll, [Date.now()]);
      return;
    }
    if (polled === NOTHING_PENDING) {
      this.#endCall({ kind: 'failed', failure: 'exit', text: '' }, true);
      return;
    }
    this.#wall ??= setTimeout(
      () => this.#endCall({ kind: 'failed', failure: 'timeout', text: '' }, true),
      Math.max(1, call.wallMs - (performance.now() - call.receivedMs)),
    );
    this.#scheduleWake(polled);
    if (this.#isSuspended) return;
    this.#isSuspended = true;
    this.#parts.events.suspended(this, call);
  }

  #scheduleWake(polled: unknown): void {
    this.#cancelWake();
    const delayMs = typeof polled === 'number' ? polled : Number.POSITIVE_INFINITY;
    const wake = (): void => this.#resume(this.#entries.poll, [Date.now()]);
    if (delayMs <= 0) this.#wake = setImmediate(wake);
    // A longer wait than any limit needs no timer: the wall limit comes first.
    else if (delayMs < 2 ** 31) this.#wake = setTimeout(wake, Math.ceil(delayMs));
  }

  #afterLoadStretch(end: StretchEnd): void {
    if (this.#state !== 'loading') return;
    if (end.kind === 'timeout') this.#failLoad('timeout', '');
    else if (end.kind === 'memory') this.#failLoad('memory', '');
    else if (end.kind === 'threw') this.#failLoad('init', end.errorJson);
    else if (this.#loadReport === 'loaded') this.#finishLoad();
    else if (this.#loadReport !== undefined) {
      this.#failLoad(this.#loadReport.failure, this.#loadReport.text);
    } else this.#pollLoad();
  }

  /** The module awaits at its top level: turns the guest's event loop until it reports. */
  #pollLoad(): void {
    const end = this.#run(this.#initLeft(), (options) =>
      this.#entries.poll.applySync(undefined, [Date.now()], options),
    );
    if (end.kind !== 'returned' || this.#loadReport !== undefined) this.#afterLoadStretch(end);
    else if (end.value === NOTHING_PENDING) this.#failLoad('exit', '');
    else this.#scheduleWake(end.value);
  }

  #finishLoad(): void {
    this.#clearTimers();
    this.#sampleHeap();
    this.#state = 'idle';
    this.#idleSinceMs = performance.now();
    this.#parts.events.loaded(this);
  }

  #failLoad(failure: LoadFailure, errorJson: string): void {
    this.end();
    this.#parts.events.loadFailed(this, failure, errorJson);
  }

  #endCall(end: CallEnd, broken: boolean): void {
    const call = this.#call;
    if (call === undefined) return;
    this.#call = undefined;
    this.#reported = undefined;
    this.#clearTimers();
    this.#state = 'idle';
    this.#idleSinceMs = performance.now();
    if (broken) this.end();
    else if (end.kind === 'failed' || this.#calls % HEAP_SAMPLE_CALLS === 0) this.#sampleHeap();
    if (this.#heapMb > this.#parts.settings.memoryMb * RECYCLE_HEAP_SHARE) this.end();
    this.#parts.events.callEnded(this, call, end);
  }

  #run(left: TimeLeft, enter: (options: { timeout?: number }) => unknown): StretchEnd {
    this.#parts.events.entering(this);
    return runStretch({
      ...left,
      isolate: this.#isolate,
      timeouts: this.#parts.timeouts,
      slack: this.#parts.slack,
      enter,
    });
  }

  /** Loading has one limit, for wall clock and CPU. */
  #initLeft(): TimeLeft {
    const leftMs = this.#parts.settings.initTimeoutMs - this.ageMs;
    return { cpuLeftMs: leftMs, wallLeftMs: leftMs, isGuarded: true };
  }

  /**
   * The one function that guest code can call in the host. Arguments come from user code: only
   * checked types pass on.
   */
  #hostCall(op: string, args: unknown[]): unknown {
    const report = this.#reports.get(op);
    if (report === undefined) return this.#parts.operations.run(op, args);
    report(args);
    return undefined;
  }

  /**
   * What the guest tells of itself; every other name is an operation. The first report of an end
   * counts.
   */
  readonly #reports = new Map<string, (args: unknown[]) => void>([
    ['done', ([text]) => this.#reportResult(textOf(text))],
    ['error', ([text]) => this.#reportError(textOf(text))],
    ['fatal', ([text]) => this.#reportFatal('error', textOf(text))],
    ['exit', () => this.#reportFatal('exit', '')],
    ['loaded', () => this.#reportLoad('loaded')],
    ['loadFailed', (args) => this.#reportLoad(readLoadFailure(args))],
    ['log', ([level, message]) => this.#log(textOf(level), textOf(message))],
    ['op', (args) => this.#startOperation(args)],
    ['opCancel', ([id]) => this.#parts.events.operationCancelled(this, Number(id))],
  ]);

  #report(end: CallEnd): void {
    this.#reported ??= end;
  }

  #reportResult(text: string): void {
    if (text.length <= RESULT_CHARS) this.#report({ kind: 'result', text });
    else this.#reportError(tooLargeJson(text.length));
  }

  #reportError(text: string): void {
    this.#report({ kind: 'failed', failure: 'error', text: cutErrorJson(text, ERROR_CHARS) });
  }

  #log(level: string, message: string): void {
    for (const line of this.#logs.take({ level, message })) {
      this.#parts.events.log(this, line.level, line.message);
    }
  }

  #reportLoad(report: LoadReport): void {
    this.#loadReport ??= report;
  }

  #startOperation(args: readonly unknown[]): void {
    this.#openOperations += 1;
    const operation = readOperation(args);
    const refusal = refusalOf(operation, this.#openOperations);
    if (refusal === undefined) {
      this.#parts.events.operation(this, operation);
      return;
    }
    const answer = { operationId: operation.operationId, ok: false, args: [refusal] };
    // Not now: the guest is in the middle of asking.
    setImmediate(() => this.deliver(answer));
  }

  #reportFatal(failure: 'error' | 'exit', text: string): void {
    if (this.#state === 'loading') {
      this.#reportLoad({ failure: failure === 'exit' ? 'exit' : 'init', text });
    } else {
      this.#report({ kind: 'failed', failure, text: cutErrorJson(text, ERROR_CHARS) });
    }
    this.#fatal = true;
  }

  #sampleHeap(): void {
    if (this.#isolate.isDisposed) return;
    const heap = this.#isolate.getHeapStatisticsSync();
    this.#heapMb = (heap.used_heap_size + heap.externally_allocated_size) / 2 ** 20;
  }

  #cancelWake(): void {
    if (this.#wake === undefined) return;
    clearTimeout(this.#wake as NodeJS.Timeout);
    clearImmediate(this.#wake as NodeJS.Immediate);
    this.#wake = undefined;
  }

  #clearTimers(): void {
    this.#cancelWake();
    clearTimeout(this.#wall);
    this.#wall = undefined;
  }
}

function readLoadFailure(args: readonly unknown[]): LoadReport {
  const text = cutErrorJson(textOf(args[1]), ERROR_CHARS);
  return { failure: args[0] === 'handler' ? 'handler' : 'init', text };
}

/** What the guest hands over is text; anything else is not the guest's doing. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

const NO_CONTENT = new Uint8Array(0);

function readOperation([id, name, first, ...rest]: readonly unknown[]): Operation {
  return {
    operationId: Number(id),
    name: textOf(name),
    argumentsJson: jsonOf(first),
    content: rest.find((arg) => arg instanceof Uint8Array) ?? NO_CONTENT,
  };
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch {
    // A BigInt somewhere inside. Nobody reads arguments that are not a record.
    return 'null';
  }
}

/**
 * The failure of an operation that is not even sent, worded as Node does when a process has run out
 * of file descriptors or room.
 */
function refusalOf(operation: Operation, open: number): object | undefined {
  const contentBytes = operation.content.byteLength;
  const argumentChars = operation.argumentsJson.length;
  if (open > OPEN_OPERATIONS) {
    return failure('EMFILE', `${OPEN_OPERATIONS} operations are open, which is the limit`);
  }
  if (contentBytes > OPERATION_BYTES) {
    return failure('ENOBUFS', `content has ${contentBytes} bytes, limit is ${OPERATION_BYTES}`);
  }
  if (argumentChars > OPERATION_ARGUMENT_CHARS) {
    const limit = OPERATION_ARGUMENT_CHARS;
    return failure('ENOBUFS', `arguments have ${argumentChars} characters, limit is ${limit}`);
  }
  return undefined;
}

function failure(code: string, found: string): object {
  const message = `Cannot start an operation: ${found}`;
  return { hostError: true, name: 'Error', message, code };
}

/** A value on its way into an isolate. Bytes are moved, not copied: nobody here needs them. */
function handOver(value: unknown): unknown {
  if (isPrimitive(value)) return value;
  const transferOut = value instanceof Uint8Array && value.byteLength > 0;
  const copy = new ivm.ExternalCopy(value, { transferOut });
  return copy.copyInto({ release: true, transferIn: transferOut });
}

function isPrimitive(value: unknown): boolean {
  return value === undefined || value === null || typeof value !== 'object';
}

/** The failure that a stretch's own end means for its call, if it means one. */
function failureOf(end: StretchEnd, call: Call): CallEnd | undefined {
  if (end.kind === 'memory') return { kind: 'failed', failure: 'memory', text: '' };
  if (call.usedCpuMs > call.cpuMs) return { kind: 'failed', failure: 'cpu', text: '' };
  if (end.kind === 'timeout') {
    const isLate = performance.now() - call.receivedMs >= call.wallMs;
    return { kind: 'failed', failure: isLate ? 'timeout' : 'starved', text: '' };
  }
  return end.kind === 'threw'
    ? { kind: 'failed', failure: 'error', text: end.errorJson }
    : undefined;
}
