import { sendRequest } from '../core/egress.ts';
import { addTick } from '../core/loop.ts';
import { invalidArgType, nodeError } from '../core/node-error.ts';
import { publishName } from '../core/publish.ts';
import { URL } from '../web/url.ts';
import { Buffer } from './buffer.ts';
import { joinBytes } from './crypto-bytes.ts';
import { FakeSocket, type HeaderValue, IncomingMessage, OutgoingMessage } from './http-message.ts';
import { Timeout } from './timers.ts';
import { urlModule } from './url.ts';

/** ClientRequest: collects what is written, sends it when it ends, and gives the response as a stream. */

export interface RequestOptions {
  readonly protocol?: string | null;
  readonly host?: string | null;
  readonly hostname?: string | null;
  readonly port?: number | string | null;
  readonly path?: string | null;
  readonly method?: string;
  readonly headers?: unknown;
  readonly auth?: string | null;
  readonly timeout?: number;
  readonly agent?: unknown;
  readonly signal?: SignalLike;
  readonly setHost?: boolean;
  readonly defaultPort?: number;
  readonly socketPath?: unknown;
}

interface SignalLike {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void, options?: object): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

type Callback = (response: unknown) => void;

/** `(url[, options])` or `(options)` as one record. */
export function requestOptions(args: readonly unknown[], protocol: string): RequestOptions {
  const [first, second] = args;
  if (typeof first === 'string' || first instanceof URL) {
    const url = typeof first === 'string' ? new URL(first) : first;
    return { protocol, ...urlModule.urlToHttpOptions(url), ...(second as object | undefined) };
  }
  const options = (first ?? {}) as RequestOptions;
  const agentProtocol = (options.agent as { protocol?: string } | undefined)?.protocol;
  return { ...options, protocol: options.protocol ?? agentProtocol ?? protocol };
}

function checkTarget({ protocol, path }: RequestOptions): void {
  if (protocol !== 'http:' && protocol !== 'https:') {
    const message = `Protocol "${String(protocol)}" not supported. Expected "http:"`;
    throw nodeError(TypeError, 'ERR_INVALID_PROTOCOL', message);
  }
  if (typeof path === 'string' && /[^\u0021-\u00FF]/.test(path)) {
    const message = 'Request path contains unescaped characters';
    throw nodeError(TypeError, 'ERR_UNESCAPED_CHARACTERS', message);
  }
}

/** Host and port as a URL writes them; an IPv6 address gets its brackets. */
function authorityOf(options: RequestOptions): string {
  const host = options.hostname ?? options.host ?? 'localhost';
  const isBareIpv6 = host.includes('::') || host.split(':').length > 2;
  const name = isBareIpv6 && !host.startsWith('[') ? `[${host}]` : host;
  const port = options.port ?? '';
  return port === '' ? name : `${name.replace(/(?<!\[[^\]]*):\d+$/, '')}:${port}`;
}

function urlOf(options: RequestOptions): string {
  checkTarget(options);
  return `${options.protocol}//${authorityOf(options)}${options.path || '/'}`;
}

function hangUp(): Error {
  return nodeError(Error, 'ECONNRESET', 'socket hang up');
}

export class ClientRequest extends OutgoingMessage {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly protocol: string;
  readonly agent: unknown;
  readonly timeout: number | undefined;
  readonly reusedSocket = false;
  readonly maxHeadersCount = null;
  aborted = false;
  res: IncomingMessage | null = null;
  readonly #url: string;
  readonly #chunks: Uint8Array[] = [];
  readonly #signal: SignalLike | undefined;
  #timer: Timeout | undefined;
  #giveUp: (() => void) | undefined;

  constructor(given: RequestOptions | string, callback?: Callback) {
    super();
    const options = typeof given === 'string' ? requestOptions([given], 'http:') : given;
    if (options.method !== undefined && typeof options.method !== 'string') {
      throw invalidArgType('options.method', 'of type string', options.method);
    }
    this.#url = urlOf(options);
    this.method = (options.method ?? 'GET').toUpperCase();
    this.path = options.path || '/';
    this.host = options.host ?? options.hostname ?? 'localhost';
    this.protocol = String(options.protocol);
    this.agent = options.agent;
    this.timeout = options.timeout;
    this.#setHeaders(options);
    if (callback !== undefined) this.once('response', callback);
    this.#signal = options.signal;
    this.#watchSignal();
    if (options.timeout !== undefined && options.timeout > 0) this.setTimeout(options.timeout);
    const socket = new FakeSocket();
    this.socket = socket;
    addTick(() => this.destroyed || this.emit('socket', socket), []);
  }

