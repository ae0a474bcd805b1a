import { tellHost } from '../core/host.ts';
import type * as coreInspectModule from '../core/inspect.ts';
import { addTick } from '../core/loop.ts';
import { invalidArgType, nodeError, outOfRange } from '../core/node-error.ts';
import { publishName } from '../core/publish.ts';
import type * as webEventsModule from '../web/events.ts';
import type * as ownEventsExtrasModule from './events-extras.ts';

export type Listener = ((...args: unknown[]) => unknown) & { listener?: Listener };
export type EventName = string | symbol;
type Slot = Listener | (Listener[] & { hasWarned?: boolean });

/** The members of an emitter; `_events` has Node's layout, because packages look into it. */
export interface Emitter {
  _events: Record<EventName, Slot>;
  _eventsCount: number;
  _maxListeners: number | undefined;
  [captureSymbol]?: boolean;
  [captureRejectionSymbol]?(error: unknown, name: EventName, ...args: unknown[]): void;
  emit(name: EventName, ...args: unknown[]): boolean;
  on(name: EventName, listener: Listener): this;
  addListener(name: EventName, listener: Listener): this;
  prependListener(name: EventName, listener: Listener): this;
  once(name: EventName, listener: Listener): this;
  prependOnceListener(name: EventName, listener: Listener): this;
  off(name: EventName, listener: Listener): this;
  removeListener(name: EventName, listener: Listener): this;
  removeAllListeners(name?: EventName): this;
  setMaxListeners(count: number): this;
  getMaxListeners(): number;
  listeners(name: EventName): Listener[];
  rawListeners(name: EventName): Listener[];
  listenerCount(name: EventName, listener?: Listener): number;
  eventNames(): EventName[];
}

interface EmitterOptions {
  captureRejections?: boolean;
}

interface EmitterConstructor {
  new (options?: EmitterOptions): Emitter;
  (this: Emitter, options?: EmitterOptions): void;
  prototype: Emitter;
  init(this: Emitter, options?: EmitterOptions): void;
  [key: string | symbol]: unknown;
}

const captureSymbol = Symbol('kCapture');
export const captureRejectionSymbol = Symbol.for('nodejs.rejection');
export const errorMonitor = Symbol('events.errorMonitor');

let defaultMaxListeners = 10;

/**
 * Node's EventEmitter: a plain function, since old code calls it without `new` on objects of its
 * own.
 */
export const EventEmitter: EmitterConstructor = function EventEmitter(
  this: Emitter,
  options?: EmitterOptions,
): void {
  Reflect.apply(initEmitter, this, [options]);
} as unknown as EmitterConstructor;

function initEmitter(this: Emitter, options?: EmitterOptions): void {
  const prototype = Object.getPrototypeOf(this) as Partial<Emitter> | null;
  if (this._events === undefined || this._events === prototype?._events) {
    this._events = Object.create(null) as Record<EventName, Slot>;
    this._eventsCount = 0;
  }
  this._maxListeners ??= undefined;
  if (options?.captureRejections) this[captureSymbol] = true;
}

EventEmitter.init = initEmitter;
publishName('EventEmitter', EventEmitter);

function checkListener(listener: unknown): void {
  if (typeof listener !== 'function')
    throw invalidArgType('listener', 'of type function', listener);
}

function emitUnhandledError(emitter: Emitter, args: unknown[]): never {
  const thrown = args[0];
  if (thrown instanceof Error) throw thrown;
  const { inspect } = require('../core/inspect.ts') as typeof coreInspectModule;
  const shown = typeof thrown === 'string' ? `'${thrown}'` : inspect(thrown);
  const message = `Unhandled error. (${shown})`;
  throw nodeError(Error, 'ERR_UNHANDLED_ERROR', message, { context: thrown });
}

function watchRejection(emitter: Emitter, result: unknown, name: EventName, args: unknown[]): void {
  const then = (result as { then?: unknown } | null | undefined)?.then;
  if (typeof then !== 'function') return;
  Reflect.apply(then, result, [
    undefined,
    (error: unknown) => addTick(() => rejected(emitter, error, name, args), []),
  ]);
}

function rejected(emitter: Emitter, error: unknown, name: EventName, args: unknown[]): void {
  if (typeof emitter[captureRejectionSymbol] === 'function') {
    emitter[captureRejectionSymbol](error, name, ...args);
    return;
  }
  const previous = emitter[captureSymbol];
  emitter[captureSymbol] = false;
  try {
    emitter.emit('error', error);
  } finally {
    if (previous !== undefined) emitter[captureSymbol] = previous;
  }
}

