import { PassThrough, Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { EdgeError } from '../../src/base/edge-error.ts';
import { Recorder } from '../support/recorder.ts';
import { waitFor } from '../support/wait-for.ts';
import {
  cannedOrigin,
  codeOf,
  contentText,
  getFrom,
  newClient,
  originFor,
  rawOriginFor,
  targetOn,
} from './client-fixture.ts';

describe('fetch() sends', () => {
  test('method, path behind the prefix, query and the fields as they are', async () => {
    const { port, requests } = await originFor((_request, response) => response.end());
    const fields = ['Host', 'www.example.com', 'X-Two', '1', 'x-tWo', '2', 'User-Agent', 'Me'];
    await newClient().fetch(
      getFrom(targetOn(port, { path: '/prefix' }), { path: '/a%20b', query: 'x=1&y', fields }),
    );
    expect(requests[0]).toMatchObject({ method: 'GET', url: '/prefix/a%20b?x=1&y' });
    expect(
      requests[0]?.rawHeaders.filter((_, i, all) => all[i - (i % 2)] !== 'connection'),
    ).toEqual(['host', 'www.example.com', 'X-Two', '1', 'x-tWo', '2', 'User-Agent', 'Me']);
  });

  test('no field of the connection, whoever put it there', async () => {
    const { port, requests } = await originFor((_request, response) => response.end());
    const fields = [
      'Host',
      'a',
      'Expect',
      '100-continue',
      'Transfer-Encoding',
      'chunked',
      'Keep-Alive',
      '1',
      'Upgrade',
      'x',
      'Content-Length',
      '7',
      'Host',
      'b',
      'Connection',
      'x',
    ];
    await newClient().fetch(getFrom(targetOn(port), { fields }));
    expect(requests[0]?.rawHeaders).toEqual(['host', 'a', 'connection', 'keep-alive']);
  });

  test('bytes with their length', async () => {
    const { port, completed } = await originFor((_request, response) => response.end());
    const content = { kind: 'bytes', bytes: Buffer.from('hello') } as const;
    await newClient().fetch(getFrom(targetOn(port), { method: 'POST', content }));
    const seen = await completed.waitFor();
    expect([seen.content, seen.headers['content-length']]).toEqual(['hello', '5']);
  });

  test.each([
    [undefined, undefined, 'chunked'],
    [4, '4', undefined],
  ])('a stream of length %s', async (lengthBytes, length, coding) => {
    const { port, completed } = await originFor((_request, response) => response.end(), {
      whole: true,
    });
    const stream = Readable.from([Buffer.from('ab'), Buffer.from('cd')]);
    const content =
      lengthBytes === undefined
        ? ({ kind: 'stream', stream } as const)
        : ({ kind: 'stream', stream, lengthBytes } as const);
    await newClient().fetch(getFrom(targetOn(port), { method: 'PUT', content }));
    const { content: sent, headers } = await completed.waitFor();
    expect([sent, headers['content-length'], headers['transfer-encoding']]).toEqual([
      'abcd',
      length,
      coding,
    ]);
  });

  test('a stream no faster than the origin reads', async () => {
    const { port } = await originFor((request, response) => {
      request.pause();
      response.flushHeaders();
    });
    let produced = 0;
    const stream = new Readable({
      read() {
        produced += 1;
        this.push(produced > 2_000 ? null : Buffer.alloc(65_536));
      },
    });
    const client = newClient();
    const pending = codeOf(
      client.fetch(
        getFrom(targetOn(port), { method: 'POST', content: { kind: 'stream', stream } }),
      ),
    );
    await waitFor(stream, ['pause'], () => stream.isPaused());
    expect(produced).toBeLessThan(2_000);
    await client.destroy();
    await pending;
    expect(stream.destroyed).toBe(true);
  });

  test('many requests over few connections', async () => {
    const origin = await originFor((_request, response) => response.end('x'));
    const client = newClient();
    const target = targetOn(origin.port, { maxConnections: 2 });
    await Promise.all(
      Array.from({ length: 10 }, async () => contentText(await client.fetch(getFrom(target)))),
    );
    expect([origin.requests.length, origin.connectionCount]).toEqual([10, 2]);
  });
});

describe('fetch() gives', () => {
  test('status, reason and the fields with case, order and duplicates', async () => {
    const { port } = await cannedOrigin(
      'HTTP/1.1 299 Very Fine\r\nset-Cookie: a=1\r\nX-A: \xe9\r\nSet-Cookie: b=2\r\nContent-Length: 2\r\n\r\nok',
    );
    const response = await newClient().fetch(getFrom(targetOn(port)));
    expect(response.head).toEqual({
      status: 299,
      reason: 'Very Fine',
      fields: ['set-Cookie', 'a=1', 'X-A', '\xe9', 'Set-Cookie', 'b=2', 'Content-Length', '2'],
    });
    expect(response.content).toMatchObject({ kind: 'stream', lengthBytes: 2 });
    expect(await contentText(response)).toBe('ok');
    expect(response.attempts).toBe(1);
  });

  test.each([
    ['UTF-8', '\xe6\x9c\xaa', '\xe6\x9c\xaa'],
    ['a control character', 'a\x01b', 'ab'],
    ['nothing', '', ''],
  ])('a reason phrase that can be written to a viewer: %s', async (_name, sent, reason) => {
    const { port } = await cannedOrigin(`HTTP/1.1 200 ${sent}\r\nContent-Length: 0\r\n\r\n`);
    const response = await newClient().fetch(getFrom(targetOn(port)));
    expect(response.head.reason).toBe(reason);
  });

  test('the times of RFC 9111 §4.2.3', async () => {
    const { port } = await cannedOrigin('HTTP/1.1 204 No Content\r\n\r\n');
    let now = 1_000;
    const clock = { now: () => (now += 10) };
    const response = await newClient({ clock }).fetch(getFrom(targetOn(port)));
    expect(response).toMatchObject({
      requestSentAt: 1_020,
      responseReceivedAt: 1_030,
      firstByteMs: 20,
    });
  });

  test.each([
    ['GET', 'HTTP/1.1 204 No Content\r\n\r\n'],
    ['GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\nETag: "x"\r\n\r\n'],
    ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'],
    ['GET', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
  ])('no content for %s answered %j', async (method, bytes) => {
    const { port } = await cannedOrigin(bytes);
    const response = await newClient().fetch(getFrom(targetOn(port), { method }));
    expect(response.content).toEqual({ kind: 'none' });
  });

  test.each([
    ['103', 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'],
    ['102', 'HTTP/1.1 102 Processing\r\n\r\n'],
  ])('the final response after interim %s (RFC 9110 §15.2)', async (_status, interim) => {
    const { port } = await cannedOrigin(`${interim}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`);
    const response = await newClient().fetch(getFrom(targetOn(port)));
    expect([response.head.status, response.head.fields]).toEqual([200, ['Content-Length', '2']]);
    expect(await contentText(response)).toBe('ok');
  });

  test('chunked content without its trailer section', async () => {
    const { port } = await cannedOrigin(
      'HTTP/1.1 200 OK\r\nTrailer: X\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX: y\r\n\r\n',
    );
    const response = await newClient().fetch(getFrom(targetOn(port)));
    expect(await contentText(response)).toBe('ok');
    expect(response.head.fields).toEqual(['Trailer', 'X', 'Transfer-Encoding', 'chunked']);
  });

  test('content that ends with the connection', async () => {
    const { port } = await cannedOrigin('HTTP/1.0 200 OK\r\n\r\nto the end', 'end');
    const response = await newClient().fetch(getFrom(targetOn(port)));
    expect(response.content).not.toHaveProperty('lengthBytes');
    expect(await contentText(response)).toBe('to the end');
  });

  test('content no faster than it is read', async () => {
    const chunk = Buffer.alloc(65_536);
    const { port } = await originFor((_request, response) => {
      let sent = 0;
      const source = new Readable({
        read() {
          sent += 1;
          this.push(sent > 1_000 ? null : chunk);
        },
      });
      source.pipe(response);
    });
    const { content } = await newClient().fetch(getFrom(targetOn(port)));
    if (content.kind !== 'stream') throw new Error('Expected a stream');
    // Enough turns of the loop for the origin to send all, if the connection were read.
    for (let turn = 0; turn < 2_000; turn += 1) await setImmediate();
    expect(content.stream.readableLength).toBeLessThan(10 * chunk.length);
    let received = 0;
    for await (const part of content.stream) received += (part as Uint8Array).length;
    expect(received).toBe(1_000 * chunk.length);
  });
});

describe('an abort signal', () => {
  test('ends a request that waits for its response, with the reason given', async () => {
    const origin = await rawOriginFor(() => undefined);
    const abort = new AbortController();
    const reason = new EdgeError('EDGE_VIEWER_ABORTED', 'gone');
    const pending = newClient().fetch(getFrom(targetOn(origin.port)), abort.signal);
    const connection = await origin.connections.waitFor();
    await connection.waitForText('\r\n\r\n');
    abort.abort(reason);
    await expect(pending).rejects.toBe(reason);
    await waitFor(
      connection.socket,
      ['end', 'close'],
      () => connection.socket.readableEnded || connection.socket.destroyed,
    );
  });

  test('ends a request that waits for a connection, which is then never sent', async () => {
    const seen = new Recorder<string>();
    const origin = await rawOriginFor(({ socket }) => {
      socket.on('data', (chunk) => seen.add(chunk.toString()));
    });
    const client = newClient();
    const target = targetOn(origin.port, { maxConnections: 1 });
    const first = client.fetch(getFrom(target));
    const connection = await origin.connections.waitFor();
    await connection.waitForText('\r\n\r\n');
    const abort = new AbortController();
    const second = client.fetch(getFrom(target, { path: '/second' }), abort.signal);
    abort.abort(new EdgeError('EDGE_VIEWER_ABORTED', 'gone'));
    expect(await codeOf(second)).toBe('EDGE_VIEWER_ABORTED');
    connection.send('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    await first;
    const third = codeOf(client.fetch(getFrom(target, { path: '/third' })));
    await seen.waitFor((text) => text.includes('/third'));
    expect(seen.all.join('')).not.toContain('/second');
    await client.destroy();
    await third;
  });

  test('ends content under way', async () => {
    const { port } = await cannedOrigin('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhalf');
    const abort = new AbortController();
    const response = await newClient().fetch(getFrom(targetOn(port)), abort.signal);
    abort.abort(new EdgeError('EDGE_VIEWER_ABORTED', 'gone'));
    expect(await codeOf(contentText(response))).toBe('EDGE_VIEWER_ABORTED');
  });

  test('that has fired already sends nothing', async () => {
    const origin = await rawOriginFor(() => undefined);
    const reason = new EdgeError('EDGE_VIEWER_ABORTED', 'gone');
    await expect(
      newClient().fetch(getFrom(targetOn(origin.port)), AbortSignal.abort(reason)),
    ).rejects.toBe(reason);
    expect(origin.connections.all).toEqual([]);
  });
});

test('destroying the content drops the connection', async () => {
  const origin = await cannedOrigin('HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf');
  const target = targetOn(origin.port, { readTimeoutMs: 600_000 });
  const { content } = await newClient().fetch(getFrom(target));
  if (content.kind === 'stream') content.stream.destroy();
  const { socket } = await origin.connections.waitFor();
  await waitFor(socket, ['end', 'close'], () => socket.readableEnded || socket.destroyed);
});

test('request content that fails rejects with its own error, and the origin sees no end', async () => {
  const origin = await originFor(() => undefined);
  const stream = new PassThrough();
  const pending = newClient().fetch(
    getFrom(targetOn(origin.port), { method: 'POST', content: { kind: 'stream', stream } }),
  );
  stream.write('half');
  await waitFor(origin.server, ['request'], () => origin.requests.length === 1);
  stream.destroy(new EdgeError('EDGE_VIEWER_BODY_TOO_LARGE', 'too large'));
  expect(await codeOf(pending)).toBe('EDGE_VIEWER_BODY_TOO_LARGE');
  expect(origin.requests[0]?.content).toBeUndefined();
});

test('close() waits for responses under way', async () => {
  const origin = await rawOriginFor(() => undefined);
  const client = newClient();
  const pending = client.fetch(getFrom(targetOn(origin.port)));
  const connection = await origin.connections.waitFor();
  await connection.waitForText('\r\n\r\n');
  const closing = client.close();
  connection.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  expect(await contentText(await pending)).toBe('ok');
  await closing;
});

test('destroy() fails responses under way', async () => {
  const { port } = await cannedOrigin('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhalf');
  const client = newClient();
  const response = await client.fetch(getFrom(targetOn(port)));
  const failing = codeOf(contentText(response));
  await client.destroy();
  expect(await failing).toBe('EDGE_ORIGIN_ABORTED');
});

test('pools are bounded: the least recently used one closes its connections', async () => {
  const bytes = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
  const oldest = await cannedOrigin(bytes);
  const newest = await cannedOrigin(bytes);
  const client = newClient({ maxPools: 2 });
  for (const { port } of [oldest, await cannedOrigin(bytes), newest]) {
    await client.fetch(getFrom(targetOn(port)));
  }
  const { socket } = await oldest.connections.waitFor();
  await waitFor(socket, ['end', 'close'], () => socket.readableEnded || socket.destroyed);
  expect((await newest.connections.waitFor()).socket.readableEnded).toBe(false);
});
