import type { EgressContent } from '../core/egress.ts';
import { addTick } from '../core/loop.ts';
import { textOf } from '../core/method-of.ts';
import { invalidArgType, nodeError } from '../core/node-error.ts';
import { publishName } from '../core/publish.ts';
import { Buffer } from './buffer.ts';
import type { Emitter } from './events.ts';
import type { FakeSocket } from './http-socket.ts';
import { Readable, Writable } from './stream.ts';

/** IncomingMessage and OutgoingMessage. */

type StreamClass<T> = new (options?: object) => T;
export type Lines = readonly (readonly [string, string])[];

export interface ReadableLike extends Emitter {
  push(chunk: unknown): boolean;
  destroy(error?: unknown): unknown;
  readonly destroyed: boolean;
  resume(): unknown;
  readonly readableEnded: boolean;
}

export interface WritableLike extends Emitter {
  write(chunk: unknown, ...rest: unknown[]): boolean;
  end(...args: unknown[]): unknown;
  destroy(error?: unknown): unknown;
  readonly destroyed: boolean;
  readonly writableEnded: boolean;
}

/**
 * Fields of which only the first line counts; the others are joined with commas, cookies are kept
 * apart.
 */
const SINGLE = new Set([
  'age',
  'authorization',
  'content-length',
  'content-type',
  'etag',
  'expires',
  'from',
  'host',
  'if-modified-since',
  'if-unmodified-since',
  'last-modified',
  'location',
  'max-forwards',
  'proxy-authorization',
  'referer',
  'retry-after',
  'server',
  'user-agent',
]);

/** What a response ends with when its connection breaks before its end. */
export function aborted(): Error {
  return nodeError(Error, 'ECONNRESET', 'aborted');
}

function collect(lines: Lines): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of lines) {
    const key = name.toLowerCase();
    const before = headers[key];
    if (key === 'set-cookie') headers[key] = [...((before as string[] | undefined) ?? []), value];
    else if (before === undefined) headers[key] = value;
    else if (!SINGLE.has(key))
      headers[key] = `${before as string}${key === 'cookie' ? '; ' : ', '}${value}`;
  }
  return headers;
}

/** What gives a response its content. */
interface Exchange {
  readonly content: EgressContent;
  readonly socket: FakeSocket;
  /** The program ended the response with an error. */
  failed(error: Error): void;
  /** The response is over, in whatever way. */
  ended(): void;
}

/** A response as the client sees it; also the class that servers' adapters extend. */
export class IncomingMessage extends (Readable as unknown as StreamClass<ReadableLike>) {
  statusCode: number | null = null;
  statusMessage: string | null = null;
  httpVersion = '1.1';
  httpVersionMajor = 1;
  httpVersionMinor = 1;
  complete = false;
  aborted = false;
  url = '';
  method: string | null = null;
  rawHeaders: string[] = [];
  headers: Record<string, string | string[]> = {};
  trailers = {};
  rawTrailers: string[] = [];
  socket: unknown;
  req: unknown;
  #exchange: Exchange | undefined;
  #isBroken = false;

  constructor(socket?: unknown) {
    super();
    this.socket = socket;
  }

  get connection(): unknown {
    return this.socket;
  }

  get headersDistinct(): Record<string, string[]> {
    const distinct: Record<string, string[]> = {};
    for (let i = 0; i < this.rawHeaders.length; i += 2) {
      const name = (this.rawHeaders[i] ?? '').toLowerCase();
      distinct[name] = [...(distinct[name] ?? []), this.rawHeaders[i + 1] ?? ''];
    }
    return distinct;
  }

  /** Takes over the head of a response. */
  setHead(status: number, statusText: string, lines: Lines): void {
    this.statusCode = status;
    this.statusMessage = statusText;
    this.headers = collect(lines);
    this.rawHeaders = lines.flatMap(([name, value]) => [name, value]);
  }

  /** From now on the content is read from here. */
  readFrom(exchange: Exchange): void {
    this.#exchange = exchange;
  }

  setTimeout(delayMs: number, callback?: () => void): this {
    if (callback !== undefined) this.on('timeout', callback);
    this.#exchange?.socket.setTimeout(delayMs);
    return this;
  }

  _read(): void {
    const exchange = this.#exchange;
    exchange?.content.read((error, part) => {
      exchange.socket.noteActivity();
      if (this.destroyed) return;
      if (error !== undefined) this.#break(error);
      else if (part === undefined) this.#finish();
      else this.push(Buffer.from(part.buffer, part.byteOffset, part.length));
    });
  }

  /**
   * The connection ended the response, not the program: its request is over without an error of its
   * own.
   */
  #break(error: Error & { readonly code?: string }): void {
    this.#isBroken = true;
    // What the edge worker refuses says more than a connection that breaks.
    this.destroy(error.code?.startsWith('ERR_EGRESS_') === true ? error : aborted());
  }

  #finish(): void {
    this.complete = true;
    this.push(null);
  }

  _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const exchange = this.#exchange;
    if (exchange !== undefined && !(this.complete && this.readableEnded)) {
      this.aborted = true;
      this.emit('aborted');
    }
    exchange?.content.close();
    if (this.#isBroken) exchange?.ended();
    else if (error !== null) exchange?.failed(error);
    addTick(() => {
      // As in Node, a response that nobody watches for errors ends without one.
      done(this.listenerCount('error') > 0 ? error : null);
      addTick(() => exchange?.ended(), []);
    }, []);
  }
}
publishName('IncomingMessage', IncomingMessage);

