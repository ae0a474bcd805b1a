import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createAdminServer } from '../../src/admin/admin-server.ts';
import { SILENT_LOGGER } from '../../src/telemetry/log.ts';
import { adminListener, fakeBackend, tokenFileWith } from './admin-listener.ts';

async function answer(url: string, init?: RequestInit): Promise<[number, unknown]> {
  const response = await fetch(url, init);
  return [response.status, await response.json()];
}

test('GET /healthz says that the process runs, ready or not', async () => {
  const backend = fakeBackend();
  backend.readiness = { kind: 'notReady', reasons: ['draining'] };
  const { url } = await adminListener(backend);
  expect(await answer(`${url}/healthz`)).toEqual([200, { status: 'ok' }]);
});

test('GET /readyz is 503 with the reasons until the backend is ready', async () => {
  const backend = fakeBackend();
  const { url } = await adminListener(backend);
  backend.readiness = { kind: 'notReady', reasons: ['worker 2 of 2 starts'] };
  const notReady = { status: 'not ready', reasons: ['worker 2 of 2 starts'] };
  expect(await answer(`${url}/readyz`)).toEqual([503, notReady]);
  backend.readiness = { kind: 'ready' };
  expect(await answer(`${url}/readyz`)).toEqual([200, { status: 'ready' }]);
});

test('GET /metrics gives the page of the backend in the type that Prometheus reads', async () => {
  const { url } = await adminListener(fakeBackend());
  const response = await fetch(`${url}/metrics`);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(await response.text()).toBe('isoedge_workers 1\n');
});

test('HEAD is answered where GET is, without content', async () => {
  const { url } = await adminListener(fakeBackend());
  const response = await fetch(`${url}/metrics`, { method: 'HEAD' });
  expect(response.status).toBe(200);
  expect(await response.text()).toBe('');
});

test('GET /functions lists the functions of the backend', async () => {
  const lastError = { code: 'EDGE_HOOK_MEMORY', message: 'over', at: 5 };
  const functions = async () => [{ name: 'auth', state: 'quarantined' as const, lastError }];
  const { url } = await adminListener(fakeBackend({ functions }));
  expect(await answer(`${url}/functions`)).toEqual([
    200,
    { functions: [{ name: 'auth', state: 'quarantined', lastError }] },
  ]);
});

test.each([
  [{ url: 'http://a.example/x?y=1' }, { kind: 'url', url: 'http://a.example/x?y=1' }],
  [{ prefix: '/dir/' }, { kind: 'prefix', prefix: '/dir/' }],
  [{ all: true }, { kind: 'all' }],
])('POST /purge with %j gives the backend %j, and its number back', async (content, command) => {
  const backend = fakeBackend();
  const { url } = await adminListener(backend);
  const init = { method: 'POST', body: JSON.stringify(content) };
  expect(await answer(`${url}/purge`, init)).toEqual([200, { purged: 1 }]);
  expect(backend.purges).toEqual([command]);
});

const PURGES = '{ "url": "http://host/path" }, { "prefix": "/dir/" } or { "all": true }';

test.each([
  ['', `Cannot purge: found nothing, expected ${PURGES}`],
  ['{', `Cannot purge: found text that is not JSON, expected ${PURGES}`],
  ['[]', `Cannot purge: found [], expected ${PURGES}`],
  ['{}', `Cannot purge: found {}, expected ${PURGES}`],
  ['null', `Cannot purge: found null, expected ${PURGES}`],
  [
    '{"all":true,"prefix":"/"}',
    `Cannot purge: found {"all":true,"prefix":"/"}, expected ${PURGES}`,
  ],
  ['{"urls":[]}', `Cannot purge: found member "urls", expected ${PURGES}`],
  [
    '{"url":"/x"}',
    'Cannot purge: found url "/x", expected an absolute http or https URL without fragment',
  ],
  [
    '{"url":"file:///x"}',
    'Cannot purge: found url "file:///x", expected an absolute http or https URL without fragment',
  ],
  ['{"prefix":"dir"}', 'Cannot purge: found prefix "dir", expected a path that begins with "/"'],
  ['{"all":false}', 'Cannot purge: found all false, expected true'],
])('POST /purge with %j is 400 and says why', async (content, error) => {
  const backend = fakeBackend();
  const { url } = await adminListener(backend);
  const [status, body] = await answer(`${url}/purge`, { method: 'POST', body: content });
  expect([status, body]).toEqual([400, { code: 'EDGE_ADMIN_BAD_REQUEST', error }]);
  expect(backend.purges).toEqual([]);
});

