import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { setPriority } from 'node:os';
import { type Frame, FrameReader, FrameWriter, MAX_HOST_FRAME_BYTES } from '../wire/frame.ts';
import { FROM_HOST, TO_HOST } from '../wire/messages.ts';
import { type CpuUsage, ProcessUsage } from './process-usage.ts';
import type { SealedCommand } from './seal.ts';
import { type HostStatus, StatusFile } from './status-file.ts';

/**
 * Why the edge worker ended a host. `boot`: it never became ready. `starved`: the machine had no
 * CPU for the code in it until its wall-clock limit came. `unresponsive`: its work is long overdue,
 * and nobody's code is at fault.
 */
export type KillReason =
  | 'cpu'
  | 'memory'
  | 'dispose'
  | 'recycle'
  | 'protocol'
  | 'boot'
  | 'starved'
  | 'unresponsive';

/**
 * How a host ended: what we wanted of it, or its own signal or exit code, with the last words of
 * its stderr.
 */
export interface HostEnd {
  readonly killReason: KillReason | undefined;
  readonly signal: string | undefined;
  readonly exitCode: number | undefined;
  readonly stderrTail: string;
  readonly status: HostStatus;
}

export interface HostProcessEvents {
  /** Every frame but `ready`, in order. */
  onFrame(frame: Frame): void;
  /** Once, after the last frame. */
  onEnd(end: HostEnd): void;
}

/**
 * The guest script and its bytecode; the first host of a worker makes the bytecode, before it sees
 * any user code.
 */
export interface GuestSource {
  readonly text: string;
  cachedData?: Uint8Array;
}

/**
 * Nice values. User code gives way to the edge worker, which serves everybody, and to the machine's
 * other work a little; the code of a function that has overstepped its limits gives way to that of
 * all others.
 */
const HOST_NICENESS = 3;
const DEMOTED_NICENESS = 15;

const STDERR_TAIL_CHARS = 2000;
const NO_STATUS: HostStatus = { stretch: 0, call: 0, function: 0, begun: 0, loading: false };
/** A host boots in some 30 ms; on a machine where it takes so long nothing works. */
const BOOT_LIMIT_MS = 20_000;

/**
 * One hook host as a process: spawn, channel, status block, memory, kill. Knows nothing of
 * functions. The constructor never throws: a host that cannot be started (no file descriptors, no
 * processes, no memory left) is one that has ended.
 */
export class HostProcess {
  readonly ready: Promise<void>;
  #child: ChildProcess | undefined;
  #socket: Socket | undefined;
  #status: StatusFile | undefined;
  #usage: ProcessUsage | undefined;
  #bootTimer: NodeJS.Timeout | undefined;
  readonly #writer = new FrameWriter();
  readonly #guest: GuestSource;
  readonly #flush = (): void => this.#flushNow();
  #events: HostProcessEvents | undefined;
  #flushScheduled = false;
  #killReason: KillReason | undefined;
  #end: HostEnd | undefined;
  #stderrTail = '';
  #baselineBytes = 0;
  #isReady = false;
  #isDeaf = false;
  #becomeReady: () => void = () => undefined;

