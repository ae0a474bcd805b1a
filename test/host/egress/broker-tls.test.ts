import { expect, test } from 'vitest';
import { get, laneFor, newBroker, operate, TEST_CA_FILE, tlsServerFor } from './egress-fixture.ts';

async function askFor(name: string, more: { caFile?: string; headers?: string[][] } = {}) {
  const server = await tlsServerFor((request, response) => response.end(request.headers.host));
  const { caFile, headers = [] } = more;
  const lane = laneFor({
    allow: [`https://${name}`, 'https://other.example.com'],
    resolve: { [`${name}:443`]: `127.0.0.1:${server.port}` },
    ...(caFile !== undefined && { caFile }),
  });
  const answer = await operate(newBroker(), lane, get(`https://${name}/`, { headers }));
  return { answer, server };
}

test('https goes to the pinned address under its own name, trusted through caFile', async () => {
  const { answer, server } = await askFor('login.example.com', { caFile: TEST_CA_FILE });
  expect(answer).toMatchObject({ ok: true, content: 'login.example.com' });
  expect(server.serverNames).toEqual(['login.example.com']);
});

test('a Host of the function does not change the name in TLS', async () => {
  const { answer, server } = await askFor('login.example.com', {
    caFile: TEST_CA_FILE,
    headers: [['Host', 'other.example.com']],
  });
  expect(answer).toMatchObject({ ok: true, content: 'other.example.com' });
  expect(server.serverNames).toEqual(['login.example.com']);
});

test('a certificate that nobody vouches for is refused', async () => {
  const { answer } = await askFor('login.example.com');
  expect(answer).toMatchObject({
    ok: false,
    result: {
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      message: expect.stringContaining('self-signed'),
    },
  });
});

test('a certificate for another name is refused', async () => {
  const { answer } = await askFor('other.example.com', { caFile: TEST_CA_FILE });
  expect(answer.result).toMatchObject({
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    host: 'other.example.com',
  });
});

test('caFile that cannot be read fails each request', async () => {
  const { answer } = await askFor('login.example.com', { caFile: '/does/not/exist.pem' });
  expect(answer.result).toMatchObject({ code: 'ERR_EGRESS_CA_FILE' });
});

test('requests with different Host fields share a connection', async () => {
  const server = await tlsServerFor((request, response) => response.end(request.headers.host));
  const lane = laneFor({
    allow: ['https://login.example.com', 'https://other.example.com'],
    resolve: { 'login.example.com:443': `127.0.0.1:${server.port}` },
    caFile: TEST_CA_FILE,
  });
  const broker = newBroker();
  for (const host of ['login.example.com', 'other.example.com', 'login.example.com']) {
    const request = get('https://login.example.com/', { headers: [['Host', host]] });
    expect((await operate(broker, lane, request)).content).toBe(host);
  }
  expect(server.serverNames).toEqual(['login.example.com']);
});

test('an address is not sent as a name in TLS (RFC 6066 §3)', async () => {
  const server = await tlsServerFor((_request, response) => response.end('ok'));
  const url = `https://127.0.0.1:${server.port}`;
  const lane = laneFor({ allow: [url], caFile: TEST_CA_FILE });
  expect(await operate(newBroker(), lane, get(url))).toMatchObject({ ok: true, content: 'ok' });
  expect(server.serverNames).toEqual(['false']);
});
