import { type EgressResponse, sendRequest } from '../core/egress.ts';
import { publishName } from '../core/publish.ts';
import type * as nodeBufferModule from '../node/buffer.ts';
import type * as nodeZlibModule from '../node/zlib.ts';
import { FormData } from './form-data.ts';
import { Headers } from './headers.ts';
import { Request, type RequestInit, Response, withFacts } from './request.ts';
import { URL } from './url.ts';

/** fetch, over the broker. Redirects are followed here; each hop passes the allow-list again. */

const MOST_REDIRECTS = 20;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const NO_BODY = new Set([101, 103, 204, 205, 304]);
/** Fields that must not follow a redirect to another origin. */
const PRIVATE = ['authorization', 'proxy-authorization', 'cookie', 'host'];
const DECODERS: Readonly<Record<string, string>> = {
  gzip: 'gunzipSync',
  'x-gzip': 'gunzipSync',
  deflate: 'inflateSync',
  br: 'brotliDecompressSync',
  zstd: 'zstdDecompressSync',
};

interface Hop {
  method: string;
  url: string;
  headers: Headers;
  body: Uint8Array | undefined;
}

interface Answer {
  readonly response: EgressResponse;
  readonly body: Uint8Array | undefined;
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

function exchange(hop: Hop, signal: Request['signal']): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      giveUp();
      reject(signal.reason);
    };
    const giveUp = sendRequest(
      {
        method: hop.method,
        url: hop.url,
        headers: [...hop.headers],
        body: hop.body,
        timeoutMs: undefined,
      },
      (error, response, body) => {
        signal.removeEventListener('abort', onAbort);
        if (response === undefined) reject(failed(error));
        else resolve({ response, body });
      },
    );
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

function decoded(body: Uint8Array, encodings: string | null): Uint8Array {
  let bytes = body;
  if (encodings === null || bytes.length === 0) return bytes;
  for (const encoding of encodings.toLowerCase().split(',').reverse()) {
    const method = DECODERS[encoding.trim()];
    if (method === undefined) continue;
    const { zlib } = require('../node/zlib.ts') as typeof nodeZlibModule;
    bytes = (zlib[method] as (bytes: Uint8Array) => Uint8Array)(bytes);
  }
  return bytes;
}

function makeResponse({ response, body }: Answer, hop: Hop, isRedirected: boolean): Response {
  const headers = new Headers(response.headers);
  const hasBody = !NO_BODY.has(response.status) && hop.method !== 'HEAD';
  let content: Uint8Array | null = null;
  try {
    if (hasBody) content = decoded(body ?? new Uint8Array(0), headers.get('content-encoding'));
  } catch (error) {
    throw failed(error);
  }
  const { status, statusText } = response;
  return withFacts(new Response(content, { status, statusText, headers }), {
    type: 'basic',
    url: hop.url,
    isRedirected,
  });
}

/** The next hop of a redirect, per the Fetch standard: 303 and POST after 301 or 302 become GET. */
function nextHop(hop: Hop, status: number, location: string): Hop {
  const url = new URL(location, hop.url);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw failed(new Error('URL scheme must be a HTTP(S) scheme'));
  }
  if (url.hash === '') url.hash = new URL(hop.url).hash;
  const headers = new Headers(hop.headers);
  const becomesGet =
    (status === 303 && hop.method !== 'GET' && hop.method !== 'HEAD') ||
    ((status === 301 || status === 302) && hop.method === 'POST');
  if (becomesGet) {
    for (const name of [
      'content-type',
      'content-length',
      'content-encoding',
      'content-language',
      'content-location',
    ]) {
      headers.delete(name);
    }
  }
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
    const { status } = answer.response;
    const location = new Headers(answer.response.headers).get('location');
    if (!REDIRECTS.has(status) || redirect === 'manual' || location === null) {
      return makeResponse(answer, hop, count > 0);
    }
    if (redirect === 'error') throw failed(new Error('unexpected redirect'));
    if (count >= MOST_REDIRECTS) throw failed(new Error('redirect count exceeded'));
    hop = nextHop(hop, status, location);
  }
}
publishName('fetch', fetch);

export { FormData, Headers, Request, Response };