function addTo(emitter: Emitter, name: EventName, listener: Listener, prepend: boolean): void {
  checkListener(listener);
  let events = emitter._events;
  if (events === undefined) {
    events = emitter._events = Object.create(null) as Record<EventName, Slot>;
    emitter._eventsCount = 0;
  } else if (events['newListener'] !== undefined) {
    emitter.emit('newListener', name, listener.listener ?? listener);
    events = emitter._events;
  }
  const existing = events[name];
  if (existing === undefined) {
    events[name] = listener;
    emitter._eventsCount += 1;
    return;
  }
  const list: Slot = typeof existing === 'function' ? [existing] : existing;
  if (prepend) list.unshift(listener);
  else list.push(listener);
  events[name] = list;
  warnOfLeak(emitter, name, list);
}

function warnOfLeak(
  emitter: Emitter,
  name: EventName,
  list: Listener[] & { hasWarned?: boolean },
): void {
  const limit = emitter.getMaxListeners?.() ?? defaultMaxListeners;
  if (limit <= 0 || list.length <= limit || list.hasWarned) return;
  list.hasWarned = true;
  const type = (emitter as { constructor?: { name?: string } }).constructor?.name ?? 'EventEmitter';
  const added = `${list.length} ${String(name)} listeners added to [${type}]`;
  const advice = `MaxListeners is ${limit}. Use emitter.setMaxListeners() to increase limit`;
  const text = `Possible EventEmitter memory leak detected. ${added}. ${advice}`;
  tellHost('log', 'warn', `MaxListenersExceededWarning: ${text}`);
}

function onceWrapper(emitter: Emitter, name: EventName, listener: Listener): Listener {
  let isFired = false;
  const wrapper: Listener = function wrapped(this: unknown, ...args: unknown[]): unknown {
    if (isFired) return undefined;
    emitter.removeListener(name, wrapper);
    isFired = true;
    return Reflect.apply(listener, emitter, args);
  };
  wrapper.listener = listener;
  return wrapper;
}

function forget(emitter: Emitter, name: EventName): void {
  emitter._eventsCount -= 1;
  if (emitter._eventsCount === 0) emitter._events = Object.create(null) as Record<EventName, Slot>;
  else delete emitter._events[name];
}

function indexOfListener(list: readonly Listener[], listener: Listener): number {
  for (let i = list.length - 1; i >= 0; i -= 1) {
    if (list[i] === listener || list[i]?.listener === listener) return i;
  }
  return -1;
}

function listenersOf(emitter: Emitter, name: EventName, unwrap: boolean): Listener[] {
  const slot = emitter._events?.[name];
  if (slot === undefined) return [];
  const list = typeof slot === 'function' ? [slot] : [...slot];
  return unwrap ? list.map((listener) => listener.listener ?? listener) : list;
}

function removeEach(emitter: Emitter): void {
  for (const name of Reflect.ownKeys(emitter._events)) {
    if (name !== 'removeListener') emitter.removeAllListeners(name);
  }
  emitter.removeAllListeners('removeListener');
  emitter._events = Object.create(null) as Record<EventName, Slot>;
  emitter._eventsCount = 0;
}

