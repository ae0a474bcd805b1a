import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { RecordableHistogram } from 'node:perf_hooks';

export interface PacedOptions {
  readonly port: number;
  readonly path: string;
  readonly connections: number;
  readonly perSecond: number;
  readonly seconds: number;
  /** Gets microseconds from the moment a request was due to the last byte of its reply. */
  readonly histogram: RecordableHistogram;
}

interface PacedResult {
  readonly replies: number;
  readonly failures: number;
}

const TICK_MS = 1;
/** How long replies may come after the last request was due. */
const LAST_REPLIES_MS = 2000;
const END_OF_HEAD = '\r\n\r\n';

/**
 * Sends requests at a fixed rate whether or not replies come, and counts latency from the moment each was due: a side that
 * stalls pays for every request that should have been sent meanwhile. autocannon's own rate sends the requests of a
 * second in one burst, and expects the next sample of a connection after a millisecond whatever the rate, so it is not
 * used for this.
 */
export class PacedLoad {
  readonly #options: PacedOptions;
  readonly #request: Buffer;
  readonly #idle: PacedConnection[] = [];
  readonly #all: PacedConnection[] = [];
  /** When the requests that wait for a connection were due. */
  readonly #waiting: number[] = [];
  #replies = 0;
  #failures = 0;

  constructor(options: PacedOptions) {
    this.#options = options;
    const lines = [`GET ${options.path} HTTP/1.1`, `Host: 127.0.0.1:${options.port}`, '', ''];
    this.#request = Buffer.from(lines.join('\r\n'));
  }

  async run(): Promise<PacedResult> {
    const { connections, perSecond, seconds } = this.#options;
    for (let i = 0; i < connections; i += 1) this.#idle.push(await this.#open());
    const total = Math.round(perSecond * seconds);
    const startedMs = performance.now();
    let sent = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setInterval(() => {
      const nowMs = performance.now();
      for (; sent < total; sent += 1) {
        const dueMs = startedMs + (sent * 1000) / perSecond;
        if (dueMs > nowMs) break;
        this.#send(dueMs);
      }
      const isOver = nowMs > startedMs + seconds * 1000 + LAST_REPLIES_MS;
      if (isOver || (sent === total && this.#replies + this.#failures >= total)) resolve();
    }, TICK_MS);
    await promise;
    clearInterval(timer);
    for (const connection of this.#all) connection.socket.destroy();
    return { replies: this.#replies, failures: total - this.#replies };
  }

  #send(dueMs: number): void {
    const connection = this.#idle.pop();
    if (connection === undefined) this.#waiting.push(dueMs);
    else connection.send(this.#request, dueMs);
  }

  async #open(): Promise<PacedConnection> {
    const socket = connect({ host: '127.0.0.1', port: this.#options.port, noDelay: true });
    await once(socket, 'connect');
    const connection = new PacedConnection(socket, (isOk) => this.#onReply(connection, isOk));
    this.#all.push(connection);
    return connection;
  }

  #onReply(connection: PacedConnection, isOk: boolean): void {
    const latencyMs = performance.now() - connection.dueMs;
    this.#options.histogram.record(Math.max(1, Math.round(latencyMs * 1000)));
    if (isOk) this.#replies += 1;
    else this.#failures += 1;
    const dueMs = this.#waiting.shift();
    if (dueMs === undefined) this.#idle.push(connection);
    else connection.send(this.#request, dueMs);
  }
}

/** One connection with one request at a time. Knows just enough of HTTP to find the end of a reply with Content-Length. */
class PacedConnection {
  readonly socket: Socket;
  dueMs = 0;
  readonly #onReply: (isOk: boolean) => void;
  #head = '';
  #leftBytes = -1;
  #isOk = false;

  constructor(socket: Socket, onReply: (isOk: boolean) => void) {
    this.socket = socket;
    this.#onReply = onReply;
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    // The replies that are missing at the end tell.
    socket.on('error', () => undefined);
  }

  send(request: Buffer, dueMs: number): void {
    this.dueMs = dueMs;
    this.socket.write(request);
  }

  #read(chunk: Buffer): void {
    if (this.#leftBytes === -1) this.#readHead(chunk);
    else this.#leftBytes -= chunk.length;
    if (this.#leftBytes !== 0) return;
    this.#leftBytes = -1;
    this.#onReply(this.#isOk);
  }

  #readHead(chunk: Buffer): void {
    this.#head += chunk.toString('latin1');
    const end = this.#head.indexOf(END_OF_HEAD);
    if (end === -1) return;
    const head = this.#head.slice(0, end);
    const length = Number(/\r\ncontent-length: *(?<bytes>\d+)/i.exec(head)?.groups?.['bytes']);
    this.#isOk = head.startsWith('HTTP/1.1 200');
    this.#leftBytes = length - (this.#head.length - end - END_OF_HEAD.length);
    this.#head = '';
  }
}
