import type { ServerResponse } from 'node:http';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { replyJson, type Service, type ServiceRequest } from './services.ts';

/** Content that is answered as a stream, since it is longer than what is answered whole. */
export const BYTES = Buffer.alloc(300_000, 1).fill(2, 299_999);
export const LONG = { parts: 40, partBytes: 16_384 };

const ECHOED = [
  'accept',
  'authorization',
  'content-length',
  'content-type',
  'cookie',
  'transfer-encoding',
  'x-client',
  'x-many',
] as const;

/**
 * An API with everything that HTTP clients must cope with. `/never` and `/endless` wait for the
 * caller to leave.
 */
export function createApi(): Service {
  let calls = 0;
  const answers: Record<string, Service> = {
    '/item': ({ url }, response) =>
      replyJson(response, { id: new URLSearchParams(url.split('?')[1]).get('id') }),
    '/echo': (request, response) => replyJson(response, echoOf(request)),
    '/redirect': (_, response) => response.writeHead(302, { Location: '/item?id=moved' }).end(),
    '/bytes': (_, response) => response.end(BYTES),
    '/long': (_, response) => void writeLong(response),
    '/gzip': (_, response) =>
      response
        .writeHead(200, { 'Content-Encoding': 'gzip', 'Content-Type': 'application/json' })
        .end(gzipSync('{"packed":true}')),
    '/missing': (_, response) => replyJson(response, { error: 'no such item' }, 404),
    '/cookies': (_, response) =>
      response.writeHead(200, { 'Set-Cookie': ['a=1', 'b=2; Path=/'], 'X-Name': 'n' }).end(),
    '/flaky': (_, response) => {
      calls += 1;
      if (calls === 1) response.writeHead(503).end();
      else response.end('at last');
    },
    '/slow': (_, response) => void writeSlowly(response, 0),
    '/halting': (_, response) => void writeSlowly(response, 60_000),
    '/cut': (_, response) => void cutOff(response),
    '/reset': ({ socket }) => socket.destroy(),
    '/never': () => undefined,
    '/endless': (_, response) => response.write('the first part'),
  };
  return (request, response) => {
    const answer = answers[request.url.replace(/\?.*/, '')];
    if (answer === undefined) response.writeHead(404).end();
    else answer(request, response);
  };
}

function echoOf({ method, url, headers, content }: ServiceRequest): object {
  const echoed = ECHOED.filter((name) => headers[name] !== undefined);
  return {
    method,
    url,
    headers: Object.fromEntries(echoed.map((name) => [name, headers[name]])),
    text: content.toString(),
  };
}

/**
 * Two parts with a pause between them, longer than the edge worker waits for a response as a whole.
 */
async function writeSlowly(response: ServerResponse, pauseMs: number): Promise<void> {
  response.write('first');
  await setTimeout(50 + pauseMs, undefined, { ref: false });
  response.end('second');
}

/** Less than the Content-Length says. */
async function cutOff(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'Content-Length': '100' }).write('first');
  await setTimeout(50);
  response.destroy();
}

async function writeLong(response: ServerResponse): Promise<void> {
  for (let part = 0; part < LONG.parts; part += 1) {
    response.write(Buffer.alloc(LONG.partBytes, part));
    await setImmediate();
  }
  response.end();
}
