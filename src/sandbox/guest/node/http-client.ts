import { type EgressResponse, sendRequest } from '../core/egress.ts';
import { addTick } from '../core/loop.ts';
import { invalidArgType, nodeError } from '../core/node-error.ts';
import { publishName } from '../core/publish.ts';
import { URL } from '../web/url.ts';
import { Buffer } from './buffer.ts';
import { joinBytes } from './crypto-bytes.ts';
import { aborted, type HeaderValue, IncomingMessage, OutgoingMessage } from './http-message.ts';
import { FakeSocket } from './http-socket.ts';
import { urlModule } from './url.ts';

/**
 * ClientRequest: collects what is written, sends it when it ends, and gives the response as a
 * stream.
 */

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
  readonly #socket: FakeSocket;
  #watchesTimeout = false;
  #hasFailed = false;
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
    this.#socket = new FakeSocket(this.protocol === 'https:', (error) => this.destroy(error));
    this.socket = this.#socket;
    this.#socket.on('timeout', () => {
      if (this.#watchesTimeout) this.emit('timeout');
      this.res?.emit('timeout');
    });
    if (options.timeout !== undefined && options.timeout > 0) this.setTimeout(options.timeout);
    addTick(() => this.#announceSocket(), []);
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

  override setTimeout(delayMs: number, callback?: () => void): this {
    if (callback !== undefined) this.once('timeout', callback);
    this.#watchesTimeout = true;
    this.#socket.setTimeout(delayMs);
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
      { method: this.method, url: this.#url, headers, body },
      (error, response) => {
        this.#giveUp = undefined;
        this.#socket.noteActivity();
        if (response === undefined) this.destroy(error);
        else this.#receive(response);
      },
    );
    done();
  }

  _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#giveUp?.();
    this.#socket.destroy();
    const failure = error ?? (this.res === null ? hangUp() : null);
    // The order of events is Node's: the error of the request, the end of the response, the close
    // of the request.
    addTick(() => {
      if (failure !== null && !this.#hasFailed) this.emit('error', failure);
      if (this.res?.complete === false) this.res.destroy(aborted());
      done(null);
    }, []);
  }

  #fail(error: Error): void {
    if (this.destroyed) return;
    this.#hasFailed = true;
    addTick(() => this.emit('error', error), []);
  }

  #announceSocket(): void {
    if (this.destroyed) return;
    this.emit('socket', this.#socket);
    // RFC 9110 §10.1.1: the edge worker sends no Expect; whoever waits for the permission has it.
    if (/^100-continue$/i.test(String(this.getHeader('expect') ?? ''))) this.emit('continue');
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

  #receive({ status, statusText, headers, content }: EgressResponse): void {
    const response = new IncomingMessage(this.socket);
    response.setHead(status, statusText, headers);
    response.req = this;
    response.readFrom({
      content,
      socket: this.#socket,
      failed: (error) => this.#fail(error),
      ended: () => this.destroy(),
    });
    this.res = response;
    response.once('end', () => this.destroy());
    // As in Node, a response that nobody listens to is thrown away.
    if (!this.emit('response', response)) response.resume();
  }
}
publishName('ClientRequest', ClientRequest);
