import { type EgressResponse, sendRequest } from '../core/egress.ts';
import { publishName } from '../core/publish.ts';
import type * as nodeBufferModule from '../node/buffer.ts';
import { FormData } from './form-data.ts';
import { Headers } from './headers.ts';
import { Request, type RequestInit, Response, withFacts } from './request.ts';
import { contentStream, decoded } from './response-content.ts';
import type { WebReadableStream } from './streams.ts';
import { URL } from './url.ts';

/** fetch, over the broker. Redirects are followed here; each hop passes the allow-list again. */

const MOST_REDIRECTS = 20;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const NO_BODY = new Set([101, 103, 204, 205, 304]);
/** Fields that must not follow a redirect to another origin. */
const PRIVATE = ['authorization', 'proxy-authorization', 'cookie', 'host'];
interface Hop {
  method: string;
  url: string;
  headers: Headers;
  body: Uint8Array | undefined;
}

function failed(cause: unknown): TypeError {
  return new TypeError('fetch failed', { cause });
}

function addDefaults(headers: Headers): void {
  const defaults: Readonly<Record<string, string>> = {
    accept: '*/*',
    'accept-language': '*',
    'sec-fetch-mode': 'cors',
    'user-agent': 'node',
    'accept-encoding': 'gzip, deflate',
  };
  for (const [name, value] of Object.entries(defaults)) {
    if (!headers.has(name)) headers.set(name, value);
  }
}

function exchange(hop: Hop, signal: Request['signal']): Promise<EgressResponse> {
  return new Promise((resolve, reject) => {
    const { method, url, body } = hop;
    const onAbort = (): void => {
      giveUp();
      reject(signal.reason);
    };
    const request = { method, url, headers: [...hop.headers], body };
    const giveUp = sendRequest(request, (error, response) => {
      signal.removeEventListener('abort', onAbort);
      if (response === undefined) reject(failed(error));
      else resolve(response);
    });
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

function makeResponse(answer: EgressResponse, hop: Hop, facts: ResponseFacts): Response {
  const { status, statusText, content } = answer;
  const headers = new Headers(answer.headers);
  let body: Uint8Array | WebReadableStream | null = null;
  if (!NO_BODY.has(status) && hop.method !== 'HEAD') {
    const encodings = headers.get('content-encoding');
    try {
      body =
        content.whole === undefined
          ? contentStream(content, encodings, facts.signal)
          : decoded(content.whole, encodings);
    } catch (error) {
      throw failed(error);
    }
  }
  const { isRedirected } = facts;
  const made = new Response(body, { status, statusText, headers });
  return withFacts(made, { type: 'basic', url: hop.url, isRedirected });
}

interface ResponseFacts {
  readonly isRedirected: boolean;
  readonly signal: Request['signal'];
}

/** Fields about content that a redirect has dropped. */
const OF_CONTENT = [
  'content-type',
  'content-length',
  'content-encoding',
  'content-language',
  'content-location',
];

/** Fetch standard, HTTP-redirect fetch: 303, and POST after 301 or 302, become GET. */
function isRepeatedAsGet(method: string, status: number): boolean {
  if (status === 303) return method !== 'GET' && method !== 'HEAD';
  return (status === 301 || status === 302) && method === 'POST';
}

/** The next hop of a redirect. */
function nextHop(hop: Hop, status: number, location: string): Hop {
  const url = new URL(location, hop.url);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw failed(new Error('URL scheme must be a HTTP(S) scheme'));
  }
  if (url.hash === '') url.hash = new URL(hop.url).hash;
  const headers = new Headers(hop.headers);
  const becomesGet = isRepeatedAsGet(hop.method, status);
  if (becomesGet) for (const name of OF_CONTENT) headers.delete(name);
  if (url.origin !== new URL(hop.url).origin) for (const name of PRIVATE) headers.delete(name);
  return {
    method: becomesGet ? 'GET' : hop.method,
    url: url.href,
    headers,
    body: becomesGet ? undefined : hop.body,
  };
}

async function fetchData(url: string): Promise<Response> {
  const [, type = '', isBase64, data = ''] = /^data:([^,]*?)(;\s*base64)?,(.*)$/is.exec(url) ?? [];
  const { Buffer } = require('../node/buffer.ts') as typeof nodeBufferModule;
  const text = decodeURIComponent(data.replace(/#.*$/, ''));
  const bytes = Buffer.from(text, isBase64 === undefined ? 'utf8' : 'base64');
  const headers = { 'content-type': type === '' ? 'text/plain;charset=US-ASCII' : type };
  return withFacts(new Response(bytes, { headers }), { type: 'basic', url });
}

export async function fetch(input: unknown, init?: RequestInit): Promise<Response> {
  const request = new Request(input, init);
  const { signal, redirect } = request;
  if (signal.aborted) throw signal.reason;
  if (request.url.startsWith('data:')) return fetchData(request.url);
  const hasBody = request.body !== null;
  const headers = new Headers(request.headers);
  addDefaults(headers);
  let hop: Hop = {
    method: request.method,
    url: request.url,
    headers,
    body: hasBody ? await request.bytes() : undefined,
  };
  for (let count = 0; ; count += 1) {
    const answer = await exchange(hop, signal);
    const { status, headers, content } = answer;
    const location = new Headers(headers).get('location');
    if (!REDIRECTS.has(status) || redirect === 'manual' || location === null) {
      return makeResponse(answer, hop, { isRedirected: count > 0, signal });
    }
    content.close();
    if (redirect === 'error') throw failed(new Error('unexpected redirect'));
    if (count >= MOST_REDIRECTS) throw failed(new Error('redirect count exceeded'));
    hop = nextHop(hop, status, location);
  }
}
publishName('fetch', fetch);

export { FormData, Headers, Request, Response };
