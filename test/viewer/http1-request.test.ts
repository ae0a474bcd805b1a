import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { NO_CONTENT } from '../../src/http/message.ts';
import { rawField } from '../support/raw-client.ts';
import { startListener, textReply } from './listener-fixture.ts';

const HOST = 'Host: www.example.com\r\n';

describe('createViewerListener() gives the pipeline', () => {
  test('method, target, fields with case and duplicates, and the peer', async () => {
    const { connect, requests } = await startListener(() => textReply('ok'));
    const client = await connect();
    client.send(
      `PUT /a%20b/c?x=1&y HTTP/1.1\r\n${HOST}X-Two: 1\r\nx-tWo: 2\r\nContent-Length: 0\r\n\r\n`,
    );
    await client.response();
    const request = requests.all[0];
    expect(request).toMatchObject({
      method: 'PUT',
      target: '/a%20b/c?x=1&y',
      path: '/a%20b/c',
      query: 'x=1&y',
      httpVersion: '1.1',
      clientIp: '127.0.0.1',
      clientPort: client.socket.localPort,
      protocol: 'http',
      content: { kind: 'none' },
    });
    expect(request?.fields).toEqual([
      'Host',
      'www.example.com',
      'X-Two',
      '1',
      'x-tWo',
      '2',
      'Content-Length',
      '0',
    ]);
  });

  test('path, query and Host of an absolute-form target (RFC 9112 §3.2.2)', async () => {
    const { connect, requests } = await startListener(() => textReply('ok'));
    const client = await connect();
    client.send(`GET http://other.example:81?q HTTP/1.1\r\nA: b\r\n${HOST}\r\n`);
    await client.response();
    expect(requests.all[0]).toMatchObject({
      path: '/',
      query: 'q',
      fields: ['Host', 'other.example:81', 'A', 'b'],
    });
  });

  test('the content of a GET as a stream, for the pipeline to refuse', async () => {
    const { connect, requests } = await startListener(() => textReply('no', [], 403));
    const client = await connect();
    client.send(`GET / HTTP/1.1\r\n${HOST}Content-Length: 2\r\n\r\nhi`);
    expect((await client.response()).status).toBe(403);
    expect(requests.all[0]?.content).toMatchObject({ kind: 'stream', lengthBytes: 2 });
  });

  test('content as a stream, from Content-Length or from chunks', async () => {
    const { connect } = await startListener(async (request) =>
      textReply(request.content.kind === 'stream' ? await text(request.content.stream) : ''),
    );
    const client = await connect();
    client.send(`POST / HTTP/1.1\r\n${HOST}Content-Length: 5\r\n\r\nhello`);
    expect((await client.response()).content).toBe('hello');
    client.send(
      `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`,
    );
    expect((await client.response()).content).toBe('abcde');
  });

  test('100 Continue when the content is first read, not before (RFC 9110 §10.1.1)', async () => {
    const { connect } = await startListener(async (request) =>
      textReply(request.content.kind === 'stream' ? await text(request.content.stream) : ''),
    );
    const client = await connect();
    client.send(`POST / HTTP/1.1\r\n${HOST}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n`);
    expect((await client.response()).status).toBe(100);
    client.send('ok');
    expect((await client.response()).content).toBe('ok');
  });

  test('no 100 Continue when the reply does not need the content, and a closed connection', async () => {
    const { connect } = await startListener(() => textReply('no', [], 403));
    const client = await connect();
    client.send(`POST / HTTP/1.1\r\n${HOST}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n`);
    const response = await client.response();
    expect([response.status, rawField(response, 'connection')]).toEqual([403, 'close']);
    await client.closed();
  });
});

