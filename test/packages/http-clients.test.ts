import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApi, LONG } from './api-service.ts';
import { type PackageEdge, startPackageEdge } from './package-edge.ts';
import { type ServiceRequest, type Services, startServices } from './services.ts';

const API = 'https://api.example.com';
const events = createRequire(import.meta.url)('./functions/events.js') as {
  readonly names: readonly string[];
  run(name: string, origin: string): Promise<string[]>;
};

describe('packages that speak HTTP', () => {
  let services: Services;
  let packages: PackageEdge;

  beforeAll(async () => {
    const api = createApi();
    services = await startServices({ 'api.example.com': api, '127.0.0.1': api });
    const settings = { network: services.network(API, 'http://api.example.com') };
    packages = await startPackageEdge({
      'axios.js': settings,
      'node-fetch.js': settings,
      'got.mjs': settings,
      'fetch.mjs': settings,
      'https-request.js': settings,
      'events.js': settings,
    });
  });

  afterAll(async () => {
    await packages[Symbol.asyncDispose]();
    await services[Symbol.asyncDispose]();
  });

  /**
   * Runs one case of one function; gives what the viewer got and what the service saw meanwhile.
   */
  async function run(client: string, name: string) {
    const before = services.requests.all.length;
    const { status, value } = await packages.getJson(`/${client}/${name}`);
    return { status, value, seen: services.requests.all.slice(before) };
  }

  const clients = ['axios', 'node-fetch', 'got', 'fetch'];

  test.each(clients)('%s gets JSON', async (client) => {
    const { status, value, seen } = await run(client, 'get');
    expect(status).toBe(200);
    expect(value).toMatchObject({ status: 200, type: 'application/json' });
    expect(value.data.id).toBe(client === 'axios' || client === 'got' ? 'a b' : '1');
    expect(seen.map(lineOf)).toEqual([expect.stringMatching(/^GET \/item\?id=(a\+b|a%20b|1)$/)]);
  });

  test.each(clients)('%s posts JSON', async (client) => {
    const { value, seen } = await run(client, 'post');
    expect(seen.map(lineOf)).toEqual(['POST /echo']);
    expect(value.headers['content-type']).toMatch(/^application\/json/);
    expect(value.headers['content-length']).toBe(String(value.text.length));
    expect(JSON.parse(value.text)).toMatchObject({ name: 'edge' });
  });

  test.each(clients)('%s follows a redirect', async (client) => {
    const { value, seen } = await run(client, 'redirect');
    expect(value).toMatchObject({ data: { id: 'moved' }, url: `${API}/item?id=moved` });
    expect(seen.map(lineOf)).toEqual(['GET /redirect', 'GET /item?id=moved']);
  });

  test.each(clients)('%s reads bytes as they are', async (client) => {
    const { value } = await run(client, 'buffer');
    expect(value).toMatchObject({ length: 300_000, first: 1, last: 2 });
  });

  test.each(clients)('%s reads a long response as a stream', async (client) => {
    const { value } = await run(client, 'stream');
    expect(value).toEqual({ length: LONG.parts * LONG.partBytes });
  });

  test.each(clients)('%s decodes gzip', async (client) => {
    expect((await run(client, 'gzip')).value).toEqual({ packed: true });
  });

  test.each([
    ['axios', 502, { code: 'ERR_BAD_REQUEST', status: 404, data: { error: 'no such item' } }],
    ['node-fetch', 200, { ok: false, status: 404, text: '{"error":"no such item"}' }],
    ['got', 502, { name: 'HTTPError', status: 404 }],
    ['fetch', 200, { ok: false, status: 404, text: '{"error":"no such item"}' }],
  ])('%s reports a 404', async (client, status, expected) => {
    const outcome = await run(client, 'missing');
    expect(outcome.status).toBe(status);
    expect(outcome.value).toMatchObject(expected);
  });

  test.each([
    ['axios', { code: 'ECONNABORTED', message: 'timeout of 200ms exceeded' }],
    ['node-fetch', { type: 'request-timeout' }],
    ['got', { name: 'TimeoutError', code: 'ETIMEDOUT' }],
    ['fetch', { name: 'TimeoutError', code: 23 }],
    ['https-request', { message: 'too slow' }],
  ])('%s gives up after its own timeout, and the service sees it', async (client, expected) => {
    const { status, value, seen } = await run(client, 'timeout');
    expect(status).toBe(502);
    expect(value).toMatchObject(expected);
    await closing(seen[0]);
  });

  test.each([
    ['axios', { name: 'CanceledError', code: 'ERR_CANCELED' }],
    ['node-fetch', { name: 'AbortError', type: 'aborted' }],
  ])('%s is aborted, and the service sees it', async (client, expected) => {
    const { value, seen } = await run(client, 'abort');
    expect(value).toMatchObject(expected);
    await closing(seen[0]);
  });

  test.each([
    ['axios', { code: 'ECONNRESET', message: 'socket hang up' }],
    ['node-fetch', { name: 'FetchError', code: 'ECONNRESET' }],
    ['got', { name: 'RequestError', code: 'ECONNRESET' }],
    ['fetch', { name: 'TypeError', message: 'fetch failed' }],
    ['https-request', { code: 'ECONNRESET', message: 'socket hang up' }],
  ])('%s reports a connection that breaks', async (client, expected) => {
    const { status, value } = await run(client, 'reset');
    expect(status).toBe(502);
    expect(value).toMatchObject(expected);
  });

  test('axios sends forms and credentials', async () => {
    const form = await run('axios', 'form');
    expect(form.value).toMatchObject({ method: 'POST', text: 'a=1&b=x+y' });
    expect(form.value.headers['content-type']).toBe(
      'application/x-www-form-urlencoded;charset=utf-8',
    );
    const basic = await run('axios', 'basic');
    expect(basic.value.headers).toMatchObject({ authorization: 'Basic dTpw', 'x-client': 'edge' });
  });

  test('node-fetch leaves a redirect alone when told so', async () => {
    const { value } = await run('node-fetch', 'manual');
    expect(value).toEqual({ status: 302, location: `${API}/item?id=moved` });
  });

  test('got retries', async () => {
    const { value, seen } = await run('got', 'retry');
    expect(value).toEqual({ body: 'at last', retryCount: 1 });
    expect(seen).toHaveLength(2);
  });

  test('fetch sends forms and keeps cookies apart', async () => {
    const form = await run('fetch', 'form');
    expect(form.value).toMatchObject({ method: 'PUT', text: 'a=1&b=x+y' });
    expect((await run('fetch', 'cookies')).value).toEqual(['a=1', 'b=2; Path=/']);
  });

  test('fetch sends files and streams', async () => {
    const { value } = await run('fetch', 'multipart');
    expect(value.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    expect(value.text).toContain(
      'name="file"; filename="file.txt"\r\nContent-Type: text/plain\r\n',
    );
    expect((await run('fetch', 'stream-body')).value.text).toBe('one, two');
  });

  test('fetch clones a response that is still coming', async () => {
    const length = LONG.parts * LONG.partBytes;
    expect((await run('fetch', 'clone')).value).toEqual([length, length]);
  });

  test('fetch is aborted while it reads, and the service sees it', async () => {
    const { value, seen } = await run('fetch', 'abort-in-content');
    expect(value).toMatchObject({ name: 'AbortError', message: 'This operation was aborted' });
    await closing(seen[0]);
  });

  test('fetch reads the first part of a response that never ends and leaves', async () => {
    const { value, seen } = await run('fetch', 'first-part');
    expect(value).toEqual({ text: 'the first part' });
    await closing(seen[0]);
  });

  test('https.request gives status, fields and content as Node does', async () => {
    expect((await run('https-request', 'get')).value).toEqual({
      status: 200,
      statusMessage: 'OK',
      httpVersion: '1.1',
      data: { id: '1' },
    });
    expect((await run('https-request', 'head')).value).toMatchObject({ status: 200, text: '' });
    const cookies = await run('https-request', 'cookies');
    expect(cookies.value.cookies).toEqual(['a=1', 'b=2; Path=/']);
    expect(cookies.value.names.slice(0, 3)).toEqual(['Set-Cookie', 'Set-Cookie', 'X-Name']);
  });

  test('https.request sends UTF-8 and repeated fields', async () => {
    const { value } = await run('https-request', 'put');
    expect(value).toMatchObject({ method: 'PUT', text: 'grüße' });
    expect(value.headers).toMatchObject({ 'content-type': 'text/plain', 'x-many': 'a, b' });
  });

  test('http.request reaches a server without TLS', async () => {
    expect((await run('https-request', 'plain')).value).toMatchObject({
      method: 'GET',
      url: '/echo',
    });
  });

  test.each(events.names)('events of http.request are those of Node: %s', async (name) => {
    const { value } = await packages.getJson(`/events/${encodeURIComponent(name)}`);
    expect(value).toEqual(await events.run(name, services.httpOrigin));
  });

  async function closing(request: ServiceRequest | undefined): Promise<void> {
    // On a busy machine a client may give up before its request is there.
    if (request === undefined) return;
    await services.closed.waitFor((socket) => socket === request?.socket);
  }
});

function lineOf({ method, url }: ServiceRequest): string {
  return `${method} ${url}`;
}
