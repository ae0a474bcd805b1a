import { addTick } from '../core/loop.ts';
import { publishName } from '../core/publish.ts';
import { EventEmitter } from './events.ts';
import { Timeout } from './timers.ts';

/**
 * What stands for the connection of one exchange: it keeps the time limit for silence, and
 * destroying it ends the exchange. The real connection is the edge worker's.
 */
export class FakeSocket extends EventEmitter {
  readonly connecting = false;
  readonly pending = false;
  readonly encrypted: boolean;
  readonly authorized: boolean;
  readonly readable = true;
  readonly writable = true;
  readonly remoteAddress = '192.0.2.1';
  readonly remoteFamily = 'IPv4';
  readonly remotePort: number;
  readonly localAddress = '192.0.2.2';
  readonly localPort = 50_000;
  readonly bytesRead = 0;
  readonly bytesWritten = 0;
  timeout = 0;
  destroyed = false;
  readonly #end: (error: Error | undefined) => void;
  #timer: Timeout | undefined;

  /** `end` is told when the program destroys the connection. */
  constructor(isSecure = true, end: (error: Error | undefined) => void = () => undefined) {
    super();
    this.encrypted = isSecure;
    this.authorized = isSecure;
    this.remotePort = isSecure ? 443 : 80;
    this.#end = end;
  }

  /** `timeout` is emitted after so long without activity; 0 = never. */
  setTimeout(delayMs: number, callback?: () => void): this {
    this.#timer?.close();
    this.#timer = undefined;
    this.timeout = delayMs;
    if (callback !== undefined) this.once('timeout', callback);
    if (delayMs > 0 && !this.destroyed) {
      this.#timer = new Timeout(() => this.emit('timeout'), delayMs, [], false).unref();
    }
    return this;
  }

  /** Something came: the silence is over. */
  noteActivity(): void {
    this.#timer?.refresh();
  }

  destroy(error?: Error): this {
    if (this.destroyed) return this;
    this.destroyed = true;
    this.#timer?.close();
    addTick(() => this.emit('close', error !== undefined), []);
    this.#end(error);
    return this;
  }

  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
  end(): this {
    return this;
  }
  cork(): void {}
  uncork(): void {}
  getPeerCertificate(): object {
    return {};
  }
  getProtocol(): string {
    return 'TLSv1.3';
  }
  isSessionReused(): boolean {
    return false;
  }
}
publishName('TLSSocket', FakeSocket);
