import { describe, expect, test } from 'vitest';
import {
  callOf,
  get,
  laneFor,
  newBroker,
  operate,
  rawServerFor,
  serverFor,
} from './egress-fixture.ts';

describe('arguments that are not understood', () => {
  const lane = laneFor({ allow: ['http://a.test'] });
  test.each([
    ['no JSON', '{', 'ERR_INVALID_ARG_VALUE'],
    ['null', 'null', 'ERR_INVALID_ARG_VALUE'],
    ['no method', { url: 'http://a.test', headers: [] }, 'ERR_INVALID_ARG_VALUE'],
    ['no URL', { method: 'GET', headers: [] }, 'ERR_INVALID_ARG_VALUE'],
    [
      'headers as object',
      { method: 'GET', url: 'http://a.test', headers: {} },
      'ERR_INVALID_ARG_VALUE',
    ],
    [
      'a half header',
      { method: 'GET', url: 'http://a.test', headers: [['a']] },
      'ERR_INVALID_ARG_VALUE',
    ],
    ['a relative URL', { method: 'GET', url: '/a', headers: [] }, 'ERR_INVALID_URL'],
    ['credentials', { method: 'GET', url: 'http://u:p@a.test', headers: [] }, 'ERR_INVALID_URL'],
    ['another scheme', { method: 'GET', url: 'ftp://a.test', headers: [] }, 'ERR_INVALID_PROTOCOL'],
    ['a file', { method: 'GET', url: 'file:///etc/passwd', headers: [] }, 'ERR_INVALID_PROTOCOL'],
    ['a tunnel', { method: 'CONNECT', url: 'http://a.test', headers: [] }, 'ERR_NOT_SUPPORTED'],
    [
      'a split method',
      { method: 'GET /', url: 'http://a.test', headers: [] },
      'ERR_INVALID_ARG_VALUE',
    ],
    [
      'a split header',
      { method: 'GET', url: 'http://a.test', headers: [['a', 'b\r\nc: d']] },
      'ERR_INVALID_ARG_VALUE',
    ],
    [
      'a header beyond bytes',
      { method: 'GET', url: 'http://a.test', headers: [['a', '\u20ac']] },
      'ERR_INVALID_ARG_VALUE',
    ],
  ])('%s is refused', async (_, args, code) => {
    const answer = await operate(newBroker(), lane, ['egress.request', args]);
    expect(answer).toMatchObject({ ok: false, result: { code } });
  });

  test('an operation that does not exist is refused', async () => {
    const answer = await operate(newBroker(), lane, ['egress.listen', {}]);
    expect(answer.result).toMatchObject({ code: 'ERR_NOT_SUPPORTED' });
  });

  test('credentials of a URL are not repeated in the message', async () => {
    const answer = await operate(newBroker(), lane, get('http://u:secret@a.test/'));
    expect(answer.result['message']).not.toContain('secret');
  });
});

describe('failures have the codes of the http module', () => {
  test('ECONNREFUSED, with its members', async () => {
    const lane = laneFor({ allow: ['http://127.0.0.1:1'] });
    const answer = await operate(newBroker(), lane, get('http://127.0.0.1:1/'));
    expect(answer).toMatchObject({
      ok: false,
      result: {
        name: 'Error',
        message: 'connect ECONNREFUSED 127.0.0.1:1',
        code: 'ECONNREFUSED',
        syscall: 'connect',
        address: '127.0.0.1',
        port: 1,
      },
    });
    expect(answer.result['errno']).toEqual(expect.any(Number));
  });

  test('ECONNREFUSED when every address of a name refuses', async () => {
    const addresses = [
      { address: '127.0.0.1', family: 4 },
      { address: '127.0.0.2', family: 4 },
    ];
    const broker = newBroker({ resolve: () => Promise.resolve(addresses) });
    const lane = laneFor({
      allow: ['http://a.test:1', 'http://127.0.0.1:1', 'http://127.0.0.2:1'],
    });
    const answer = await operate(broker, lane, get('http://a.test:1/'));
    expect(answer.result).toMatchObject({
      code: 'ECONNREFUSED',
      message: 'connect ECONNREFUSED 127.0.0.1:1',
    });
  });

  test('ENOTFOUND', async () => {
    const failure = Object.assign(new Error('getaddrinfo ENOTFOUND a.test'), {
      code: 'ENOTFOUND',
      errno: -3008,
      syscall: 'getaddrinfo',
      hostname: 'a.test',
    });
    const broker = newBroker({ resolve: () => Promise.reject(failure) });
    const answer = await operate(
      broker,
      laneFor({ allow: ['http://a.test'] }),
      get('http://a.test'),
    );
    expect(answer.result).toEqual({
      name: 'Error',
      message: 'getaddrinfo ENOTFOUND a.test',
      code: 'ENOTFOUND',
      errno: -3008,
      syscall: 'getaddrinfo',
      hostname: 'a.test',
    });
  });

  test.each([
    ['closes before its response', '', 'end', 'ECONNRESET'],
    ['resets before its response', '', 'reset', 'ECONNRESET'],
    ['closes inside its head', 'HTTP/1.1 200 OK\r\nA:', 'end', 'ECONNRESET'],
    [
      'closes inside its content',
      'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc',
      'end',
      'ECONNRESET',
    ],
    [
      'closes inside a chunk',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc',
      'end',
      'ECONNRESET',
    ],
  ] as const)('%s: ECONNRESET', async (_, bytes, ending, code) => {
    const server = await rawServerFor(async (connection) => {
      await connection.waitForText('\r\n\r\n');
      connection.send(bytes);
      connection[ending]();
    });
    const url = `http://127.0.0.1:${server.port}`;
    const answer = await operate(newBroker(), laneFor({ allow: [url] }), get(url));
    expect(answer.result).toMatchObject({ code });
    expect(answer.result['message']).not.toBe('');
  });

  test.each([
    ['what is not HTTP', 'SSH-2.0-x\r\n\r\n', 'HPE_INVALID_CONSTANT'],
    [
      'a header section over its limit',
      `HTTP/1.1 200 OK\r\nA: ${'x'.repeat(2_000)}\r\n\r\n`,
      'HPE_HEADER_OVERFLOW',
    ],
  ])('%s: HPE_…', async (_, bytes, code) => {
    const server = await rawServerFor(async (connection) => {
      await connection.waitForText('\r\n\r\n');
      connection.send(bytes);
    });
    const url = `http://127.0.0.1:${server.port}`;
    const broker = newBroker({ limits: { responseHeaderBytes: 1_000 } });
    const answer = await operate(broker, laneFor({ allow: [url] }), get(url));
    expect(answer.result).toMatchObject({ code, message: expect.stringMatching(/^Parse Error: /) });
  });
});

