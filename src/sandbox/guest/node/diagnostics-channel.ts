/** diagnostics_channel: publish and subscribe by name, inside this function only. */

type Subscriber = (message: unknown, name: string | symbol) => void;
type Anything = (...args: unknown[]) => unknown;

class Channel {
  readonly name: string | symbol;
  #subscribers: Subscriber[] = [];

  constructor(name: string | symbol) {
    this.name = name;
  }

  get hasSubscribers(): boolean {
    return this.#subscribers.length > 0;
  }

  subscribe(subscriber: Subscriber): void {
    this.#subscribers = [...this.#subscribers, subscriber];
  }

  unsubscribe(subscriber: Subscriber): boolean {
    const before = this.#subscribers.length;
    this.#subscribers = this.#subscribers.filter((each) => each !== subscriber);
    return this.#subscribers.length < before;
  }

  publish(message: unknown): void {
    for (const subscriber of this.#subscribers) subscriber(message, this.name);
  }

  bindStore(): void {}

  unbindStore(): boolean {
    return false;
  }

  runStores(message: unknown, run: Anything, self?: unknown, ...args: unknown[]): unknown {
    this.publish(message);
    return Reflect.apply(run, self, args);
  }
}

const channels = new Map<string | symbol, Channel>();

function channel(name: string | symbol): Channel {
  let found = channels.get(name);
  if (found === undefined) {
    found = new Channel(name);
    channels.set(name, found);
  }
  return found;
}

const EVENTS = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const;

class TracingChannel {
  readonly start: Channel;
  readonly end: Channel;
  readonly asyncStart: Channel;
  readonly asyncEnd: Channel;
  readonly error: Channel;

  constructor(given: string | Record<string, Channel>) {
    const find = (event: string): Channel =>
      typeof given === 'string'
        ? channel(`tracing:${given}:${event}`)
        : (given[event] ?? channel(event));
    this.start = find('start');
    this.end = find('end');
    this.asyncStart = find('asyncStart');
    this.asyncEnd = find('asyncEnd');
    this.error = find('error');
  }

  get hasSubscribers(): boolean {
    return EVENTS.some((event) => this[event].hasSubscribers);
  }

  subscribe(handlers: Partial<Record<(typeof EVENTS)[number], Subscriber>>): void {
    for (const event of EVENTS)
      if (handlers[event] !== undefined) this[event].subscribe(handlers[event]);
  }

  unsubscribe(handlers: Partial<Record<(typeof EVENTS)[number], Subscriber>>): boolean {
    return EVENTS.map(
      (event) => handlers[event] === undefined || this[event].unsubscribe(handlers[event]),
    ).every(Boolean);
  }

  traceSync(
    run: Anything,
    context: Record<string, unknown> = {},
    self?: unknown,
    ...args: unknown[]
  ): unknown {
    this.start.publish(context);
    try {
      const result = Reflect.apply(run, self, args);
      context['result'] = result;
      return result;
    } catch (error) {
      context['error'] = error;
      this.error.publish(context);
      throw error;
    } finally {
      this.end.publish(context);
    }
  }

  tracePromise(
    run: Anything,
    context: Record<string, unknown> = {},
    self?: unknown,
    ...args: unknown[]
  ): unknown {
    return this.traceSync(run, context, self, ...args);
  }

  traceCallback(
    run: Anything,
    _position = -1,
    context: Record<string, unknown> = {},
    ...rest: unknown[]
  ): unknown {
    const [self, ...args] = rest;
    return this.traceSync(run, context, self, ...args);
  }
}

export const diagnosticsChannel = {
  channel,
  hasSubscribers: (name: string | symbol) => channels.get(name)?.hasSubscribers ?? false,
  subscribe: (name: string | symbol, subscriber: Subscriber) => channel(name).subscribe(subscriber),
  unsubscribe: (name: string | symbol, subscriber: Subscriber) =>
    channel(name).unsubscribe(subscriber),
  tracingChannel: (given: string | Record<string, Channel>) => new TracingChannel(given),
  Channel,
};