  abort(): void {
    if (this.aborted) return;
    this.aborted = true;
    addTick(() => this.emit('abort'), []);
    this.destroy();
  }

  setNoDelay(): void {}

  setSocketKeepAlive(): void {}

  onSocket(): void {}

  override setTimeout(delayMs?: number, callback?: () => void): this {
    this.#timer?.close();
    if (callback !== undefined) this.once('timeout', callback);
    if (delayMs === undefined || delayMs <= 0) return this;
    const run = (): void => {
      this.emit('timeout');
      (this.socket as FakeSocket).emit('timeout');
    };
    this.#timer = new Timeout(run, delayMs, [], false).unref();
    return this;
  }

  _write(chunk: Uint8Array | string, encoding: string, done: () => void): void {
    this.#chunks.push(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk.slice());
    done();
  }

  _final(done: () => void): void {
    this.headersSent = true;
    const body = this.#chunks.length === 0 ? undefined : joinBytes(this.#chunks);
    const headers = this.lines().filter(
      ([name]) => !/^(?:transfer-encoding|connection|keep-alive)$/i.test(name),
    );
    this.#giveUp = sendRequest(
      { method: this.method, url: this.#url, headers, body, timeoutMs: undefined },
      (error, response, content) => {
        this.#giveUp = undefined;
        this.#timer?.close();
        if (this.destroyed) return;
        if (response === undefined) this.destroy(error);
        else this.#receive(response, content);
      },
    );
    done();
  }

  _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#giveUp?.();
    this.#timer?.close();
    (this.socket as FakeSocket | null)?.destroy();
    const { res } = this;
    if (res !== null && !res.complete) {
      res.aborted = true;
      // As in Node, a response that nobody watches for errors ends without one.
      res.destroy(res.listenerCount('error') > 0 ? (error ?? hangUp()) : undefined);
    }
    done(error ?? (res === null ? hangUp() : null));
  }

  #setHeaders({ headers, auth }: RequestOptions): void {
    if (Array.isArray(headers)) {
      const pairs = headers.every((each) => Array.isArray(each))
        ? (headers as [string, string][])
        : headers.flatMap((each, i): [string, string][] =>
            i % 2 === 0 ? [[each as string, headers[i + 1] as string]] : [],
          );
      for (const [name, value] of pairs) this.appendHeader(name, value);
    } else if (typeof headers === 'object' && headers !== null) {
      for (const [name, value] of Object.entries(headers)) {
        if (value !== undefined) this.setHeader(name, value as HeaderValue);
      }
    }
    if (auth && !this.hasHeader('authorization')) {
      this.setHeader('Authorization', `Basic ${Buffer.from(auth).toString('base64')}`);
    }
    if (!this.hasHeader('host')) this.setHeader('Host', new URL(this.#url).host);
  }

  #watchSignal(): void {
    const signal = this.#signal;
    if (signal === undefined) return;
    const abort = (): void => {
      const error = nodeError(Error, 'ABORT_ERR', 'The operation was aborted');
      error.name = 'AbortError';
      this.destroy(error);
    };
    if (signal.aborted) addTick(abort, []);
    else {
      signal.addEventListener('abort', abort, { once: true });
      this.once('close', () => signal.removeEventListener('abort', abort));
    }
  }

  #receive(
    head: { status: number; statusText: string; headers: readonly (readonly [string, string])[] },
    content?: Uint8Array,
  ): void {
    const response = new IncomingMessage(this.socket);
    response.setHead(head.status, head.statusText, head.headers);
    response.req = this;
    this.res = response;
    const hasListener = this.emit('response', response);
    if (this.destroyed) return;
    if (content !== undefined && content.length > 0 && this.method !== 'HEAD') {
      response.push(Buffer.from(content.buffer, content.byteOffset, content.length));
    }
    response.complete = true;
    response.push(null);
    // As in Node, a response that nobody listens to is thrown away.
    if (!hasListener) (response as unknown as { resume(): void }).resume();
    response.once('end', () => addTick(() => this.destroy(), []));
  }
}
publishName('ClientRequest', ClientRequest);