const methods = {
  setMaxListeners(this: Emitter, count: number): Emitter {
    if (typeof count !== 'number' || count < 0 || Number.isNaN(count)) {
      throw outOfRange('setMaxListeners', 'a non-negative number', count);
    }
    this._maxListeners = count;
    return this;
  },
  getMaxListeners(this: Emitter): number {
    return this._maxListeners ?? defaultMaxListeners;
  },
  emit(this: Emitter, name: EventName, ...args: unknown[]): boolean {
    const events = this._events;
    if (name === 'error') {
      if (events?.[errorMonitor] !== undefined) this.emit(errorMonitor, ...args);
      if (events?.['error'] === undefined) emitUnhandledError(this, args);
    }
    const slot = events?.[name];
    if (slot === undefined) return false;
    const captures = this[captureSymbol] === true;
    if (typeof slot === 'function') {
      const result = Reflect.apply(slot, this, args);
      if (captures) watchRejection(this, result, name, args);
      return true;
    }
    for (const listener of slot.slice()) {
      const result = Reflect.apply(listener, this, args);
      if (captures) watchRejection(this, result, name, args);
    }
    return true;
  },
  addListener(this: Emitter, name: EventName, listener: Listener): Emitter {
    addTo(this, name, listener, false);
    return this;
  },
  on(this: Emitter, name: EventName, listener: Listener): Emitter {
    addTo(this, name, listener, false);
    return this;
  },
  prependListener(this: Emitter, name: EventName, listener: Listener): Emitter {
    addTo(this, name, listener, true);
    return this;
  },
  once(this: Emitter, name: EventName, listener: Listener): Emitter {
    checkListener(listener);
    return this.on(name, onceWrapper(this, name, listener));
  },
  prependOnceListener(this: Emitter, name: EventName, listener: Listener): Emitter {
    checkListener(listener);
    return this.prependListener(name, onceWrapper(this, name, listener));
  },
  removeListener(this: Emitter, name: EventName, listener: Listener): Emitter {
    checkListener(listener);
    const slot = this._events?.[name];
    if (slot === undefined) return this;
    if (typeof slot === 'function') {
      if (slot !== listener && slot.listener !== listener) return this;
      forget(this, name);
    } else {
      const index = indexOfListener(slot, listener);
      if (index < 0) return this;
      const rest = slot.toSpliced(index, 1);
      if (rest.length === 1 && rest[0] !== undefined) this._events[name] = rest[0];
      else this._events[name] = rest;
    }
    if (this._events['removeListener'] !== undefined) {
      this.emit('removeListener', name, listener);
    }
    return this;
  },
  off(this: Emitter, name: EventName, listener: Listener): Emitter {
    return this.removeListener(name, listener);
  },
  removeAllListeners(this: Emitter, ...names: EventName[]): Emitter {
    if (this._events === undefined) return this;
    const name = names[0];
    if (this._events['removeListener'] === undefined) {
      if (names.length === 0 || name === undefined) {
        this._events = Object.create(null) as Record<EventName, Slot>;
        this._eventsCount = 0;
      } else if (this._events[name] !== undefined) {
        forget(this, name);
      }
      return this;
    }
    if (name === undefined) {
      removeEach(this);
      return this;
    }
    for (const listener of listenersOf(this, name, false).toReversed()) {
      this.removeListener(name, listener);
    }
    return this;
  },
  listeners(this: Emitter, name: EventName): Listener[] {
    return listenersOf(this, name, true);
  },
  rawListeners(this: Emitter, name: EventName): Listener[] {
    return listenersOf(this, name, false);
  },
  listenerCount(this: Emitter, name: EventName, listener?: Listener): number {
    const all = listenersOf(this, name, false);
    if (listener === undefined) return all.length;
    return all.filter((each) => each === listener || each.listener === listener).length;
  },
  eventNames(this: Emitter): EventName[] {
    return this._eventsCount > 0 ? Reflect.ownKeys(this._events) : [];
  },
};

Object.assign(EventEmitter.prototype, {
  _events: undefined,
  _eventsCount: 0,
  _maxListeners: undefined,
  ...methods,
});
// Node's `on` and `addListener`, `off` and `removeListener` are the same functions.
Object.assign(EventEmitter.prototype, {
  addListener: Reflect.get(methods, 'on'),
  off: Reflect.get(methods, 'removeListener'),
});

function lazily(name: 'once' | 'on' | 'addAbortListener' | 'EventEmitterAsyncResource'): void {
  Object.defineProperty(EventEmitter, name, {
    configurable: true,
    enumerable: true,
    get(): unknown {
      const extras = require('./events-extras.ts') as typeof ownEventsExtrasModule;
      return extras[name];
    },
  });
}

lazily('once');
lazily('on');
lazily('addAbortListener');
lazily('EventEmitterAsyncResource');

interface TargetLike {
  readonly listenerCountOf?: (name: EventName) => number;
}

Object.assign(EventEmitter, {
  EventEmitter,
  captureRejectionSymbol,
  errorMonitor,
  usingDomains: false,
  captureRejections: false,
  listenerCount: (emitter: Emitter, name: EventName): number => emitter.listenerCount(name),
  getEventListeners: (emitter: Emitter, name: EventName): Listener[] =>
    typeof emitter.listeners === 'function'
      ? emitter.listeners(name)
      : targetListeners(emitter, name),
  getMaxListeners: (emitter: Emitter): number => emitter.getMaxListeners?.() ?? defaultMaxListeners,
  setMaxListeners(count = defaultMaxListeners, ...emitters: (Emitter & TargetLike)[]): void {
    if (emitters.length === 0) defaultMaxListeners = count;
    for (const emitter of emitters) emitter.setMaxListeners?.(count);
  },
});
Object.defineProperty(EventEmitter, 'defaultMaxListeners', {
  enumerable: true,
  get: () => defaultMaxListeners,
  set(count: number) {
    if (typeof count !== 'number' || count < 0 || Number.isNaN(count)) {
      throw outOfRange('defaultMaxListeners', 'a non-negative number', count);
    }
    defaultMaxListeners = count;
  },
});

function targetListeners(target: unknown, name: EventName): Listener[] {
  const { listenersOfTarget } = require('../web/events.ts') as typeof webEventsModule;
  return listenersOfTarget(target, String(name)) as Listener[];
}
