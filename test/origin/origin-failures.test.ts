import { createServer } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import {
  cannedOrigin,
  closedPort,
  codeOf,
  contentText,
  getFrom,
  newClient,
  originFor,
  rawOriginFor,
  targetOn,
} from './client-fixture.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

describe('fetch() rejects with', () => {
  test('EDGE_ORIGIN_CONNECT when nobody listens', async () => {
    const target = targetOn(await closedPort());
    const error = await newClient()
      .fetch(getFrom(target))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'EDGE_ORIGIN_CONNECT', status: 502, retryable: true });
    expect(String(error)).toContain(`origin "127.0.0.1:${target.port}"`);
  });

  test('EDGE_ORIGIN_DNS when the host name does not resolve', async () => {
    const target = targetOn(80, { hostname: 'does-not-exist.invalid' });
    expect(await codeOf(newClient().fetch(getFrom(target)))).toBe('EDGE_ORIGIN_DNS');
  });

  test('EDGE_ORIGIN_TLS when the origin does not speak TLS', async () => {
    const { port } = await rawOriginFor((connection) =>
      connection.send('HTTP/1.1 400 Bad\r\n\r\n'),
    );
    const target = targetOn(port, { protocol: 'https' });
    expect(await codeOf(newClient().fetch(getFrom(target)))).toBe('EDGE_ORIGIN_TLS');
  });

  test('EDGE_ORIGIN_TLS when the handshake finds nothing in common', async () => {
    const server = createServer({});
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const target = targetOn(port, { protocol: 'https' });
    expect(await codeOf(newClient().fetch(getFrom(target)))).toBe('EDGE_ORIGIN_TLS');
    server.close();
  });

  test('EDGE_ORIGIN_TLS when caFile cannot be read', async () => {
    const target = targetOn(1, { protocol: 'https', caFile: '/nonexistent/ca.pem' });
    expect(await codeOf(newClient().fetch(getFrom(target)))).toBe('EDGE_ORIGIN_TLS');
  });

  test('EDGE_ORIGIN_CONNECT_TIMEOUT when the connection does not come about', async () => {
    const { port } = await rawOriginFor(() => undefined);
    const target = targetOn(port, {
      protocol: 'https',
      connectTimeoutMs: 50,
      connectionAttempts: 2,
    });
    const error = await newClient()
      .fetch(getFrom(target))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'EDGE_ORIGIN_CONNECT_TIMEOUT', status: 504 });
  });

  test('EDGE_ORIGIN_READ_TIMEOUT when no head comes', async () => {
    const { port } = await rawOriginFor(() => undefined);
    const target = targetOn(port, { readTimeoutMs: 50 });
    expect(await codeOf(newClient().fetch(getFrom(target)))).toBe('EDGE_ORIGIN_READ_TIMEOUT');
  });

  test.each([
    ['bytes that are not HTTP', 'SSH-2.0-x\r\n'],
    ['a status that is no number', 'HTTP/1.1 2x0 OK\r\n\r\n'],
    ['a status below 100', 'HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n'],
    [
      'a transfer coding that is not known (RFC 9112 §6.1)',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
    ],
    ['a field name with a space', 'HTTP/1.1 200 OK\r\nA b: c\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok'],
    [
      'both framings',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'an upgrade nobody asked for',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
    ],
  ])('EDGE_ORIGIN_MALFORMED for %s', async (_name, bytes) => {
    const { port } = await cannedOrigin(bytes);
    expect(await codeOf(newClient().fetch(getFrom(targetOn(port))))).toBe('EDGE_ORIGIN_MALFORMED');
  });

  test('EDGE_ORIGIN_HEADERS_TOO_LARGE over 32,768 bytes', async () => {
    const { port } = await cannedOrigin(`HTTP/1.1 200 OK\r\nA: ${'b'.repeat(32_800)}\r\n\r\n`);
    expect(await codeOf(newClient().fetch(getFrom(targetOn(port))))).toBe(
      'EDGE_ORIGIN_HEADERS_TOO_LARGE',
    );
  });

  test.each([
    ['end', ''],
    ['reset', ''],
    ['end', 'HTTP/1.1 200 OK\r\nConte'],
    ['reset', 'HTTP/1.1 200 OK\r\nConte'],
  ] as const)('EDGE_ORIGIN_ABORTED for an %s after %j', async (after, bytes) => {
    const origin = await cannedOrigin(bytes, after);
    expect(await codeOf(newClient().fetch(getFrom(targetOn(origin.port))))).toBe(
      'EDGE_ORIGIN_ABORTED',
    );
    expect(origin.connections.all).toHaveLength(1);
  });
});

