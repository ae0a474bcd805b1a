import { process } from '../node/process.ts';
import {
  clearImmediate,
  clearInterval,
  clearTimeout,
  setImmediate,
  setInterval,
  setTimeout,
} from '../node/timers.ts';
import { currentFrame } from './async-frame.ts';
import { makeConsole } from './console.ts';
import { lazyGlobals } from './lazy-globals.ts';
import { runTask } from './loop.ts';
import { call, methodOf } from './method-of.ts';
import { mustBeFunction } from './node-error.ts';

type Getter = () => unknown;

const timerGlobals = {
  setTimeout,
  setInterval,
  setImmediate,
  clearTimeout,
  clearInterval,
  clearImmediate,
};

const then = methodOf(Promise.prototype, 'then');
const settled = Promise.resolve();

function queueMicrotask(callback: () => void): void {
  mustBeFunction(callback, 'callback');
  const frame = currentFrame();
  // The native `then`: a patched one would change the order of microtasks.
  call(then, settled, () => runTask(callback, [], frame));
}

/** Defines a global that is made at its first use and may be overwritten, as Node's own. */
function defineLazily(name: string, get: Getter): void {
  Object.defineProperty(globalThis, name, {
    configurable: true,
    enumerable: false,
    get() {
      const value = get();
      define(name, value);
      return value;
    },
    set(value: unknown) {
      define(name, value);
    },
  });
}

function define(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, {
    value,
    configurable: true,
    enumerable: false,
    writable: true,
  });
}

/**
 * Puts Node's globals into the context. Cheap: whatever is large is loaded when it is first
 * touched.
 */
export function installGlobals(): void {
  define('global', globalThis);
  Object.defineProperty(globalThis, Symbol.toStringTag, { value: 'global', configurable: true });
  define('process', process);
  define('console', makeConsole());
  define('queueMicrotask', queueMicrotask);
  for (const [name, value] of Object.entries(timerGlobals)) define(name, value);
  for (const [name, get] of Object.entries(lazyGlobals)) defineLazily(name, get);
}
