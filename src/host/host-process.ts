import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { type Frame, FrameReader, FrameWriter } from '../wire/frame.ts';
import { FROM_HOST, TO_HOST } from '../wire/messages.ts';
import { ProcessUsage } from './process-usage.ts';
import type { SealedCommand } from './seal.ts';
import { type HostStatus, StatusFile } from './status-file.ts';

/** Why the edge worker ended a host. */
export type KillReason = 'cpu' | 'memory' | 'dispose' | 'recycle' | 'protocol';

/** How a host ended: what we wanted of it, or its own signal or exit code, with the last words of its stderr. */
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

/** The guest script and its bytecode; the first host of a worker makes the bytecode, before it sees any user code. */
export interface GuestSource {
  readonly text: string;
  cachedData?: Uint8Array;
}

const STDERR_TAIL_CHARS = 2000;

/** One hook host as a process: spawn, channel, status block, memory, kill. Knows nothing of functions. */
export class HostProcess {
  readonly ready: Promise<void>;
  readonly #child: ChildProcess;
  readonly #socket: Socket;
  readonly #status = new StatusFile();
  readonly #usage: ProcessUsage;
  readonly #writer = new FrameWriter();
  readonly #guest: GuestSource;
  readonly #flush = (): void => this.#flushNow();
  #events: HostProcessEvents | undefined;
  #flushScheduled = false;
  #killReason: KillReason | undefined;
  #end: HostEnd | undefined;
  #stderrTail = '';
  #baselineBytes = 0;
  #becomeReady: () => void = () => undefined;

  constructor(command: SealedCommand, guest: GuestSource) {
    this.#guest = guest;
    const child = spawn(command.execPath, command.args, {
      env: {},
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', this.#status.fd],
    });
    this.#child = child;
    // Node opens a `pipe` of a child as a socketpair, so it is a Socket in both directions.
    this.#socket = child.stdio[3] as Socket;
    this.#usage = new ProcessUsage(child.pid ?? 0);
    this.ready = new Promise((resolve) => {
      this.#becomeReady = resolve;
    });
    this.#listen();
    this.send((writer) => {
      writer
        .begin(TO_HOST.boot, 0)
        .text(guest.text)
        .bytes(guest.cachedData ?? new Uint8Array(0));
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resident bytes when the host had booted and held no user code; 0 before that. */
  get baselineBytes(): number {
    return this.#baselineBytes;
  }

  get ended(): boolean {
    return this.#end !== undefined;
  }

  /** Hands the host to its owner. A host that ended while it was spare reports that at once. */
  attach(events: HostProcessEvents): void {
    this.#events = events;
    if (this.#end !== undefined) events.onEnd(this.#end);
  }

  /** Writes one frame (without its `end`); it leaves with all others of this turn of the event loop. */
  send(write: (writer: FrameWriter) => void): void {
    write(this.#writer);
    this.#writer.end();
    if (this.#flushScheduled) return;
    this.#flushScheduled = true;
    setImmediate(this.#flush);
  }

  status(): HostStatus {
    return this.#status.read();
  }

  residentBytes(): number {
    return this.#usage.residentBytes();
  }

  /** CPU time of the thread that runs user code, in ms; `undefined` when the system does not tell. */
  cpuMs(): number | undefined {
    return this.#usage.cpuMs();
  }

  /** SIGKILL: the only signal that a host stuck in native code obeys. `onEnd` follows. */
  kill(reason: KillReason): void {
    this.#killReason ??= reason;
    this.#child.kill('SIGKILL');
  }

  #flushNow(): void {
    this.#flushScheduled = false;
    const ready = this.#writer.take();
    if (ready !== undefined && !this.#socket.destroyed) this.#socket.write(ready);
  }

  #listen(): void {
    const reader = new FrameReader((frame) => this.#onFrame(frame));
    this.#socket.on('data', (chunk: Buffer) => this.#read(reader, chunk));
    // A write to a host that has just died; its end is reported by `close` below.
    this.#socket.on('error', () => undefined);
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderrTail = (this.#stderrTail + chunk.toString()).slice(-STDERR_TAIL_CHARS);
    });
    this.#child.on('error', (error) => {
      this.#stderrTail += error.message;
      this.#finish(undefined, undefined);
    });
    this.#child.on('close', (code, signal) => this.#finish(code ?? undefined, signal ?? undefined));
  }

  #read(reader: FrameReader, chunk: Buffer): void {
    try {
      reader.push(chunk);
    } catch (error) {
      // Only a host that user code has taken over sends what is not a frame.
      this.#stderrTail += String(error);
      this.kill('protocol');
    }
  }

  #onFrame(frame: Frame): void {
    if (frame.type === FROM_HOST.ready) {
      this.#guest.cachedData ??= frame.bytes();
      this.#baselineBytes = this.residentBytes();
      this.#becomeReady();
      return;
    }
    this.#events?.onFrame(frame);
  }

  #finish(exitCode: number | undefined, signal: string | undefined): void {
    if (this.#end !== undefined) return;
    this.#end = {
      killReason: this.#killReason,
      signal,
      exitCode,
      stderrTail: this.#stderrTail,
      status: this.#status.read(),
    };
    this.#status.close();
    this.#usage.close();
    this.#becomeReady();
    this.#events?.onEnd(this.#end);
  }
}