const TOKEN = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;
const FORBIDDEN = /[^\t\u0020-\u007E\u0080-\u00FF]/;

function checkName(name: unknown): asserts name is string {
  if (typeof name !== 'string' || !TOKEN.test(name)) {
    const message = `Header name must be a valid HTTP token ["${String(name)}"]`;
    throw nodeError(TypeError, 'ERR_INVALID_HTTP_TOKEN', message);
  }
}

function checkValue(name: string, value: unknown): void {
  if (value === undefined) {
    const message = `Invalid value "undefined" for header "${name}"`;
    throw nodeError(TypeError, 'ERR_HTTP_INVALID_HEADER_VALUE', message);
  }
  if (FORBIDDEN.test(textOf(value))) {
    const message = `Invalid character in header content ["${name}"]`;
    throw nodeError(TypeError, 'ERR_INVALID_CHAR', message);
  }
}

export type HeaderValue = string | number | readonly string[];

/** Header methods of requests and server responses. */
export class OutgoingMessage extends (Writable as unknown as StreamClass<WritableLike>) {
  readonly #headers = new Map<string, { readonly name: string; value: HeaderValue }>();
  headersSent = false;
  sendDate = false;
  socket: unknown = null;

  constructor(options: object = {}) {
    // A request that is written is not over: it waits for its response.
    super({ autoDestroy: false, ...options });
  }

  get connection(): unknown {
    return this.socket;
  }

  get finished(): boolean {
    return this.writableEnded;
  }

  setHeader(name: string, value: HeaderValue): this {
    checkName(name);
    for (const each of Array.isArray(value) ? value : [value]) checkValue(name, each);
    if (this.headersSent) {
      const message = 'Cannot set headers after they are sent to the client';
      throw nodeError(Error, 'ERR_HTTP_HEADERS_SENT', message);
    }
    this.#headers.set(name.toLowerCase(), { name, value });
    return this;
  }

  setHeaders(headers: Iterable<readonly [string, HeaderValue]>): this {
    for (const [name, value] of headers) this.setHeader(name, value);
    return this;
  }

  appendHeader(name: string, value: string | readonly string[]): this {
    const before = this.getHeader(name);
    const added = typeof value === 'string' ? [value] : value;
    const all = before === undefined ? added : [...[before].flat().map(String), ...added];
    return this.setHeader(name, all.length === 1 ? (all[0] ?? '') : all);
  }

  getHeader(name: string): HeaderValue | undefined {
    if (typeof name !== 'string') throw invalidArgType('name', 'of type string', name);
    return this.#headers.get(name.toLowerCase())?.value;
  }

  hasHeader(name: string): boolean {
    return this.#headers.has(name.toLowerCase());
  }

  removeHeader(name: string): void {
    this.#headers.delete(name.toLowerCase());
  }

  getHeaders(): Record<string, HeaderValue> {
    const headers = Object.create(null) as Record<string, HeaderValue>;
    for (const [key, { value }] of this.#headers) headers[key] = value;
    return headers;
  }

  getHeaderNames(): string[] {
    return [...this.#headers.keys()];
  }

  getRawHeaderNames(): string[] {
    return [...this.#headers.values()].map(({ name }) => name);
  }

  flushHeaders(): void {}

  addTrailers(): void {}

  setTimeout(_ms?: number, callback?: () => void): this {
    if (callback !== undefined) this.once('timeout', callback);
    return this;
  }

  /** The field lines as they go out. */
  lines(): [string, string][] {
    return [...this.#headers.values()].flatMap(({ name, value }) =>
      [value].flat().map((each): [string, string] => [name, String(each)]),
    );
  }
}
publishName('OutgoingMessage', OutgoingMessage);

/** For adapters that collect a response in memory; nothing here is sent anywhere. */
export class ServerResponse extends OutgoingMessage {
  statusCode = 200;
  statusMessage = '';
  readonly req: unknown;

  constructor(req?: unknown) {
    super();
    this.req = req;
  }

  writeHead(statusCode: number, ...rest: unknown[]): this {
    this.statusCode = statusCode;
    if (typeof rest[0] === 'string') this.statusMessage = rest[0];
    const headers = rest.at(-1);
    if (typeof headers === 'object' && headers !== null) {
      for (const [name, value] of Object.entries(headers))
        this.setHeader(name, value as HeaderValue);
    }
    return this;
  }

  writeContinue(): void {}

  assignSocket(socket: unknown): void {
    this.socket = socket;
  }

  _write(_chunk: unknown, _encoding: string, done: () => void): void {
    done();
  }
}
publishName('ServerResponse', ServerResponse);
