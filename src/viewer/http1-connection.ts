import type { Socket } from 'node:net';
import type { EdgeError } from '../base/edge-error.ts';
import type { Http1Exchange } from './http1-exchange.ts';

// How long a closed connection still takes what the viewer sends, so that the reply is not lost to a reset.
const LINGER_MS = 1_000;
const IPV4_MAPPED = '::ffff:';
// More than come with one read of the socket, so it takes a viewer that goes on sending without its replies. Each request that
// waits takes memory, and the parser cannot be held back between two.
const MAX_PIPELINED = 4_000;

/** One viewer connection and the requests on it whose reply is not complete; with pipelining there are several. */
export class Http1Connection {
  readonly clientIp: string;
  readonly clientPort: number;
  /** No further request of this connection is served. */
  closing = false;
  readonly #socket: Socket;
  readonly #exchanges: Http1Exchange[] = [];
  #isAdvancing = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    const address = socket.remoteAddress ?? '';
    this.clientIp = address.startsWith(IPV4_MAPPED) ? address.slice(IPV4_MAPPED.length) : address;
    this.clientPort = socket.remotePort ?? 0;
  }

  /** True if no request came after this one. */
  isLast(exchange: Http1Exchange): boolean {
    return this.#exchanges.at(-1) === exchange;
  }

  add(exchange: Http1Exchange): void {
    this.#exchanges.push(exchange);
    if (this.#exchanges.length > MAX_PIPELINED) this.destroy();
  }

  remove(exchange: Http1Exchange): void {
    const index = this.#exchanges.indexOf(exchange);
    if (index !== -1) this.#exchanges.splice(index, 1);
    if (this.#exchanges.length > 0) this.advance();
  }

  /**
   * Begins the oldest exchange if it has not begun. Pipelined requests are served one after the other: they may depend on each
   * other (RFC 9112 §9.3.2), and one connection must not take what is there for many.
   */
  advance(): void {
    // A reply that is there at once comes back here; a loop instead of a call for each spares the stack.
    if (this.#isAdvancing) return;
    this.#isAdvancing = true;
    let hasBegun = true;
    // What nobody waits for any more does not begin.
    while (hasBegun && !this.#socket.destroyed) hasBegun = this.#exchanges[0]?.begin() === true;
    this.#isAdvancing = false;
  }

  /** Ends a connection without open exchanges, after what was written: a reply begun before a drain promised keep-alive. */
  closeIfIdle(): void {
    if (this.#exchanges.length > 0 || this.#socket.destroyed) return;
    this.closing = true;
    this.#socket.end();
    this.#destroyAfterLinger();
  }

  /** Tells every open exchange that its viewer is gone. */
  onClosed(): void {
    for (const exchange of this.#exchanges.slice()) exchange.onConnectionClosed();
  }

  /**
   * Nothing moved for the idle time. The connection ends if the viewer is the one who does not move; while the request is
   * worked on, the silence is ours.
   */
  onIdle(contentTimeout: () => EdgeError): void {
    const last = this.#exchanges.at(-1);
    if (last === undefined || this.#socket.writableLength > 0) {
      this.destroy();
      return;
    }
    if (last.isWaitingForContent) last.failContent(contentTimeout());
    this.#socket.setTimeout(this.#socket.timeout ?? 0);
  }

  /** The bytes after the last request head are not HTTP. False if no request on the connection is open. */
  onBroken(error: EdgeError): boolean {
    const last = this.#exchanges.at(-1);
    if (last === undefined) return false;
    this.closing = true;
    if (last.hasIncompleteRequest) last.failContent(error);
    return true;
  }

  /** Writes a whole response and closes, for bytes that never became a request. */
  refuse(response: Uint8Array): void {
    this.closing = true;
    if (!this.#socket.writable) {
      this.destroy();
      return;
    }
    this.#socket.end(response);
    this.#destroyAfterLinger();
  }

  /**
   * Changes how the connection closes after its last reply: what the viewer is still sending is read for a while. Closing at
   * once would reset the connection, and the viewer might never see the reply (RFC 9112 §9.6).
   */
  lingerOnClose(): void {
    this.closing = true;
    this.#socket.destroySoon = () => {
      this.#socket.end();
      this.#destroyAfterLinger();
    };
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Ends the connection so that the viewer sees it, even where the end of the connection is the end of the content. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  #destroyAfterLinger(): void {
    const timer = setTimeout(() => this.destroy(), LINGER_MS);
    this.#socket.once('close', () => clearTimeout(timer));
  }
}
