import { createHash } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import type { ServerResponse } from 'node:http';
import { hostname } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addressKind } from '../../src/host/egress/private-address.ts';
import { createApi } from './api-service.ts';
import { type PackageEdge, startPackageEdge } from './package-edge.ts';
import { replyJson, type Service, type Services, startServices } from './services.ts';

const API = 'https://api.example.com';
// A name that resolves to an address of this machine, which functions must not reach unless it is
// named itself.
const privateName = await nameWithPrivateAddress();

describe('the network of functions', () => {
  let services: Services;
  let packages: PackageEdge;

  beforeAll(async () => {
    services = await startServices({ 'api.example.com': createNetworkApi() });
    const network = services.network(API);
    const allow = [API, ...(privateName === undefined ? [] : [`http://${privateName}`])];
    packages = await startPackageEdge({
      'network.mjs': { network: { ...network, allow } },
      'waiting.js': { network, cpuMs: 100 },
      'impatient.js': { network, timeoutMs: 800 },
      'prefetch.js': { network },
      'top-level.mjs': { network },
    });
  });

  afterAll(async () => {
    await packages[Symbol.asyncDispose]();
    await services[Symbol.asyncDispose]();
  });

  test.each([
    ['denied', 'https://elsewhere.example.org:8443'],
    ['metadata', 'http://169.254.169.254'],
  ])('%s: a server that is not allowed is refused with the line to add', async (name, server) => {
    const { status, value } = await packages.getJson(`/network/${name}`);
    expect([status, value.message]).toEqual([502, 'fetch failed']);
    expect(value.cause).toMatchObject({
      code: 'ERR_EGRESS_DENIED',
      message: `Cannot reach ${server}: not in the allow-list of function "network"; to permit it add "${server}" to functions.network.network.allow`,
    });
    const logged = packages.edge.logs.find(({ facts }) => facts.target === server);
    expect(logged).toMatchObject({ level: 'warn', facts: { function: 'network', method: 'GET' } });
  });

  test('https.get reports a denied server as an error of the request', async () => {
    const { value } = await packages.getJson('/network/denied-https');
    expect(value).toMatchObject({
      code: 'ERR_EGRESS_DENIED',
      message: expect.stringContaining('to permit it add "https://elsewhere.example.org"'),
    });
  });

  test.skipIf(privateName === undefined)(
    'a name that is allowed but has a private address is refused',
    async () => {
      const url = encodeURIComponent(`http://${privateName}/`);
      const { value } = await packages.getJson(`/network/private?url=${url}`);
      expect(value.cause.code).toBe('ERR_EGRESS_DENIED');
      expect(value.cause.message).toMatch(/its address \S+ is not public .* to permit it add /);
    },
  );

  test('waiting takes no CPU', async () => {
    const { status, value } = await packages.getJson('/waiting/');
    expect([status, value]).toEqual([200, { text: 'at last' }]);
  });

  test('connections live on between invocations', async () => {
    const sockets = new Set();
    for (let call = 0; call < 3; call += 1) {
      expect((await packages.getJson('/network/keep-alive')).value).toEqual({ status: 200 });
      sockets.add(services.requests.all.at(-1)?.socket);
    }
    expect(sockets.size).toBe(1);
  });

  test('requests of one invocation go out together', async () => {
    const { value } = await packages.getJson('/network/together');
    expect(value.texts).toEqual(Array.from({ length: 8 }, () => 'all 8 are here'));
  });

  test('invocations wait for their requests at the same time', async () => {
    const calls = Array.from({ length: 5 }, () => packages.getJson('/network/meet'));
    const texts = (await Promise.all(calls)).map(({ value }) => value.text);
    expect(texts).toEqual(Array.from({ length: 5 }, () => 'all 5 are here'));
  });

  test('bytes go out and come back as they are', async () => {
    const { value } = await packages.getJson('/network/bytes');
    const seen = services.requests.all.findLast(({ method }) => method === 'POST');
    expect(
      createHash('sha256')
        .update(seen?.content ?? '')
        .digest('hex'),
    ).toBe(value.sent);
    expect(value).toMatchObject({ received: value.sent, length: 1_000_000 });
  });

  test('a request over the limit is refused before it goes out', async () => {
    const before = services.requests.all.length;
    const { value } = await packages.getJson('/network/too-much');
    expect(value.cause).toMatchObject({
      code: 'ERR_EGRESS_REQUEST_TOO_LARGE',
      message: 'Cannot send a request: its content has 7340032 bytes, limit is 6291456 bytes',
    });
    expect(services.requests.all).toHaveLength(before);
  });

  test('a response over the limit is cut off, and the service sees it', async () => {
    const { value } = await packages.getJson('/network/too-long');
    expect(value.message).toBe('terminated');
    expect(value.cause.code).toBe('ERR_EGRESS_RESPONSE_TOO_LARGE');
    expect(value.cause.message).toMatch(/^Cannot fetch from .* limit is 16777216 bytes$/);
    await closing('/flood');
  });

  test('a response that is not read ends with its invocation', async () => {
    expect((await packages.getJson('/network/unread')).value).toEqual({ status: 200 });
    await closing('/endless');
  });

  test('a request is aborted when its invocation is out of time', async () => {
    const reply = await packages.edge.get('/impatient/');
    expect(reply.status).toBe(503);
    expect(reply.headers['x-cache']).toBe('LambdaExecutionError from isoedge');
    await closing('/never');
  });

  test('a request that outlives its invocation fails in the next one', async () => {
    const before = services.requests.all.length;
    expect((await packages.getJson('/network/leave')).value).toEqual({ left: true });
    const left = services.requests.all[before];
    await services.closed.waitFor((socket) => socket === left?.socket);
    const { value } = await packages.getJson('/network/look-again');
    expect(value.outcome).toMatchObject({ code: 'ABORT_ERR' });
  });

  test('requests may begin while the module is loaded', async () => {
    expect((await packages.getJson('/prefetch/')).value).toEqual({ name: 'config' });
    expect((await packages.getJson('/top-level/')).value).toEqual({ name: 'config' });
    expect(services.requests.all.filter(({ url }) => url === '/config')).toHaveLength(2);
  });

  async function closing(url: string): Promise<void> {
    const request = services.requests.all.findLast((seen) => seen.url === url);
    expect(request).toBeDefined();
    await services.closed.waitFor((socket) => socket === request?.socket);
  }
});

function createNetworkApi(): Service {
  const api = createApi();
  let waiting: ServerResponse[] = [];
  const answers: Record<string, Service> = {
    '/config': (_, response) => replyJson(response, { name: 'config' }),
    '/bytes': ({ content }, response) => response.end(content),
    '/late': (_, response) => void setTimeout(() => response.end('at last'), 300),
    '/flood': (_, response) => flood(response),
    '/together': ({ url }, response) => {
      const count = Number(new URLSearchParams(url.split('?')[1]).get('of'));
      waiting.push(response);
      if (waiting.length < count) return;
      for (const one of waiting) one.end(`all ${count} are here`);
      waiting = [];
    },
  };
  return (request, response) =>
    (answers[request.url.replace(/\?.*/, '')] ?? api)(request, response);
}

/** Writes for ever, as fast as it is read. */
function flood(response: ServerResponse): void {
  const part = Buffer.alloc(256 * 1024);
  const write = (): void => {
    while (!response.destroyed && response.write(part));
  };
  response.on('drain', write);
  write();
}

async function nameWithPrivateAddress(): Promise<string | undefined> {
  const name = hostname();
  const found = await lookup(name).catch(() => undefined);
  return found !== undefined && addressKind(found.address) !== 'public' ? name : undefined;
}
