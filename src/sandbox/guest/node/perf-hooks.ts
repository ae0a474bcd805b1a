import { EventTarget } from '../web/events.ts';
import { monotonicMs } from './process.ts';

/** perf_hooks: `performance` with marks and measures, and the classes that packages look for. */

const originAt = Date.now();
const originMs = monotonicMs();

class PerformanceEntry {
  readonly name: string;
  readonly entryType: string;
  readonly startTime: number;
  readonly duration: number;
  readonly detail: unknown;

  constructor(
    name: string,
    entryType: string,
    [startTime, duration]: readonly [number, number],
    detail: unknown = null,
  ) {
    this.name = name;
    this.entryType = entryType;
    this.startTime = startTime;
    this.duration = duration;
    this.detail = detail;
  }

  toJSON(): object {
    const { name, entryType, startTime, duration, detail } = this;
    return { name, entryType, startTime, duration, detail };
  }
}

interface MeasureOptions {
  readonly start?: string | number;
  readonly end?: string | number;
  readonly detail?: unknown;
}

const LONGEST_TIMELINE = 10_000;
let entries: PerformanceEntry[] = [];

function add(entry: PerformanceEntry): PerformanceEntry {
  if (entries.length < LONGEST_TIMELINE) entries.push(entry);
  return entry;
}

function now(): number {
  return monotonicMs() - originMs;
}

function timeOf(mark: string | number | undefined, fallback: number): number {
  if (mark === undefined) return fallback;
  if (typeof mark === 'number') return mark;
  const found = entries.findLast((entry) => entry.name === mark && entry.entryType === 'mark');
  if (found === undefined) throw new SyntaxError(`The "${mark}" performance mark has not been set`);
  return found.startTime;
}

class Performance extends EventTarget {
  readonly timeOrigin = originAt;
  readonly now = now;

  mark(name: string, options: { startTime?: number; detail?: unknown } = {}): PerformanceEntry {
    return add(new PerformanceEntry(name, 'mark', [options.startTime ?? now(), 0], options.detail));
  }

  measure(name: string, first?: string | MeasureOptions, second?: string): PerformanceEntry {
    const options: MeasureOptions =
      typeof first === 'object'
        ? first
        : {
            ...(first === undefined ? {} : { start: first }),
            ...(second === undefined ? {} : { end: second }),
          };
    const start = timeOf(options.start, 0);
    const end = timeOf(options.end, now());
    return add(new PerformanceEntry(name, 'measure', [start, end - start], options.detail));
  }

  clearMarks(name?: string): void {
    entries = entries.filter(
      (entry) => entry.entryType !== 'mark' || (name !== undefined && entry.name !== name),
    );
  }

  clearMeasures(name?: string): void {
    entries = entries.filter(
      (entry) => entry.entryType !== 'measure' || (name !== undefined && entry.name !== name),
    );
  }

  getEntries(): PerformanceEntry[] {
    return [...entries];
  }

  getEntriesByName(name: string, type?: string): PerformanceEntry[] {
    return entries.filter(
      (entry) => entry.name === name && (type === undefined || entry.entryType === type),
    );
  }

  getEntriesByType(type: string): PerformanceEntry[] {
    return entries.filter((entry) => entry.entryType === type);
  }

  timerify<T>(run: T): T {
    return run;
  }

  eventLoopUtilization(): object {
    return { idle: 0, active: now(), utilization: 1 };
  }

  toJSON(): object {
    return {
      timeOrigin: originAt,
      nodeTiming: {},
      eventLoopUtilization: this.eventLoopUtilization(),
    };
  }
}

class PerformanceObserver {
  static readonly supportedEntryTypes: readonly string[] = [];
  observe(): void {}
  disconnect(): void {}
  takeRecords(): unknown[] {
    return [];
  }
}

export const performance = new Performance();

const histogram = {
  min: 0,
  max: 0,
  mean: 0,
  stddev: 0,
  exceeds: 0,
  enable: () => true,
  disable: () => true,
  reset: () => undefined,
  percentile: () => 0,
  record: () => undefined,
};

export const perfHooks = {
  performance,
  Performance,
  PerformanceEntry,
  PerformanceMark: PerformanceEntry,
  PerformanceMeasure: PerformanceEntry,
  PerformanceObserver,
  monitorEventLoopDelay: () => ({ ...histogram }),
  createHistogram: () => ({ ...histogram }),
  constants: {},
};
