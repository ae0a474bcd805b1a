import type { LookupAddress } from 'node:dns';
import { describe, expect, test, vi } from 'vitest';
import { get, laneFor, newBroker, operate, serverFor } from './egress-fixture.ts';

/** A resolver that gives these addresses, one after the other; the last one stays. */
function resolverOf(...addresses: string[]) {
  let calls = 0;
  return vi.fn((_hostname: string): Promise<LookupAddress[]> => {
    const address = addresses[Math.min(calls, addresses.length - 1)] ?? '';
    calls += 1;
    return Promise.resolve([{ address, family: address.includes(':') ? 6 : 4 }]);
  });
}

test('a target that is not listed is refused with the line to add, before any lookup', async () => {
  const resolve = resolverOf('8.8.8.8');
  const lane = laneFor({ allow: ['https://x.example.com'] });
  const answer = await operate(newBroker({ resolve }), lane, get('https://x.example.com:8443/a?b'));
  expect(answer).toEqual({
    ok: false,
    content: '',
    result: {
      name: 'Error',
      code: 'ERR_EGRESS_DENIED',
      message:
        'Cannot reach https://x.example.com:8443: not in the allow-list of function "auth"; to permit it add "https://x.example.com:8443" to functions.auth.network.allow',
    },
  });
  expect(resolve).not.toHaveBeenCalled();
});

describe('a name that resolves to a private address', () => {
  test.each([
    ['127.0.0.1'],
    ['::1'],
    ['::ffff:127.0.0.1'],
    ['10.0.0.1'],
    ['169.254.169.254'],
    ['100.64.0.1'],
    ['fd00::1'],
  ])('%s is refused', async (address) => {
    const server = await serverFor((_request, response) => response.end());
    const allow = [`http://a.test:${server.port}`, `http://*.test:${server.port}`];
    const broker = newBroker({ resolve: resolverOf(address) });
    for (const name of ['a.test', 'b.test']) {
      const url = `http://${name}:${server.port}/`;
      const answer = await operate(broker, laneFor({ allow }), get(url));
      expect(answer.result).toMatchObject({ code: 'ERR_EGRESS_DENIED' });
      expect(answer.result['message']).toContain(`its address ${address} is not public`);
    }
    expect(server.connectionCount).toBe(0);
  });

  test('is reached when the address is listed too, under the name', async () => {
    const server = await serverFor((_request, response) => response.end());
    const resolve = resolverOf('127.0.0.1');
    const allow = [`http://a.test:${server.port}`, server.url];
    await operate(newBroker({ resolve }), laneFor({ allow }), get(`http://a.test:${server.port}/`));
    expect(server.requests).toMatchObject([{ headers: { host: `a.test:${server.port}` } }]);
  });
});

test('a name that changes its address between check and use is not followed (DNS rebinding)', async () => {
  const server = await serverFor((_request, response) => response.end('ok'));
  // Permitted at first; then it points to an address of this machine that nobody listed.
  const resolve = resolverOf('127.0.0.1', '127.0.0.2');
  const lane = laneFor({ allow: [`http://a.test:${server.port}`, server.url] });
  const broker = newBroker({ resolve });
  const url = `http://a.test:${server.port}/`;
  const addresses: (string | undefined)[] = [];
  server.server.on('connection', (socket) => addresses.push(socket.localAddress));

  expect(await operate(broker, lane, get(url))).toMatchObject({ ok: true });
  // One lookup for a connection, and the connection goes where that lookup said.
  expect(resolve).toHaveBeenCalledTimes(1);
  expect(addresses).toEqual(['127.0.0.1']);

  server.server.closeAllConnections();
  const second = await operate(broker, lane, get(url));
  // The connection may still look alive to the client; then the request dies with it.
  const third =
    second.result['code'] === 'ECONNRESET' ? await operate(broker, lane, get(url)) : second;
  expect(third.result).toMatchObject({ code: 'ERR_EGRESS_DENIED' });
  expect(addresses).toEqual(['127.0.0.1']);
});

test('localhost is reached when it is listed by name', async () => {
  const server = await serverFor((_request, response) => response.end());
  const lane = laneFor({ allow: [`http://localhost:${server.port}`] });
  const broker = newBroker({ resolve: resolverOf('127.0.0.1') });
  const answer = await operate(broker, lane, get(`http://localhost:${server.port}/`));
  expect(answer).toMatchObject({ ok: true });
});

describe('network.resolve', () => {
  test('pins a name to an address and permits that address', async () => {
    const server = await serverFor((_request, response) => response.end('ok'));
    const resolve = resolverOf('8.8.8.8');
    const lane = laneFor({
      allow: ['http://login.example.com'],
      resolve: { 'login.example.com:80': `127.0.0.1:${server.port}` },
    });
    const answer = await operate(newBroker({ resolve }), lane, get('http://login.example.com/'));
    expect(answer).toMatchObject({ ok: true, content: 'ok' });
    expect(server.requests).toMatchObject([{ headers: { host: 'login.example.com' } }]);
    expect(resolve).not.toHaveBeenCalled();
  });

  test('may pin to a name', async () => {
    const server = await serverFor((_request, response) => response.end('ok'));
    const resolve = resolverOf('127.0.0.1');
    const lane = laneFor({
      allow: ['http://login.example.com'],
      resolve: { 'login.example.com:80': `server.test:${server.port}` },
    });
    const answer = await operate(newBroker({ resolve }), lane, get('http://login.example.com/'));
    expect(answer).toMatchObject({ ok: true });
    expect(resolve.mock.calls).toEqual([['server.test']]);
  });

  test('does not replace the allow-list, and holds for its port only', async () => {
    const server = await serverFor((_request, response) => response.end('ok'));
    const pins = { 'a.test:80': `127.0.0.1:${server.port}` };
    const broker = newBroker({ resolve: resolverOf('127.0.0.1') });
    const unlisted = await operate(broker, laneFor({ resolve: pins }), get('http://a.test/'));
    expect(unlisted.result).toMatchObject({ code: 'ERR_EGRESS_DENIED' });
    const lane = laneFor({ allow: ['http://a.test:81'], resolve: pins });
    const otherPort = await operate(broker, lane, get('http://a.test:81/'));
    expect(otherPort.result).toMatchObject({ code: 'ERR_EGRESS_DENIED' });
    expect(server.connectionCount).toBe(0);
  });
});

test.each([
  ['a Host that is permitted is sent', ['http://b.test'], 'b.test'],
  ['a Host that is not permitted is replaced', [], undefined],
])('%s', async (_, allow, expected) => {
  const server = await serverFor((_request, response) => response.end());
  const lane = laneFor({ allow: [server.url, ...allow] });
  await operate(newBroker(), lane, get(server.url, { headers: [['host', 'b.test']] }));
  const host = expected ?? `127.0.0.1:${server.port}`;
  expect(server.requests).toMatchObject([{ headers: { host } }]);
});

test('proxies of the environment are not used', async () => {
  const proxy = await serverFor((_request, response) => response.end('proxy'));
  const server = await serverFor((_request, response) => response.end('server'));
  vi.stubEnv('http_proxy', proxy.url);
  vi.stubEnv('HTTP_PROXY', proxy.url);
  try {
    const answer = await operate(newBroker(), laneFor({ allow: [server.url] }), get(server.url));
    expect(answer.content).toBe('server');
  } finally {
    vi.unstubAllEnvs();
  }
});