test('POST /purge with more than 64 KiB is 413', async () => {
  const { url } = await adminListener(fakeBackend());
  const body = JSON.stringify({ prefix: `/${'x'.repeat(65_536)}` });
  const [status, error] = await answer(`${url}/purge`, { method: 'POST', body });
  expect(status).toBe(413);
  expect(error).toMatchObject({
    code: 'EDGE_ADMIN_TOO_LARGE',
    error: expect.stringContaining('65536 bytes'),
  });
});

test('an unknown path is 404 and lists the routes', async () => {
  const { url } = await adminListener(fakeBackend());
  const [status, body] = await answer(`${url}/metric`);
  expect(status).toBe(404);
  expect(body).toMatchObject({
    error:
      'Cannot GET "/metric": no such path, expected one of /healthz, /readyz, /metrics, /purge, /functions',
    routes: expect.arrayContaining([expect.objectContaining({ method: 'POST', path: '/purge' })]),
  });
});

test.each([
  ['/purge', 'GET', 'POST'],
  ['/metrics', 'POST', 'GET, HEAD'],
])('%s with %s is 405, with Allow: %s', async (path, method, allow) => {
  const { url } = await adminListener(fakeBackend());
  const response = await fetch(`${url}${path}`, { method });
  expect(response.status).toBe(405);
  expect(response.headers.get('allow')).toBe(allow);
  expect(await response.json()).toMatchObject({ code: 'EDGE_ADMIN_METHOD' });
});

test('a failing backend is 500 with its message, and the listener goes on', async () => {
  let fails = true;
  const metrics = async () => {
    if (fails) throw new Error('worker is gone');
    return 'page';
  };
  const { url } = await adminListener(fakeBackend({ metrics }));
  expect(await answer(`${url}/metrics`)).toEqual([
    500,
    { code: 'EDGE_INTERNAL', error: 'worker is gone' },
  ]);
  fails = false;
  expect((await fetch(`${url}/metrics`)).status).toBe(200);
});

test.each([
  ['none', undefined, 401],
  ['a wrong one', 'Bearer secrey', 401],
  ['one that only begins right', 'Bearer secret2', 401],
  ['another scheme', 'Basic secret', 401],
  ['the right one', 'Bearer secret', 200],
  ['the right one, scheme in lower case', 'bearer secret', 200],
])('with a token file, a request with %s (%s) is %i', async (_, authorization, status) => {
  const { url } = await adminListener(fakeBackend(), tokenFileWith('secret\n'));
  const response = await fetch(`${url}/functions`, {
    headers: authorization ? { authorization } : {},
  });
  expect(response.status).toBe(status);
  expect(response.headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer' : null);
});

test('probes need no token', async () => {
  const { url } = await adminListener(fakeBackend(), tokenFileWith('secret'));
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
});

test('a purge without the token removes nothing', async () => {
  const backend = fakeBackend();
  const { url } = await adminListener(backend, tokenFileWith('secret'));
  await answer(`${url}/purge`, { method: 'POST', body: '{"all":true}' });
  expect(backend.purges).toEqual([]);
});

test.each([
  ['other-site.example', undefined, 403],
  ['127.0.0.1:1', 'http://other-site.example', 403],
  ['127.0.0.1:1', 'null', 403],
  ['127.0.0.1:1', 'http://127.0.0.1:2', 403],
  ['127.0.0.1:1', 'http://127.0.0.1:1', 200],
  ['localhost:1', undefined, 200],
  ['[::1]:1', undefined, 200],
])('a request with Host %s and Origin %s is %i', async (host, origin, status) => {
  const { port } = await adminListener(fakeBackend());
  const sent = request({
    port,
    host: '127.0.0.1',
    path: '/functions',
    headers: origin ? { host, origin } : { host },
  });
  sent.end();
  const [response] = await once(sent, 'response');
  response.resume();
  expect(response.statusCode).toBe(status);
});

test('listen() rejects with a code when the address is taken', async () => {
  const { port } = await adminListener(fakeBackend());
  const second = createAdminServer({ host: '127.0.0.1', port }, fakeBackend(), SILENT_LOGGER);
  await expect(second.listen()).rejects.toMatchObject({
    code: 'EDGE_APP_LISTEN',
    message: expect.stringMatching(
      /^Cannot listen on "127\.0\.0\.1:\d+" for admin requests: .*EADDRINUSE/,
    ),
  });
  await second.close();
});

test('close() lets a request under way finish, and its connection ends with it', async () => {
  const { promise: page, resolve } = Promise.withResolvers<string>();
  const { promise: asked, resolve: onAsked } = Promise.withResolvers<void>();
  const metrics = (): Promise<string> => {
    onAsked();
    return page;
  };
  const { port, server } = await adminListener(fakeBackend({ metrics }));
  const socket = connect(port, '127.0.0.1');
  socket.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await asked;
  const closed = server.close();
  await setImmediate();
  resolve('the page');
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 200[^]*connection: close[^]*the page$/);
  await closed;
});
