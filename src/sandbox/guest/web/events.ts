import { reportUncaught } from '../core/invocation.ts';
import { invalidArgType, nodeError } from '../core/node-error.ts';
import { publish } from '../core/publish.ts';
import { Timeout } from '../node/timers.ts';
import { DOMException } from './dom-exception.ts';

/**
 * Event, EventTarget, AbortController and AbortSignal of the DOM standard, as far as Node has them.
 */

interface EventInit {
  readonly bubbles?: boolean;
  readonly cancelable?: boolean;
  readonly composed?: boolean;
}

export class Event {
  readonly #type: string;
  readonly #init: EventInit;
  readonly timeStamp = Date.now();
  #isCanceled = false;
  isStopped = false;
  target: EventTarget | null = null;
  currentTarget: EventTarget | null = null;
  eventPhase = 0;

  constructor(type: unknown, init: EventInit = {}) {
    if (arguments.length === 0) {
      throw nodeError(TypeError, 'ERR_MISSING_ARGS', 'The "type" argument must be specified');
    }
    this.#type = String(type);
    this.#init = init ?? {};
    Object.defineProperty(this, 'isStopped', { enumerable: false });
  }

  get type(): string {
    return this.#type;
  }

  get bubbles(): boolean {
    return Boolean(this.#init.bubbles);
  }

  get cancelable(): boolean {
    return Boolean(this.#init.cancelable);
  }

  get composed(): boolean {
    return Boolean(this.#init.composed);
  }

  get defaultPrevented(): boolean {
    return this.cancelable && this.#isCanceled;
  }

  get returnValue(): boolean {
    return !this.defaultPrevented;
  }

  get cancelBubble(): boolean {
    return this.isStopped;
  }

  get srcElement(): EventTarget | null {
    return this.target;
  }

  get isTrusted(): boolean {
    return false;
  }

  composedPath(): EventTarget[] {
    return this.currentTarget === null ? [] : [this.currentTarget];
  }

  preventDefault(): void {
    this.#isCanceled = true;
  }

  stopPropagation(): void {}

  stopImmediatePropagation(): void {
    this.isStopped = true;
  }
}

export class CustomEvent extends Event {
  readonly #detail: unknown;

  constructor(type: unknown, init: EventInit & { detail?: unknown } = {}) {
    super(type, init);
    this.#detail = init?.detail ?? null;
  }

  get detail(): unknown {
    return this.#detail;
  }
}

type Listener = ((event: Event) => unknown) | { handleEvent(event: Event): unknown };

interface Registration {
  readonly listener: Listener;
  readonly isCapture: boolean;
  readonly isOnce: boolean;
}

interface ListenOptions {
  readonly once?: boolean;
  readonly capture?: boolean;
  readonly signal?: AbortSignal;
}

const registrations = new WeakMap<object, Map<string, Registration[]>>();

function optionsOf(options: unknown): ListenOptions {
  if (typeof options === 'boolean') return { capture: options };
  return typeof options === 'object' && options !== null ? options : {};
}

function register(target: object, type: string, added: Registration): void {
  let byType = registrations.get(target);
  if (byType === undefined) {
    byType = new Map();
    registrations.set(target, byType);
  }
  const list = byType.get(type) ?? [];
  const { listener, isCapture } = added;
  if (list.some((each) => each.listener === listener && each.isCapture === isCapture)) return;
  byType.set(type, [...list, added]);
}

export class EventTarget {
  addEventListener(type: string, listener: Listener | null, options?: unknown): void {
    const { capture = false, once = false, signal } = optionsOf(options);
    if (listener === null || listener === undefined || signal?.aborted) return;
    if (typeof listener !== 'function' && typeof listener !== 'object') {
      throw invalidArgType('listener', 'an instance of EventListener', listener);
    }
    register(this, type, { listener, isCapture: capture, isOnce: once });
    const forget = (): void => this.removeEventListener(type, listener, options);
    signal?.addEventListener('abort', forget, { once: true });
  }

  removeEventListener(type: string, listener: Listener | null, options?: unknown): void {
    const { capture = false } = optionsOf(options);
    const byType = registrations.get(this);
    const list = byType?.get(type);
    if (byType === undefined || list === undefined) return;
    const left = list.filter((each) => each.listener !== listener || each.isCapture !== capture);
    byType.set(type, left);
  }

  dispatchEvent(event: Event): boolean {
    if (!(event instanceof Event)) throw invalidArgType('event', 'an instance of Event', event);
    event.target = this;
    event.currentTarget = this;
    event.eventPhase = 2;
    for (const each of registrations.get(this)?.get(event.type) ?? []) {
      if (each.isOnce) this.removeEventListener(event.type, each.listener, each.isCapture);
      runListener(this, each.listener, event);
      if (event.isStopped) break;
    }
    event.currentTarget = null;
    event.eventPhase = 0;
    return !event.defaultPrevented;
  }
}

/** What a listener throws does not stop the others: it becomes an uncaught exception. */
function runListener(target: EventTarget, listener: Listener, event: Event): void {
  try {
    if (typeof listener === 'function') Reflect.apply(listener, target, [event]);
    else listener.handleEvent(event);
  } catch (thrown) {
    reportUncaught(thrown);
  }
}

/** Listeners of a target, for events.getEventListeners. */
export function listenersOfTarget(target: unknown, type: string): unknown[] {
  const list = registrations.get(target as object)?.get(type) ?? [];
  return list.map(({ listener }) => listener);
}

/** Gives `prototype` an `on<type>` attribute that holds one listener. */
export function defineHandler(prototype: EventTarget, type: string): void {
  const handlers = new WeakMap<object, (event: Event) => unknown>();
  Object.defineProperty(prototype, `on${type}`, {
    configurable: true,
    enumerable: true,
    get(this: EventTarget) {
      return handlers.get(this) ?? null;
    },
    set(this: EventTarget, handler: unknown) {
      const previous = handlers.get(this);
      if (previous !== undefined) this.removeEventListener(type, previous);
      if (typeof handler !== 'function') {
        handlers.delete(this);
        return;
      }
      handlers.set(this, handler as (event: Event) => unknown);
      this.addEventListener(type, handler as (event: Event) => unknown);
    },
  });
}

interface SignalState {
  isAborted: boolean;
  reason: unknown;
  readonly dependants: AbortSignal[];
}

const states = new WeakMap<AbortSignal, SignalState>();
let mayConstruct = false;

function stateOf(signal: AbortSignal): SignalState {
  const state = states.get(signal);
  if (state === undefined) throw new TypeError('Illegal invocation');
  return state;
}

export class AbortSignal extends EventTarget {
  constructor() {
    if (!mayConstruct) throw nodeError(TypeError, 'ERR_ILLEGAL_CONSTRUCTOR', 'Illegal constructor');
    super();
    states.set(this, { isAborted: false, reason: undefined, dependants: [] });
  }

  static abort(reason?: unknown): AbortSignal {
    const signal = makeSignal();
    abortSignal(signal, reason);
    return signal;
  }

  static timeout(delayMs: number): AbortSignal {
    const signal = makeSignal();
    const message = 'The operation was aborted due to timeout';
    const run = (): void => abortSignal(signal, new DOMException(message, 'TimeoutError'));
    new Timeout(run, delayMs, [], false).unref();
    return signal;
  }

  static any(signals: Iterable<AbortSignal>): AbortSignal {
    const made = makeSignal();
    const all = [...signals];
    const aborted = all.find((signal) => signal.aborted);
    if (aborted !== undefined) abortSignal(made, aborted.reason);
    else for (const signal of all) stateOf(signal).dependants.push(made);
    return made;
  }

  get aborted(): boolean {
    return stateOf(this).isAborted;
  }

  get reason(): unknown {
    return stateOf(this).reason;
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason;
  }
}
defineHandler(AbortSignal.prototype, 'abort');

function makeSignal(): AbortSignal {
  mayConstruct = true;
  try {
    return new AbortSignal();
  } finally {
    mayConstruct = false;
  }
}

function abortSignal(signal: AbortSignal, reason?: unknown): void {
  const state = stateOf(signal);
  if (state.isAborted) return;
  state.isAborted = true;
  state.reason =
    reason === undefined ? new DOMException('This operation was aborted', 'AbortError') : reason;
  signal.dispatchEvent(new Event('abort'));
  for (const dependant of state.dependants) abortSignal(dependant, state.reason);
}

export class AbortController {
  readonly #signal = makeSignal();

  get signal(): AbortSignal {
    return this.#signal;
  }

  abort(reason?: unknown): void {
    abortSignal(this.#signal, reason);
  }
}

const inspectCustom = Symbol.for('nodejs.util.inspect.custom');
type Show = (
  depth: number,
  options: object,
  inspect: (value: unknown, options: object) => string,
) => string;

function describeAs(prototype: object, show: Show): void {
  Object.defineProperty(prototype, inspectCustom, { value: show, configurable: true });
}

describeAs(AbortSignal.prototype, function (this: AbortSignal, _depth, options, inspect) {
  return `AbortSignal ${inspect({ aborted: this.aborted }, options)}`;
});
describeAs(AbortController.prototype, function (this: AbortController, _depth, options, inspect) {
  return `AbortController ${inspect({ signal: this.signal }, options)}`;
});

for (const [name, Class] of Object.entries({
  Event,
  CustomEvent,
  EventTarget,
  AbortSignal,
  AbortController,
})) {
  publish(name, Class);
}
