import { publish } from '../core/publish.ts';
import { Body, contentOf, NOTHING } from './body.ts';
import { AbortController, type AbortSignal } from './events.ts';
import { Headers } from './headers.ts';
import { URL } from './url.ts';

/** Request and Response of the Fetch standard. */

export interface RequestInit {
  readonly method?: string;
  readonly headers?: unknown;
  readonly body?: unknown;
  readonly redirect?: 'follow' | 'error' | 'manual';
  readonly signal?: AbortSignal | null;
  readonly duplex?: string;
  readonly [member: string]: unknown;
}

interface ResponseInit {
  readonly status?: number;
  readonly statusText?: string;
  readonly headers?: unknown;
}

const NORMALIZED = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT']);
const TOKEN = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;
const NULL_BODY_STATUS = new Set([101, 103, 204, 205, 304]);

function methodOf(given: unknown): string {
  const method = String(given);
  const upper = method.toUpperCase();
  if (!TOKEN.test(method) || upper === 'CONNECT' || upper === 'TRACE' || upper === 'TRACK') {
    throw new TypeError(`'${method}' is not a valid HTTP method.`);
  }
  return NORMALIZED.has(upper) ? upper : method;
}

function urlOf(given: unknown): string {
  try {
    const url = new URL(given);
    if (url.username !== '' || url.password !== '') {
      throw new TypeError(
        `Request cannot be constructed from a URL that includes credentials: ${url.href}`,
      );
    }
    return url.href;
  } catch (cause) {
    if (cause instanceof TypeError && cause.message.startsWith('Request cannot')) throw cause;
    throw new TypeError(`Failed to parse URL from ${String(given)}`, { cause });
  }
}

/** What a request takes over from another, or its defaults. */
interface RequestFacts {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly redirect: string;
  readonly signal: AbortSignal;
}

function defaultsFor(input: unknown): RequestFacts {
  return {
    method: 'GET',
    url: urlOf(input),
    headers: new Headers(),
    redirect: 'follow',
    signal: new AbortController().signal,
  };
}

function addContentType(headers: Headers, contentType: string | undefined): void {
  if (contentType !== undefined && !headers.has('content-type')) {
    headers.append('content-type', contentType);
  }
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function checkMayHaveBody(method: string): void {
  if (method === 'GET' || method === 'HEAD') {
    throw new TypeError('Request with GET/HEAD method cannot have body.');
  }
}

export class Request extends Body {
  readonly #method: string;
  readonly #url: string;
  readonly #headers: Headers;
  readonly #signal: AbortSignal;
  readonly #redirect: string;

  constructor(input: unknown, init: RequestInit = {}) {
    const from = input instanceof Request ? input : undefined;
    const base: RequestFacts = from ?? defaultsFor(input);
    const hasBody = isPresent(init.body);
    const method = init.method === undefined ? base.method : methodOf(init.method);
    if (hasBody) checkMayHaveBody(method);
    const content = hasBody || from === undefined ? contentOf(init.body) : from.cloneContent();
    super(content);
    this.#method = method;
    this.#url = base.url;
    this.#headers = new Headers(init.headers ?? base.headers);
    this.#redirect = init.redirect ?? base.redirect;
    this.#signal = init.signal ?? base.signal;
    if (hasBody) addContentType(this.#headers, content.contentType);
  }

  get method(): string {
    return this.#method;
  }
  get url(): string {
    return this.#url;
  }
  get headers(): Headers {
    return this.#headers;
  }
  get signal(): AbortSignal {
    return this.#signal;
  }
  get redirect(): string {
    return this.#redirect;
  }
  get cache(): string {
    return 'default';
  }
  get credentials(): string {
    return 'same-origin';
  }
  get destination(): string {
    return '';
  }
  get duplex(): string {
    return 'half';
  }
  get integrity(): string {
    return '';
  }
  get keepalive(): boolean {
    return false;
  }
  get mode(): string {
    return 'cors';
  }
  get referrer(): string {
    return 'about:client';
  }
  get referrerPolicy(): string {
    return '';
  }

  protected override get contentType(): string | undefined {
    return this.#headers.get('content-type') ?? undefined;
  }

  clone(): Request {
    return new Request(this);
  }
}
publish('Request', Request);

/** Facts of a response that its constructor cannot set. */
interface ResponseFacts {
  type?: string;
  url?: string;
  isRedirected?: boolean;
}

const factsOf = new WeakMap<Response, ResponseFacts>();

function checkHead(status: number, statusText: string, hasBody: boolean): void {
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new RangeError('init["status"] must be in the range of 200 to 599, inclusive.');
  }
  if (!/^[\t\u0020-\u007E\u0080-\u00FF]*$/.test(statusText)) {
    throw new TypeError('Invalid statusText');
  }
  if (hasBody && NULL_BODY_STATUS.has(status)) {
    throw new TypeError(`Response constructor: Invalid response status code ${status}`);
  }
}

export class Response extends Body {
  readonly #status: number;
  readonly #statusText: string;
  readonly #headers: Headers;

  constructor(body?: unknown, init: ResponseInit = {}) {
    const { status = 200, statusText = '', headers } = init ?? {};
    const content = contentOf(body);
    checkHead(status, statusText, content !== NOTHING);
    super(content);
    this.#status = status;
    this.#statusText = statusText;
    this.#headers = new Headers(headers);
    addContentType(this.#headers, content.contentType);
  }

  static json(data: unknown, init: ResponseInit = {}): Response {
    const text = JSON.stringify(data) as string | undefined;
    if (text === undefined) throw new TypeError('Value is not JSON serializable');
    const headers = new Headers(init.headers);
    if (!headers.has('content-type')) headers.set('content-type', 'application/json');
    return new Response(text, { ...init, headers });
  }

  static redirect(url: unknown, status = 302): Response {
    if (![301, 302, 303, 307, 308].includes(status))
      throw new RangeError(`Invalid status code ${status}`);
    return new Response(null, { status, headers: { location: urlOf(url) } });
  }

  static error(): Response {
    return withFacts(new Response(null), { type: 'error' });
  }

  get type(): string {
    return factsOf.get(this)?.type ?? 'default';
  }
  get url(): string {
    return factsOf.get(this)?.url ?? '';
  }
  get redirected(): boolean {
    return factsOf.get(this)?.isRedirected ?? false;
  }
  get status(): number {
    return this.type === 'error' ? 0 : this.#status;
  }
  get ok(): boolean {
    return this.#status >= 200 && this.#status < 300;
  }
  get statusText(): string {
    return this.#statusText;
  }
  get headers(): Headers {
    return this.#headers;
  }

  protected override get contentType(): string | undefined {
    return this.#headers.get('content-type') ?? undefined;
  }

  clone(): Response {
    const { bytes, stream } = this.cloneContent();
    const { status, statusText, headers } = this;
    const copy = new Response(stream ?? bytes, { status, statusText, headers });
    return withFacts(copy, factsOf.get(this) ?? {});
  }
}
publish('Response', Response);

/** Sets what only fetch knows: the final URL, whether it was redirected. */
export function withFacts(response: Response, facts: ResponseFacts): Response {
  factsOf.set(response, facts);
  return response;
}
