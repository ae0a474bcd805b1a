import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/**
 * `control` goes to a plain Node server beside the edge. `hooked` runs the hook of an innocent
 * function.
 */
export type Stream = 'control' | 'hit' | 'miss' | 'hooked';

/** One ordinary request. Times are epoch ms, so that those of two processes can be compared. */
export interface Sample {
  readonly stream: Stream;
  readonly sentMs: number;
  readonly waitMs: number;
  readonly failure?: string;
}

export interface TrafficOrder {
  readonly edgePort: number;
  readonly originPort: number;
}

/** How long an ordinary request may wait while hostile functions run. */
export const LONGEST_WAIT_MS = 250;
/** Waits of the control that are this near in time say what the machine did at that moment. */
const NEAR_MS = 1000;

function startChild(program: URL): ChildProcess {
  return fork(fileURLToPath(program), {
    // The flag that vitest needs for isolates is of no use there.
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

/** The origin, in a process of its own. */
export async function startOriginProcess(): Promise<{ port: number; child: ChildProcess }> {
  const child = startChild(new URL('./origin-program.ts', import.meta.url));
  const [message] = (await once(child, 'message')) as [{ port: number }];
  return { port: message.port, child };
}

/** A running stream of ordinary requests. */
export interface Traffic {
  /** Ends it and gives what it saw. */
  stop(): Promise<TrafficReport>;
}

export function startTraffic(order: TrafficOrder): Traffic {
  const child = startChild(new URL('./traffic-program.ts', import.meta.url));
  child.send(order);
  return {
    async stop() {
      child.send('stop');
      const [samples] = (await once(child, 'message')) as [readonly Sample[]];
      return new TrafficReport(samples);
    },
  };
}

/** What ordinary viewers saw, beside what the machine alone made them wait. */
export class TrafficReport {
  readonly samples: readonly Sample[];
  readonly #control: readonly Sample[];

  constructor(samples: readonly Sample[]) {
    this.samples = samples;
    this.#control = samples.filter(({ stream }) => stream === 'control');
  }

  get failures(): readonly Sample[] {
    return this.samples.filter(({ failure }) => failure !== undefined);
  }

  /**
   * Requests to the edge that waited longer than allowed, beyond what the control waited at that
   * time, and `excusedMs`.
   */
  late(excusedMs = 0): readonly Sample[] {
    const allowedMs = LONGEST_WAIT_MS + excusedMs;
    return this.samples.filter((sample) => {
      if (sample.stream === 'control' || sample.waitMs <= allowedMs) return false;
      return sample.waitMs > allowedMs + this.noiseMs(sample.sentMs, sample.waitMs);
    });
  }

  /** The longest wait of the control around a span of time: the machine's own doing. */
  noiseMs(fromMs: number, durationMs: number): number {
    const near = this.#control.filter(
      ({ sentMs, waitMs }) =>
        sentMs + waitMs > fromMs - NEAR_MS && sentMs < fromMs + durationMs + NEAR_MS,
    );
    return Math.max(0, ...near.map(({ waitMs }) => waitMs));
  }

  /** One line for each stream: requests, median, 99th percentile, longest wait. */
  summary(): Record<string, object> {
    const streams: readonly Stream[] = ['control', 'hit', 'miss', 'hooked'];
    return Object.fromEntries(streams.map((stream) => [stream, this.#figures(stream)]));
  }

  #figures(stream: Stream): object {
    const waits = this.samples
      .filter((sample) => sample.stream === stream)
      .map(({ waitMs }) => waitMs)
      .sort((a, b) => a - b);
    const at = (share: number): string =>
      (waits[Math.min(waits.length - 1, Math.floor(waits.length * share))] ?? 0).toFixed(1);
    return { requests: waits.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
  }
}