const refusals: [string, string, number, string][] = [
  [
    'a target over the limit',
    `GET /${'u'.repeat(8_192)} HTTP/1.1\r\n${HOST}\r\n`,
    414,
    'EDGE_VIEWER_URL_TOO_LONG',
  ],
  [
    'a target that the parser cannot hold',
    `GET /${'u'.repeat(60_000)} HTTP/1.1\r\n${HOST}\r\n`,
    414,
    'EDGE_VIEWER_URL_TOO_LONG',
  ],
  [
    'a header section just over the limit',
    `GET / HTTP/1.1\r\n${HOST}${'A: b\r\n'.repeat(5_500)}\r\n`,
    494,
    'EDGE_VIEWER_HEADERS_TOO_LARGE',
  ],
  [
    'a header section that the parser cannot hold',
    `GET / HTTP/1.1\r\n${HOST}A: ${'b'.repeat(60_000)}\r\n\r\n`,
    494,
    'EDGE_VIEWER_HEADERS_TOO_LARGE',
  ],
  [
    'two Host fields (RFC 9112 §3.2)',
    `GET / HTTP/1.1\r\n${HOST}${HOST}\r\n`,
    400,
    'EDGE_VIEWER_BAD_REQUEST',
  ],
  [
    'no Host field (RFC 9112 §3.2)',
    'GET / HTTP/1.1\r\nA: b\r\n\r\n',
    400,
    'EDGE_VIEWER_BAD_REQUEST',
  ],
  [
    'an invalid Host (RFC 9112 §3.2)',
    'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n',
    400,
    'EDGE_VIEWER_BAD_REQUEST',
  ],
  [
    'a target with a fragment (RFC 9112 §3.2)',
    `GET /a#b HTTP/1.1\r\n${HOST}\r\n`,
    400,
    'EDGE_VIEWER_BAD_REQUEST',
  ],
  [
    'a target of no form (RFC 9112 §3.2)',
    `GET ftp://a/ HTTP/1.1\r\n${HOST}\r\n`,
    400,
    'EDGE_VIEWER_BAD_REQUEST',
  ],
  [
    'asterisk-form with GET (RFC 9112 §3.2.4)',
    `GET * HTTP/1.1\r\n${HOST}\r\n`,
    400,
    'EDGE_VIEWER_BAD_REQUEST',
  ],
  [
    'user information in the target (RFC 9110 §4.2.4)',
    `GET http://u@h/ HTTP/1.1\r\n${HOST}\r\n`,
    400,
    'EDGE_VIEWER_BAD_REQUEST',
  ],
  [
    'both framings (RFC 9112 §6.3)',
    `POST / HTTP/1.1\r\n${HOST}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
    'EDGE_VIEWER_BAD_REQUEST',
  ],
  [
    'two lengths (RFC 9112 §6.3)',
    `POST / HTTP/1.1\r\n${HOST}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd`,
    400,
    'EDGE_VIEWER_BAD_REQUEST',
  ],
  [
    'chunked that is not last (RFC 9112 §6.1)',
    `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n`,
    400,
    'EDGE_VIEWER_BAD_REQUEST',
  ],
  [
    'a transfer coding before chunked (RFC 9112 §6.1)',
    `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    400,
    'EDGE_VIEWER_BAD_REQUEST',
  ],
  [
    'a transfer coding on a line of its own (RFC 9112 §6.1)',
    `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
    'EDGE_VIEWER_BAD_REQUEST',
  ],
  [
    'OPTIONS * with two Host fields (RFC 9112 §3.2)',
    `OPTIONS * HTTP/1.1\r\n${HOST}${HOST}\r\n`,
    400,
    'EDGE_VIEWER_BAD_REQUEST',
  ],
  [
    'OPTIONS * with a header section over the limit',
    `OPTIONS * HTTP/1.1\r\n${HOST}${'A: b\r\n'.repeat(5_500)}\r\n`,
    494,
    'EDGE_VIEWER_HEADERS_TOO_LARGE',
  ],
  [
    'OPTIONS * with a length over the limit',
    `OPTIONS * HTTP/1.1\r\n${HOST}Content-Length: 1000001\r\n\r\n`,
    413,
    'EDGE_VIEWER_BODY_TOO_LARGE',
  ],
  [
    'a space before the colon (RFC 9112 §5.1)',
    `GET / HTTP/1.1\r\n${HOST}A : b\r\n\r\n`,
    400,
    'EDGE_VIEWER_BAD_REQUEST',
  ],
  [
    'a folded line (RFC 9112 §5.2)',
    `GET / HTTP/1.1\r\n${HOST}A: b\r\n c\r\n\r\n`,
    400,
    'EDGE_VIEWER_BAD_REQUEST',
  ],
  [
    'a bare CR (RFC 9112 §2.2)',
    `GET / HTTP/1.1\r\n${HOST}A: b\rc\r\n\r\n`,
    400,
    'EDGE_VIEWER_BAD_REQUEST',
  ],
  [
    'bytes that are not HTTP',
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    400,
    'EDGE_VIEWER_BAD_REQUEST',
  ],
  [
    'a length over the limit',
    `POST / HTTP/1.1\r\n${HOST}Content-Length: 1000001\r\n\r\n`,
    413,
    'EDGE_VIEWER_BODY_TOO_LARGE',
  ],
];

describe('createViewerListener() refuses', () => {
  test.each(refusals)('%s', async (_name, bytes, status, code) => {
    const { connect, replied, requests } = await startListener(() => textReply('served'));
    const client = await connect();
    client.send(bytes);
    const response = await client.response();
    expect(response.status).toBe(status);
    expect(response.content).toContain('Request ID: request-1');
    expect(rawField(response, 'x-cache')).toBe('Error from isoedge');
    expect(rawField(response, 'connection')).toBe('close');
    const reply = await replied.waitFor();
    expect([reply.code, reply.report.status]).toEqual([code, status]);
    expect(requests.all).toEqual([]);
  });

  test('CONNECT with 405, since this is no forward proxy (RFC 9110 §9.3.6)', async () => {
    const { connect } = await startListener(() => textReply('served'));
    const client = await connect();
    client.send(`CONNECT a:443 HTTP/1.1\r\n${HOST}\r\n`);
    expect((await client.response()).status).toBe(405);
  });

  test('what follows a refused request on the same connection', async () => {
    const { connect, requests } = await startListener(() => textReply('served'));
    const client = await connect();
    client.send(`GET /a#b HTTP/1.1\r\n${HOST}\r\nGET /second HTTP/1.1\r\n${HOST}\r\n`);
    expect((await client.response()).status).toBe(400);
    expect(await client.closed()).toBe('');
    expect(requests.all).toEqual([]);
  });

  test('chunked content over the limit, in the stream that the pipeline reads', async () => {
    const { connect, replied } = await startListener(
      async (request) => {
        if (request.content.kind !== 'stream') return textReply('no content');
        return text(request.content.stream).then(
          () => textReply('read'),
          (error: { code: string; status: number }) => textReply(error.code, [], error.status),
        );
      },
      { maxBodyBytes: 10 },
    );
    const client = await connect();
    client.send(`POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n`);
    const response = await client.response();
    expect([response.status, response.content]).toEqual([413, 'EDGE_VIEWER_BODY_TOO_LARGE']);
    expect(rawField(response, 'connection')).toBe('close');
    expect((await replied.waitFor()).report.outcome).toBe('complete');
  });

  test('broken chunks, in the stream that the pipeline reads', async () => {
    const { connect } = await startListener(async (request) =>
      text(request.content.kind === 'stream' ? request.content.stream : Readable.from([])).then(
        () => textReply('read'),
        (error: { code: string; status: number }) => textReply(error.code, [], error.status),
      ),
    );
    const client = await connect();
    client.send(`POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`);
    client.send('nonsense\r\n');
    const response = await client.response();
    expect([response.status, response.content]).toEqual([400, 'EDGE_VIEWER_BAD_REQUEST']);
    await client.closed();
  });
});

