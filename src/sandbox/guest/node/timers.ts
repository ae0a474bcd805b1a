import { currentFrame } from '../core/async-frame.ts';
import {
  addImmediate,
  addTimer,
  cancelImmediate,
  cancelTimer,
  type ImmediateEntry,
  referImmediate,
  referTimer,
  type TimerEntry,
} from '../core/loop.ts';
import { invalidArgType, mustBeFunction, nodeError } from '../core/node-error.ts';
import { publishName } from '../core/publish.ts';

type Task = (...args: unknown[]) => unknown;

const LONGEST_DELAY_MS = 2 ** 31 - 1;
/** Timers whose number was asked for, so that `clearTimeout(number)` finds them. */
const numbered = new Map<number, Timeout>();
let lastNumber = 0;
const MOST_NUMBERED = 1000;

/** Ended timers keep their number until then: a late clearTimeout finds them and does nothing. */
function forgetEnded(): void {
  for (const [number, timer] of numbered) if (timer.slot === -1) numbered.delete(number);
}

/** What setTimeout and setInterval return. */
export class Timeout implements TimerEntry {
  run: Task;
  args: readonly unknown[];
  frame = currentFrame();
  dueAt = 0;
  order = 0;
  repeatMs: number;
  delayMs: number;
  isReferenced = true;
  slot = -1;
  #number = 0;

  constructor(run: Task, delay: unknown, args: readonly unknown[], isRepeated: boolean) {
    const delayMs = Math.trunc(Number(delay));
    this.delayMs = delayMs >= 1 && delayMs <= LONGEST_DELAY_MS ? delayMs : 1;
    this.repeatMs = isRepeated ? this.delayMs : 0;
    this.run = run;
    this.args = args;
    addTimer(this);
  }

  ref(): this {
    referTimer(this, true);
    return this;
  }

  unref(): this {
    referTimer(this, false);
    return this;
  }

  hasRef(): boolean {
    return this.isReferenced;
  }

  refresh(): this {
    addTimer(this);
    return this;
  }

  close(): this {
    cancelTimer(this);
    return this;
  }

  [Symbol.toPrimitive](): number {
    if (this.#number === 0) {
      lastNumber += 1;
      this.#number = lastNumber;
      if (numbered.size >= MOST_NUMBERED) forgetEnded();
      numbered.set(lastNumber, this);
    }
    return this.#number;
  }

  [Symbol.dispose](): void {
    cancelTimer(this);
  }
}

publishName('Timeout', Timeout);

/** What setImmediate returns. */
export class Immediate implements ImmediateEntry {
  run: Task | undefined;
  args: readonly unknown[];
  frame = currentFrame();
  isReferenced = true;

  constructor(run: Task, args: readonly unknown[]) {
    this.run = run;
    this.args = args;
    addImmediate(this);
  }

  ref(): this {
    referImmediate(this, true);
    return this;
  }

  unref(): this {
    referImmediate(this, false);
    return this;
  }

  hasRef(): boolean {
    return this.isReferenced;
  }

  [Symbol.dispose](): void {
    cancelImmediate(this);
  }
}

export function setTimeout(callback: Task, delayMs?: unknown, ...args: unknown[]): Timeout {
  mustBeFunction(callback, 'callback');
  return new Timeout(callback, delayMs, args, false);
}

export function setInterval(callback: Task, delayMs?: unknown, ...args: unknown[]): Timeout {
  mustBeFunction(callback, 'callback');
  return new Timeout(callback, delayMs, args, true);
}

export function setImmediate(callback: Task, ...args: unknown[]): Immediate {
  mustBeFunction(callback, 'callback');
  return new Immediate(callback, args);
}

export function clearTimeout(timer?: unknown): void {
  if (timer instanceof Timeout) {
    cancelTimer(timer);
  } else if (typeof timer === 'number' || typeof timer === 'string') {
    const found = numbered.get(Number(timer));
    if (found === undefined) return;
    numbered.delete(Number(timer));
    cancelTimer(found);
  }
}

export function clearInterval(timer?: unknown): void {
  clearTimeout(timer);
}

export function clearImmediate(immediate?: unknown): void {
  if (immediate instanceof Immediate) cancelImmediate(immediate);
}

interface WaitOptions {
  readonly signal?: AbortSignalLike;
  readonly ref?: boolean;
}

/** The part of AbortSignal that is needed here; the class itself is loaded on first use. */
interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: object): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

function abortError(signal: AbortSignalLike): Error {
  const error = nodeError(Error, 'ABORT_ERR', 'The operation was aborted');
  error.name = 'AbortError';
  error['cause'] = signal.reason;
  return error;
}

function wait<T>(
  start: (resolve: (value: T) => void) => { unref(): unknown },
  stop: (handle: unknown) => void,
  value: T,
  options: WaitOptions = {},
): Promise<T> {
  const { signal, ref = true } = options;
  if (typeof options !== 'object') {
    return Promise.reject(invalidArgType('options', 'of type object', options));
  }
  if (signal?.aborted) return Promise.reject(abortError(signal));
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      stop(handle);
      if (signal !== undefined) reject(abortError(signal));
    };
    const handle = start(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve(value);
    });
    if (!ref) handle.unref();
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** The module timers/promises. */
export const promises = {
  setTimeout: (delayMs?: number, value?: unknown, options?: WaitOptions): Promise<unknown> =>
    wait((resolve) => setTimeout(resolve, delayMs), clearTimeout, value, options),
  setImmediate: (value?: unknown, options?: WaitOptions): Promise<unknown> =>
    wait((resolve) => setImmediate(resolve), clearImmediate, value, options),
  async *setInterval(
    delayMs?: number,
    value?: unknown,
    options?: WaitOptions,
  ): AsyncGenerator<unknown, void> {
    for (;;) yield await promises.setTimeout(delayMs, value, options);
  },
  scheduler: {
    wait: (delayMs: number, options?: WaitOptions): Promise<unknown> =>
      promises.setTimeout(delayMs, undefined, options),
    yield: (): Promise<unknown> => promises.setImmediate(),
  },
};

const custom = Symbol.for('nodejs.util.promisify.custom');
Object.defineProperty(setTimeout, custom, { enumerable: true, value: promises.setTimeout });
Object.defineProperty(setImmediate, custom, { enumerable: true, value: promises.setImmediate });