describe('the content fails with', () => {
  test.each([
    ['end', 'a length', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'],
    ['reset', 'a length', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'],
    ['end', 'chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf'],
    ['reset', 'chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'],
    ['end', 'no last chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'],
    [
      'end',
      'chunks, closing',
      'HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf',
    ],
    [
      'end',
      'a length, closing',
      'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 9\r\n\r\nhalf',
    ],
  ] as const)(
    'EDGE_ORIGIN_ABORTED for an %s inside content with %s',
    async (after, _name, bytes) => {
      const origin = await rawOriginFor(async (connection) => {
        await connection.waitForText('\r\n\r\n');
        connection.send(bytes);
        await connection.waitForText('never', 0);
      });
      const response = await newClient().fetch(getFrom(targetOn(origin.port)));
      const connection = await origin.connections.waitFor();
      if (after === 'end') connection.end();
      else connection.reset();
      expect(await codeOf(contentText(response))).toBe('EDGE_ORIGIN_ABORTED');
    },
  );

  test('EDGE_ORIGIN_MALFORMED for a broken chunk', async () => {
    const { port } = await cannedOrigin(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nnonsense\r\n',
    );
    const response = await newClient().fetch(getFrom(targetOn(port)));
    expect(await codeOf(contentText(response))).toBe('EDGE_ORIGIN_MALFORMED');
  });

  test('EDGE_ORIGIN_READ_TIMEOUT when it stops', async () => {
    const { port } = await cannedOrigin('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf');
    const response = await newClient().fetch(getFrom(targetOn(port, { readTimeoutMs: 50 })));
    expect(await codeOf(contentText(response))).toBe('EDGE_ORIGIN_READ_TIMEOUT');
  });
});

test('a failure that nobody listens to is not an uncaught exception', async () => {
  const origin = await cannedOrigin('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf');
  const { content } = await newClient().fetch(getFrom(targetOn(origin.port)));
  (await origin.connections.waitFor()).reset();
  if (content.kind !== 'stream') throw new Error('Expected a stream');
  await waitFor(content.stream, ['close'], () => content.stream.destroyed);
  expect(content.stream.errored).toMatchObject({ code: 'EDGE_ORIGIN_ABORTED' });
});

test('bytes beyond Content-Length do not reach the next response', async () => {
  const origin = await rawOriginFor(async (connection, number) => {
    await connection.waitForText('\r\n\r\n');
    connection.send(
      number === 0 ? `${OK}HTTP/1.1 200 OK\r\nX: smuggled\r\nContent-Length: 0\r\n\r\n` : OK,
    );
  });
  const client = newClient();
  const target = targetOn(origin.port, { maxConnections: 1 });
  expect(await contentText(await client.fetch(getFrom(target)))).toBe('ok');
  const second = await client.fetch(getFrom(target));
  expect([second.head.fields, await contentText(second)]).toEqual([['Content-Length', '2'], 'ok']);
});

describe('attempts', () => {
  test.each(['GET', 'HEAD'])('%s gets connectionAttempts connections', async (method) => {
    let retries = 0;
    const client = newClient({ onRetry: () => (retries += 1) });
    const target = targetOn(await closedPort(), { connectionAttempts: 3 });
    expect(await codeOf(client.fetch(getFrom(target, { method })))).toBe('EDGE_ORIGIN_CONNECT');
    expect(retries).toBe(2);
  });

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s gets one', async (method) => {
    let retries = 0;
    const client = newClient({ onRetry: () => (retries += 1) });
    const target = targetOn(await closedPort());
    expect(await codeOf(client.fetch(getFrom(target, { method })))).toBe('EDGE_ORIGIN_CONNECT');
    expect(retries).toBe(0);
  });

  test('a connection that the origin closed while it was idle costs a GET no attempt', async () => {
    // The origin answers once on each connection, then closes it when the next request is there: the worst moment.
    const origin = await rawOriginFor(async (connection) => {
      await connection.waitForText('\r\n\r\n');
      connection.send(OK);
      await connection.waitForText('\r\n\r\n', 2);
      connection.reset();
    });
    const client = newClient();
    const target = targetOn(origin.port, { connectionAttempts: 1, maxConnections: 1 });
    await contentText(await client.fetch(getFrom(target)));
    const second = await client.fetch(getFrom(target));
    expect([await contentText(second), second.attempts]).toEqual(['ok', 2]);
    expect(origin.connections.all).toHaveLength(2);
  });

  test('the same is the end of a POST', async () => {
    const origin = await rawOriginFor(async (connection) => {
      await connection.waitForText('\r\n\r\n');
      connection.send(OK);
      await connection.waitForText('\r\n\r\n', 2);
      connection.end();
    });
    const client = newClient();
    const target = targetOn(origin.port, { maxConnections: 1 });
    await contentText(await client.fetch(getFrom(target)));
    const content = { kind: 'bytes', bytes: Buffer.from('x') } as const;
    const post = client.fetch(getFrom(target, { method: 'POST', content }));
    expect(await codeOf(post)).toBe('EDGE_ORIGIN_ABORTED');
    expect(origin.connections.all).toHaveLength(1);
  });

  test('a response that had begun is never asked for again', async () => {
    const origin = await rawOriginFor(async (connection) => {
      await connection.waitForText('\r\n\r\n');
      connection.send(OK);
      await connection.waitForText('\r\n\r\n', 2);
      connection.send('HTTP/1.1 200 OK\r\nCont');
      connection.end();
    });
    const client = newClient();
    const target = targetOn(origin.port, { maxConnections: 1 });
    await contentText(await client.fetch(getFrom(target)));
    expect(await codeOf(client.fetch(getFrom(target)))).toBe('EDGE_ORIGIN_ABORTED');
    expect(origin.connections.all).toHaveLength(1);
  });

  test('another origin that is up is not disturbed', async () => {
    const { port } = await originFor((_request, response) => response.end('up'));
    const client = newClient();
    const down = codeOf(client.fetch(getFrom(targetOn(await closedPort()))));
    expect(await contentText(await client.fetch(getFrom(targetOn(port))))).toBe('up');
    expect(await down).toBe('EDGE_ORIGIN_CONNECT');
  });
});