test('OPTIONS * is answered by the listener (RFC 9110 §9.3.7)', async () => {
  const { connect, requests } = await startListener(() => textReply('served'));
  const client = await connect();
  client.send(`OPTIONS * HTTP/1.1\r\n${HOST}\r\n`);
  const response = await client.response();
  expect([response.status, rawField(response, 'allow')]).toEqual([
    204,
    expect.stringContaining('GET'),
  ]);
  expect(requests.all).toEqual([]);
});

test('Upgrade is ignored, the request is served as it is', async () => {
  const { connect } = await startListener(() => textReply('plain'));
  const client = await connect();
  client.send(`GET / HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
  expect((await client.response()).content).toBe('plain');
});

test('more than a thousand field lines all arrive', async () => {
  const { connect, requests } = await startListener(() => textReply('ok'));
  const client = await connect();
  client.send(`GET / HTTP/1.1\r\n${HOST}${'A: b\r\n'.repeat(3_000)}\r\n`);
  await client.response();
  expect(requests.all[0]?.fields.length).toBe(6_002);
});

test('an HTTP/1.0 request needs no Host and ends the connection', async () => {
  const { connect, requests } = await startListener(() => textReply('old'));
  const client = await connect();
  client.send('GET / HTTP/1.0\r\n\r\n');
  expect((await client.response()).content).toBe('old');
  await client.closed();
  expect(requests.all[0]?.httpVersion).toBe('1.0');
});

test('a head that does not arrive in time is answered 408', async () => {
  const { connect, replied } = await startListener(() => textReply('ok'), {
    headersTimeoutMs: 100,
  });
  const client = await connect();
  client.send('GET / HTTP/1.1\r\nHos');
  expect((await client.response()).status).toBe(408);
  expect((await replied.waitFor()).code).toBe('EDGE_VIEWER_TIMEOUT');
});

test('a connection that is never used is closed without a word', async () => {
  const { connect, replied } = await startListener(() => textReply('ok'), {
    headersTimeoutMs: 100,
  });
  const client = await connect();
  expect(await client.closed()).toBe('');
  expect(replied.all).toEqual([]);
});

test('content that stops moving fails its stream with EDGE_VIEWER_TIMEOUT', async () => {
  const { connect } = await startListener(
    async (request) =>
      text(request.content.kind === 'stream' ? request.content.stream : Readable.from([])).then(
        () => textReply('read'),
        (error: { code: string; status: number }) => textReply(error.code, [], error.status),
      ),
    { idleTimeoutMs: 100 },
  );
  const client = await connect();
  client.send(`POST / HTTP/1.1\r\n${HOST}Content-Length: 10\r\n\r\nhalf`);
  const response = await client.response();
  expect([response.status, response.content]).toEqual([408, 'EDGE_VIEWER_TIMEOUT']);
  expect(rawField(response, 'connection')).toBe('close');
});

test('the idle time does not run while the handler works', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { connect, listener } = await startListener(
    async () => {
      await promise;
      return { head: { status: 204, reason: '', fields: [] }, content: NO_CONTENT };
    },
    { idleTimeoutMs: 50 },
  );
  const client = await connect();
  client.send(`GET / HTTP/1.1\r\n${HOST}\r\n`);
  // Two idle times pass on the listener's own socket before the handler ends.
  const other = await connect();
  other.send(`GET / HTTP/1.1\r\n${HOST}\r\n`);
  const third = await connect();
  await third.closed();
  const fourth = await connect();
  await fourth.closed();
  expect(listener.requestsInFlight).toBe(2);
  resolve();
  expect((await client.response()).status).toBe(204);
});
