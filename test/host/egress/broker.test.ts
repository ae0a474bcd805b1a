import { describe, expect, test } from 'vitest';
import type { EgressRecord } from '../../../src/host/egress/function-egress.ts';
import { callOf, get, laneFor, newBroker, operate, serverFor } from './egress-fixture.ts';

test('a request goes out as given and its response comes back as received', async () => {
  const server = await serverFor(
    (_request, response) => {
      response.writeHead(
        201,
        'Made',
        [
          ['X-One', '1'],
          ['Set-Cookie', 'a=1'],
          ['Set-Cookie', 'b=\xe9'],
          ['Content-Encoding', 'gzip'],
        ].flat(),
      );
      response.end(Buffer.from([0x1f, 0x8b, 0xff]));
    },
    { whole: true },
  );
  const lane = laneFor({ allow: [server.url] });
  const answer = await operate(
    newBroker(),
    lane,
    [
      'egress.request',
      {
        method: 'POST',
        url: `${server.url}/a?b=c#d`,
        headers: [
          ['X-Two', '1'],
          ['X-Two', '2'],
          ['Cookie', 'c=1'],
        ],
      },
    ],
    { content: 'x\x00\xff' },
  );
  expect(answer).toMatchObject({
    ok: true,
    content: '\x1f\x8b\xff',
    result: { status: 201, statusText: 'Made', url: `${server.url}/a?b=c#d` },
  });
  expect(answer.result['headers']).toEqual(
    expect.arrayContaining([
      ['X-One', '1'],
      ['Set-Cookie', 'a=1'],
      ['Set-Cookie', 'b=\xe9'],
      ['Content-Encoding', 'gzip'],
    ]),
  );
  const [seen] = server.requests;
  expect(seen).toMatchObject({ method: 'POST', url: '/a?b=c', content: 'x\x00\xff' });
  expect(seen?.rawHeaders.join('|').toLowerCase()).toBe(
    `host|127.0.0.1:${server.port}|connection|keep-alive|x-two|1|x-two|2|cookie|c=1|content-length|3`,
  );
});

test.each(['GET', 'DELETE'])('a %s request may have content', async (method) => {
  const server = await serverFor((_request, response) => response.end(), { whole: true });
  const lane = laneFor({ allow: [server.url] });
  await operate(newBroker(), lane, get(server.url, { method }), { content: 'query' });
  expect(server.requests).toMatchObject([{ method, content: 'query' }]);
});

test('a HEAD response has no content', async () => {
  const server = await serverFor((_request, response) => {
    response.writeHead(200, { 'Content-Length': '5' }).end();
  });
  const lane = laneFor({ allow: [server.url] });
  const answer = await operate(newBroker(), lane, get(server.url, { method: 'HEAD' }));
  expect(answer).toMatchObject({ ok: true, content: '', result: { status: 200 } });
});

test('a redirect is an answer like any other: the function asks anew, and is checked anew', async () => {
  const server = await serverFor((_request, response) => {
    response.writeHead(302, { Location: 'http://127.0.0.1:1/' }).end();
  });
  const lane = laneFor({ allow: [server.url] });
  const answer = await operate(newBroker(), lane, get(server.url));
  expect(answer.result).toMatchObject({ status: 302 });
  expect(server.requests).toHaveLength(1);
});

describe('connections', () => {
  test('live on between the calls of a function', async () => {
    const server = await serverFor((_request, response) => response.end('ok'));
    const lane = laneFor({ allow: [server.url] });
    const broker = newBroker();
    for (let i = 0; i < 3; i++) await operate(broker, lane, get(server.url));
    expect(server.requests).toHaveLength(3);
    expect(server.connectionCount).toBe(1);
  });

  test('live on when a function is loaded again with the same network', async () => {
    const server = await serverFor((_request, response) => response.end('ok'));
    const broker = newBroker();
    await operate(broker, laneFor({ allow: [server.url] }), get(server.url));
    await operate(broker, laneFor({ allow: [server.url] }), get(server.url));
    expect(server.connectionCount).toBe(1);
  });

  test.each([
    ['another function', { allow: [] as string[] }, 'route'],
    ['other network settings', { allow: ['https://more.example.com'] }, 'auth'],
  ])('are not shared with %s', async (_, more, name) => {
    const server = await serverFor((_request, response) => response.end('ok'));
    const broker = newBroker();
    await operate(broker, laneFor({ allow: [server.url] }), get(server.url));
    const other = laneFor({ allow: [server.url, ...more.allow] }, name);
    await operate(broker, other, get(server.url));
    expect(server.connectionCount).toBe(2);
  });

  test('of the function used longest ago are closed when there are too many functions', async () => {
    const server = await serverFor((_request, response) => response.end('ok'));
    const broker = newBroker({ limits: { functions: 1 } });
    const lane = laneFor({ allow: [server.url] });
    await operate(broker, lane, get(server.url));
    await operate(broker, laneFor({ allow: [server.url] }, 'route'), get(server.url));
    await operate(broker, lane, get(server.url));
    expect(server.connectionCount).toBe(3);
  });
});

test('what happened is told without the path', async () => {
  const server = await serverFor((_request, response) => response.end('four'));
  const records: EgressRecord[] = [];
  const broker = newBroker({ onRequest: (record) => records.push(record) });
  const lane = laneFor({ allow: [server.url, 'http://127.0.0.1:1'] });
  await operate(broker, lane, get(`${server.url}/secret`), { content: 'abc' });
  await operate(broker, lane, get('https://x.example.com/secret'), { call: undefined });
  await operate(broker, lane, get('http://127.0.0.1:1/secret'));
  await operate(broker, lane, get('nothing'));
  const common = { functionName: 'auth', durationMs: expect.any(Number) };
  expect(records).toEqual([
    {
      ...common,
      requestId: 'request-1',
      method: 'GET',
      target: server.url,
      outcome: { kind: 'answered', status: 200 },
      sentBytes: 3,
      receivedBytes: 4,
    },
    {
      ...common,
      method: 'GET',
      target: 'https://x.example.com',
      outcome: { kind: 'denied' },
      sentBytes: 0,
      receivedBytes: 0,
    },
    {
      ...common,
      requestId: 'request-1',
      method: 'GET',
      target: 'http://127.0.0.1:1',
      outcome: { kind: 'failed', code: 'ECONNREFUSED' },
      sentBytes: 0,
      receivedBytes: 0,
    },
    {
      ...common,
      requestId: 'request-1',
      method: undefined,
      target: undefined,
      outcome: { kind: 'failed', code: 'ERR_INVALID_URL' },
      sentBytes: 0,
      receivedBytes: 0,
    },
  ]);
});

test('a module may reach out while it is loaded', async () => {
  const server = await serverFor((_request, response) => response.end('config'));
  const lane = laneFor({ allow: [server.url] });
  const answer = await operate(newBroker(), lane, get(server.url), { call: undefined });
  expect(answer).toMatchObject({ ok: true, content: 'config' });
});

test('dispose() ends what is under way, and later operations are refused', async () => {
  const server = await serverFor(() => undefined);
  const lane = laneFor({ allow: [server.url] });
  const broker = newBroker();
  const pending = operate(broker, lane, get(server.url), { call: callOf(lane) });
  await server.completed.waitForCount(1);
  await broker.dispose();
  expect(await pending).toMatchObject({ ok: false, result: { code: 'ERR_EGRESS_CLOSED' } });
  const later = await operate(broker, lane, get(server.url));
  expect(later).toMatchObject({ ok: false, result: { code: 'ERR_EGRESS_CLOSED' } });
});
