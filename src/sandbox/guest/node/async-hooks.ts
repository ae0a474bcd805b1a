import { type AsyncFrame, currentFrame, swapFrame } from '../core/async-frame.ts';
import { call, methodOf } from '../core/method-of.ts';

/**
 * AsyncLocalStorage over timers, ticks, microtasks, promise reactions and bound callbacks.
 *
 * Differs: V8 resumes a native `await` without calling `then`, and gives an isolate no hook for it.
 * Programs that require async_hooks are therefore bundled with async functions rewritten to
 * promises, which do call `then`.
 */

type Anything = (this: unknown, ...args: unknown[]) => unknown;

const METHOD = 'then';
let isPatched = false;

/** Runs `run` in `frame`. */
function inFrame(
  frame: AsyncFrame,
  run: Anything,
  self: unknown,
  args: readonly unknown[],
): unknown {
  const previous = swapFrame(frame);
  try {
    return Reflect.apply(run, self, args);
  } finally {
    swapFrame(previous);
  }
}

function bound(run: unknown, frame: AsyncFrame): unknown {
  if (typeof run !== 'function') return run;
  return function (this: unknown, value: unknown): unknown {
    return inFrame(frame, run as Anything, this, [value]);
  };
}

/**
 * From the first use of a storage on, promise reactions run in the frame in which they were added.
 */
function patchPromises(): void {
  if (isPatched) return;
  isPatched = true;
  const { prototype } = Promise;
  const then = methodOf(prototype, METHOD);
  const patched = function (
    this: Promise<unknown>,
    onFulfilled?: unknown,
    onRejected?: unknown,
  ): unknown {
    const frame = currentFrame();
    return call(then, this, bound(onFulfilled, frame), bound(onRejected, frame));
  };
  Object.defineProperty(patched, 'name', { value: METHOD });
  Reflect.set(prototype, METHOD, patched);
}

function frameWith(storage: object, store: unknown): AsyncFrame {
  const frame = new Map(currentFrame());
  frame.set(storage, store);
  return frame;
}

export class AsyncLocalStorage {
  readonly name: string;
  readonly #defaultValue: unknown;

  constructor(options: { defaultValue?: unknown; name?: string } = {}) {
    this.#defaultValue = options.defaultValue;
    this.name = options.name ?? '';
  }

  static bind(run: Anything): Anything {
    const frame = currentFrame();
    return function (this: unknown, ...args: unknown[]) {
      return inFrame(frame, run, this, args);
    };
  }

  static snapshot(): Anything {
    const frame = currentFrame();
    return function (this: unknown, run: unknown, ...args: unknown[]) {
      return inFrame(frame, run as Anything, this, args);
    };
  }

  run(store: unknown, run: Anything, ...args: unknown[]): unknown {
    patchPromises();
    return inFrame(frameWith(this, store), run, undefined, args);
  }

  exit(run: Anything, ...args: unknown[]): unknown {
    return this.run(undefined, run, ...args);
  }

  enterWith(store: unknown): void {
    patchPromises();
    swapFrame(frameWith(this, store));
  }

  getStore(): unknown {
    const frame = currentFrame();
    return frame?.has(this) ? frame.get(this) : this.#defaultValue;
  }

  disable(): void {
    const frame = new Map(currentFrame());
    frame.delete(this);
    swapFrame(frame);
  }
}

let lastId = 1;

export class AsyncResource {
  readonly type: string;
  readonly #frame = currentFrame();
  readonly #id: number;

  constructor(type: string) {
    lastId += 1;
    this.#id = lastId;
    this.type = type;
    Object.defineProperty(this, 'type', { enumerable: false });
  }

  static bind(run: Anything, _type?: string, self?: unknown): Anything {
    const frame = currentFrame();
    return function (this: unknown, ...args: unknown[]) {
      return inFrame(frame, run, self ?? this, args);
    };
  }

  bind(run: Anything, self?: unknown): Anything {
    const frame = this.#frame;
    return function (this: unknown, ...args: unknown[]) {
      return inFrame(frame, run, self ?? this, args);
    };
  }

  runInAsyncScope(run: Anything, self?: unknown, ...args: unknown[]): unknown {
    return inFrame(this.#frame, run, self, args);
  }

  emitDestroy(): this {
    return this;
  }

  asyncId(): number {
    return this.#id;
  }

  triggerAsyncId(): number {
    return 1;
  }
}

const hook = { enable: () => hook, disable: () => hook };

export const asyncHooks = {
  AsyncLocalStorage,
  AsyncResource,
  createHook: () => hook,
  executionAsyncId: () => 1,
  triggerAsyncId: () => 0,
  executionAsyncResource: () => ({}),
  asyncWrapProviders: Object.freeze({}),
};
