import { currentFrame } from '../core/async-frame.ts';
import { addImmediate } from '../core/loop.ts';
import { publish } from '../core/publish.ts';
import { defineHandler, Event, EventTarget } from './events.ts';
import { structuredClone } from './structured-clone.ts';

/** MessageChannel inside one context; schedulers of UI libraries use it as a macrotask queue. */

export class MessageEvent extends Event {
  readonly data: unknown;

  constructor(type: string, init: { data?: unknown } = {}) {
    super(type);
    this.data = init.data;
  }
}

export class MessagePort extends EventTarget {
  other: MessagePort | undefined;

  postMessage(message: unknown): void {
    const data: unknown = structuredClone(message);
    const { other } = this;
    if (other === undefined) return;
    addImmediate({
      run: () => other.dispatchEvent(new MessageEvent('message', { data })),
      args: [],
      frame: currentFrame(),
      isReferenced: true,
    });
  }

  start(): void {}

  close(): void {
    if (this.other !== undefined) this.other.other = undefined;
    this.other = undefined;
  }

  ref(): void {}

  unref(): void {}
}
defineHandler(MessagePort.prototype, 'message');

export class MessageChannel {
  readonly port1 = new MessagePort();
  readonly port2 = new MessagePort();

  constructor() {
    this.port1.other = this.port2;
    this.port2.other = this.port1;
  }
}

publish('MessageChannel', MessageChannel);
publish('MessagePort', MessagePort);
publish('MessageEvent', MessageEvent);

export class BroadcastChannel extends EventTarget {
  readonly name: string;

  constructor(name: unknown) {
    super();
    this.name = String(name);
  }

  postMessage(): void {}

  close(): void {}
}