  constructor(command: SealedCommand, guest: GuestSource) {
    this.#guest = guest;
    this.ready = new Promise((resolve) => {
      this.#becomeReady = resolve;
    });
    try {
      this.#start(command);
    } catch (error) {
      this.#stderrTail = String(error);
      setImmediate(() => this.#finish(undefined, undefined));
      return;
    }
    this.#bootTimer = setTimeout(() => this.kill('boot'), BOOT_LIMIT_MS).unref();
    this.send((writer) => {
      writer
        .begin(TO_HOST.boot, 0)
        .text(guest.text)
        .bytes(guest.cachedData ?? new Uint8Array(0));
    });
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Resident bytes when the host had booted and held no user code; 0 before that. */
  get baselineBytes(): number {
    return this.#baselineBytes;
  }

  get ended(): boolean {
    return this.#end !== undefined;
  }

  /**
   * Whether it ever booted; one that has not ends for reasons of the machine, not of a function.
   */
  get hasBooted(): boolean {
    return this.#isReady;
  }

  /** Hands the host to its owner. A host that ended while it was spare reports that at once. */
  attach(events: HostProcessEvents): void {
    this.#events = events;
    if (this.#end !== undefined) events.onEnd(this.#end);
  }

  /**
   * Writes one frame (without its `end`); it leaves with all others of this turn of the event loop.
   */
  send(write: (writer: FrameWriter) => void): void {
    write(this.#writer);
    this.#writer.end();
    if (this.#flushScheduled) return;
    this.#flushScheduled = true;
    setImmediate(this.#flush);
  }

  status(): HostStatus {
    return this.#status?.read() ?? NO_STATUS;
  }

  residentBytes(): number {
    return this.#usage?.residentBytes() ?? 0;
  }

  /** CPU time of the thread that runs user code; `undefined` when the system does not tell. */
  cpu(): CpuUsage | undefined {
    return this.#usage?.cpu();
  }

  /**
   * Leaves the CPU to every other host from now on, because its function has overstepped a limit.
   */
  demote(): void {
    this.#yieldCpu(DEMOTED_NICENESS);
  }

  /** SIGKILL: the only signal that a host stuck in native code obeys. `onEnd` follows. */
  kill(reason: KillReason): void {
    this.#killReason ??= reason;
    this.#child?.kill('SIGKILL');
  }

  #start(command: SealedCommand): void {
    const status = new StatusFile();
    this.#status = status;
    const child = spawn(command.execPath, command.args, {
      env: {},
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', status.fd],
    });
    this.#child = child;
    child.on('error', (error) => {
      this.#stderrTail += error.message;
      this.#finish(undefined, undefined);
    });
    child.on('close', (code, signal) => this.#finish(code ?? undefined, signal ?? undefined));
    if (child.pid === undefined) return;
    this.#usage = new ProcessUsage(child.pid);
    this.#yieldCpu(HOST_NICENESS);
    // Node opens a `pipe` of a child as a socketpair, so it is a Socket in both directions.
    this.#listen(child, child.stdio[3] as Socket);
  }

  #yieldCpu(niceness: number): void {
    const pid = this.#child?.pid;
    if (pid === undefined || this.ended) return;
    try {
      setPriority(pid, niceness);
    } catch {
      // ESRCH: it has just ended. EPERM: a system that does not allow it; the limits hold all the
      // same.
    }
  }

  #flushNow(): void {
    this.#flushScheduled = false;
    const ready = this.#writer.take();
    if (ready !== undefined && this.#socket?.writable === true) this.#socket.write(ready);
  }

  #listen(child: ChildProcess, socket: Socket): void {
    this.#socket = socket;
    const reader = new FrameReader((frame) => this.#onFrame(frame), MAX_HOST_FRAME_BYTES);
    socket.on('data', (chunk: Buffer) => this.#read(reader, chunk));
    // A write to a host that has just died; its end is reported by `close`.
    socket.on('error', () => undefined);
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderrTail = (this.#stderrTail + chunk.toString()).slice(-STDERR_TAIL_CHARS);
    });
  }

  #read(reader: FrameReader, chunk: Buffer): void {
    if (this.#isDeaf) return;
    try {
      reader.push(chunk);
    } catch (error) {
      // Only a host that user code has taken over sends what is not a frame, or not of this
      // protocol.
      this.#isDeaf = true;
      this.#stderrTail += String(error);
      this.kill('protocol');
    }
  }

  #onFrame(frame: Frame): void {
    if (frame.type === FROM_HOST.ready) {
      if (this.#isReady) throw new RangeError('A host became ready twice');
      this.#isReady = true;
      clearTimeout(this.#bootTimer);
      const cachedData = frame.bytes();
      if (cachedData.byteLength > 0) this.#guest.cachedData ??= cachedData;
      this.#baselineBytes = this.residentBytes();
      this.#becomeReady();
      return;
    }
    this.#events?.onFrame(frame);
  }

  #finish(exitCode: number | undefined, signal: string | undefined): void {
    if (this.#end !== undefined) return;
    clearTimeout(this.#bootTimer);
    this.#end = {
      killReason: this.#killReason,
      signal,
      exitCode,
      stderrTail: this.#stderrTail,
      status: this.status(),
    };
    this.#status?.close();
    this.#usage?.close();
    this.#becomeReady();
    this.#events?.onEnd(this.#end);
  }
}