describe('deadlines', () => {
  test.each([
    ['what is left of the call', { timeoutMs: 5_050, ageMs: 5_000 }, {}],
    ['the timeout of the request', {}, { timeoutMs: 50 }],
  ])('%s ends a request with ETIMEDOUT', async (_, callOptions, more) => {
    const server = await serverFor(() => undefined);
    const lane = laneFor({ allow: [server.url] });
    const call = callOf(lane, callOptions);
    const answer = await operate(newBroker(), lane, get(server.url, more), { call });
    expect(answer.result).toMatchObject({ code: 'ETIMEDOUT' });
  });

  test('nothing is sent when no time is left', async () => {
    const server = await serverFor((_request, response) => response.end());
    const lane = laneFor({ allow: [server.url] });
    const call = callOf(lane, { timeoutMs: 5_000, ageMs: 5_001 });
    const answer = await operate(newBroker(), lane, get(server.url), { call });
    expect(answer.result).toMatchObject({ code: 'ETIMEDOUT' });
    expect(server.connectionCount).toBe(0);
  });

  test('a response that stops half-way ends with ETIMEDOUT', async () => {
    const server = await serverFor((_request, response) => void response.write('half'));
    const lane = laneFor({ allow: [server.url] });
    const answer = await operate(newBroker(), lane, get(server.url, { timeoutMs: 50 }));
    expect(answer.result).toMatchObject({ code: 'ETIMEDOUT' });
  });

  test('a request that waits for a connection ends with ETIMEDOUT, and its turn passes', async () => {
    const release = Promise.withResolvers<void>();
    const server = await serverFor((request, response) => {
      if (request.url === '/held') void release.promise.then(() => response.end());
      else response.end();
    });
    const lane = laneFor({ allow: [server.url] });
    const broker = newBroker({ limits: { connectionsPerServer: 1 } });
    const held = operate(broker, lane, get(`${server.url}/held`));
    await server.completed.waitForCount(1);
    const late = await operate(broker, lane, get(`${server.url}/late`, { timeoutMs: 20 }));
    expect(late.result).toMatchObject({ code: 'ETIMEDOUT' });
    const last = operate(broker, lane, get(`${server.url}/last`));
    release.resolve();
    expect(await held).toMatchObject({ ok: true });
    expect(await last).toMatchObject({ ok: true });
    expect(server.requests.map(({ url }) => url)).toEqual(['/held', '/last']);
  });
});

describe('the end of the invocation', () => {
  test('ends a request and its connection', async () => {
    const server = await serverFor(() => undefined);
    const lane = laneFor({ allow: [server.url] });
    const controller = new AbortController();
    const pending = operate(newBroker(), lane, get(server.url), { signal: controller.signal });
    const closed = new Promise((resolve) => {
      server.server.on('connection', (socket) => socket.on('close', resolve));
    });
    await server.completed.waitForCount(1);
    controller.abort();
    expect((await pending).result).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR' });
    await closed;
  });

  test('before the request: nothing is sent', async () => {
    const server = await serverFor((_request, response) => response.end());
    const lane = laneFor({ allow: [server.url] });
    const answer = await operate(newBroker(), lane, get(server.url), {
      signal: AbortSignal.abort(),
    });
    expect(answer.result).toMatchObject({ code: 'ABORT_ERR' });
    expect(server.connectionCount).toBe(0);
  });

  test('as told by endCall() ends the requests of that call only', async () => {
    const server = await serverFor((request, response) => {
      if (request.url === '/other') response.end('other');
    });
    const lane = laneFor({ allow: [server.url] });
    const broker = newBroker();
    const call = callOf(lane);
    const pending = operate(broker, lane, get(server.url), { call });
    await server.completed.waitForCount(1);
    const other = operate(broker, lane, get(`${server.url}/other`), { call: callOf(lane) });
    broker.endCall(call);
    expect((await pending).result).toMatchObject({ code: 'ABORT_ERR' });
    expect(await other).toMatchObject({ ok: true, content: 'other' });
  });
});

describe('budgets', () => {
  test('a response over its limit is refused while it comes', async () => {
    const server = await serverFor((_request, response) => {
      const write = (): void => {
        while (response.write('x'.repeat(1000)));
      };
      response.on('drain', write);
      write();
    });
    const lane = laneFor({ allow: [server.url] });
    const broker = newBroker({ limits: { responseContentBytes: 100_000 } });
    const answer = await operate(broker, lane, get(server.url));
    expect(answer.result).toMatchObject({ code: 'ERR_EGRESS_RESPONSE_TOO_LARGE' });
    expect(answer.result['message']).toContain('limit is 100000 bytes');
  });

  test.each([
    ['content', { requestContentBytes: 3 }, {}, 'four'],
    ['header section', { argumentsChars: 100 }, { headers: [['a', 'x'.repeat(100)]] }, ''],
  ])('a request with a %s over its limit is refused', async (_, limits, more, content) => {
    const lane = laneFor({ allow: ['http://a.test'] });
    const answer = await operate(newBroker({ limits }), lane, get('http://a.test', more), {
      content,
    });
    expect(answer.result).toMatchObject({ code: 'ERR_EGRESS_REQUEST_TOO_LARGE' });
  });

  test('too many requests of one function are refused; those of another are not', async () => {
    const release = Promise.withResolvers<void>();
    const server = await serverFor((_request, response) => {
      void release.promise.then(() => response.end());
    });
    const lane = laneFor({ allow: [server.url] });
    const broker = newBroker({ limits: { requestsPerFunction: 1 } });
    const first = operate(broker, lane, get(server.url));
    const second = await operate(broker, lane, get(server.url));
    expect(second.result).toMatchObject({ code: 'ERR_EGRESS_TOO_MANY' });
    const other = operate(broker, laneFor({ allow: [server.url] }, 'route'), get(server.url));
    release.resolve();
    expect(await first).toMatchObject({ ok: true });
    expect(await other).toMatchObject({ ok: true });
    expect(await operate(broker, lane, get(server.url))).toMatchObject({ ok: true });
  });

  test.each([
    ['function', { functionHeldBytes: 10_000 }],
    ['worker', { workerHeldBytes: 10_000 }],
  ])('content held for a %s is limited, and given back', async (_, limits) => {
    const server = await serverFor((request, response) => {
      if (request.url === '/large') response.end('x'.repeat(20_000));
      else if (request.url !== '/broken') response.end('x'.repeat(6_000));
      else response.write('x'.repeat(6_000), () => request.socket.destroy());
    });
    const lane = laneFor({ allow: [server.url, 'http://127.0.0.1:1'] });
    const broker = newBroker({ limits });
    const large = await operate(broker, lane, get(`${server.url}/large`));
    expect(large.result).toMatchObject({ code: 'ERR_EGRESS_TOO_MANY' });
    const refused = await operate(broker, lane, get(server.url), { content: 'x'.repeat(11_000) });
    expect(refused.result).toMatchObject({ code: 'ERR_EGRESS_TOO_MANY' });
    // Each would not fit if one before it had kept what it held.
    for (let i = 0; i < 3; i++) {
      await operate(broker, lane, get('http://127.0.0.1:1'), { content: 'x'.repeat(6_000) });
      const broken = await operate(broker, lane, get(`${server.url}/broken`));
      expect(broken.result).toMatchObject({ code: 'ECONNRESET' });
      const answer = await operate(broker, lane, get(server.url), { content: 'x'.repeat(3_000) });
      expect(answer).toMatchObject({ ok: true });
    }
  });

  test('many chunks of one byte are held as one piece', async () => {
    const count = 200_000;
    const server = await rawServerFor((connection) => {
      connection.send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
      connection.send(`${'1\r\nx\r\n'.repeat(count)}0\r\n\r\n`);
    });
    const url = `http://127.0.0.1:${server.port}`;
    const answer = await operate(newBroker(), laneFor({ allow: [url] }), get(url));
    expect(answer.content.length).toBe(count);
  });

  test('too many servers of one function are refused', async () => {
    const [one, two] = await Promise.all([
      serverFor((_request, response) => response.end()),
      serverFor((_request, response) => response.end()),
    ]);
    const lane = laneFor({ allow: [one.url, two.url] });
    const broker = newBroker({ limits: { serversPerFunction: 1 } });
    expect(await operate(broker, lane, get(one.url))).toMatchObject({ ok: true });
    const refused = await operate(broker, lane, get(two.url));
    expect(refused.result).toMatchObject({ code: 'ERR_EGRESS_TOO_MANY' });
  });
});
