import { once } from 'node:events';
import { connect } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, onTestFinished, test } from 'vitest';
import { EdgeError } from '../../src/base/edge-error.ts';
import type { Content } from '../../src/http/message.ts';
import type { ViewerReply } from '../../src/http/viewer-message.ts';
import { rawField, rawFields } from '../support/raw-client.ts';
import { waitFor } from '../support/wait-for.ts';
import { startListener, textReply } from './listener-fixture.ts';

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const HEAD = 'HEAD / HTTP/1.1\r\nHost: a\r\n\r\n';

function reply(content: Content, fields: readonly string[] = [], status = 200): ViewerReply {
  return { head: { status, reason: 'Fine', fields }, content };
}

describe('a reply', () => {
  test('keeps case, order, duplicates and the reason phrase, and has one Date', async () => {
    const fields = ['X-One', '1', 'set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'date', 'some day'];
    const { connect } = await startListener(() => reply({ kind: 'none' }, fields));
    const client = await connect();
    client.send(GET);
    const response = await client.response();
    expect(response.reason).toBe('Fine');
    expect(response.fields.slice(0, 8)).toEqual(fields);
    expect(rawFields(response, 'date')).toEqual(['some day']);
    expect(rawField(response, 'content-length')).toBe('0');
  });

  test('gets a Date when it has none', async () => {
    const { connect } = await startListener(() => textReply('x'));
    const client = await connect();
    client.send(GET);
    expect(rawFields(await client.response(), 'date')).toHaveLength(1);
  });

  test('loses what belongs to a connection, and a length that is not its own', async () => {
    const fields = [
      'Connection',
      'close, x',
      'Keep-Alive',
      'timeout=99',
      'Transfer-Encoding',
      'gzip',
      'Content-Length',
      '9',
      'A',
      'b',
    ];
    const { connect } = await startListener(() => textReply('four', fields));
    const client = await connect();
    client.send(GET);
    const response = await client.response();
    expect(response.content).toBe('four');
    expect(response.fields.slice(0, 4)).toEqual(['A', 'b', 'Content-Length', '4']);
    expect(rawField(response, 'transfer-encoding')).toBeUndefined();
    expect(rawField(response, 'connection')).toBe('keep-alive');
  });

  test.each([
    [HEAD, 200, '3'],
    [GET, 304, '3'],
    [GET, 204, undefined],
  ])('to %j with status %i has no content', async (request, status, length) => {
    const { connect } = await startListener(() =>
      reply({ kind: 'none' }, ['Content-Length', '3'], status),
    );
    const client = await connect();
    client.send(`${request}${GET}`);
    const first = await client.response(request.slice(0, 4).trim());
    expect([first.status, rawField(first, 'content-length')]).toEqual([status, length]);
    expect((await client.response()).status).toBe(status);
  });

  test.each([
    [HEAD, 200],
    [GET, 304],
    [GET, 204],
  ])('to %j with status %i destroys a stream that it cannot send', async (request, status) => {
    const stream = Readable.from(['abc']);
    const { connect } = await startListener(() => reply({ kind: 'stream', stream }, [], status));
    const client = await connect();
    client.send(request);
    expect((await client.response('HEAD')).status).toBe(status);
    expect(stream.destroyed).toBe(true);
    expect(client.received).toBe('');
  });

  test('with a stream is chunked, or has its length', async () => {
    let lengthBytes: number | undefined;
    const { connect, replied } = await startListener(() => {
      const stream = Readable.from(['ab', 'cd']);
      return reply(
        lengthBytes === undefined
          ? { kind: 'stream', stream }
          : { kind: 'stream', stream, lengthBytes },
      );
    });
    const client = await connect();
    client.send(GET);
    const chunked = await client.response();
    expect([chunked.content, rawField(chunked, 'transfer-encoding')]).toEqual(['abcd', 'chunked']);
    lengthBytes = 4;
    client.send(GET);
    const sized = await client.response();
    expect([sized.content, rawField(sized, 'content-length')]).toEqual(['abcd', '4']);
    const [, second] = await replied.waitForCount(2);
    expect(second?.report).toEqual({ status: 200, contentBytesSent: 4, outcome: 'complete' });
  });

  test('with a stream to HTTP/1.0 is not chunked and ends with the connection', async () => {
    const { connect } = await startListener(() =>
      reply({ kind: 'stream', stream: Readable.from(['ab', 'cd']) }),
    );
    const client = await connect();
    client.send('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
    await client.closed();
    const response = await client.response();
    expect([response.content, rawField(response, 'transfer-encoding')]).toEqual([
      'abcd',
      undefined,
    ]);
  });

  test('sends its head before the first byte of a slow stream', async () => {
    const stream = new PassThrough();
    const { connect } = await startListener(() => reply({ kind: 'stream', stream }));
    const client = await connect();
    client.send(GET);
    await client.waitForText('\r\n\r\n');
    stream.end('late');
    expect((await client.response()).content).toBe('late');
  });

  test('with a value that no field may have becomes a 500 page', async () => {
    const { connect, replied } = await startListener(() =>
      textReply('x', ['A', 'b\r\nInjected: 1']),
    );
    const client = await connect();
    client.send(GET);
    const response = await client.response();
    expect(response.status).toBe(500);
    expect(rawField(response, 'injected')).toBeUndefined();
    expect((await replied.waitFor()).code).toBe('EDGE_INTERNAL');
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('fault');
      },
    ],
    ['rejects', () => Promise.reject(new Error('fault'))],
  ])('of a handler that %s is a 500 page, and the connection lives on', async (_name, handle) => {
    const { connect, replied, listener } = await startListener(handle);
    const client = await connect();
    client.send(GET);
    const response = await client.response();
    expect([response.status, rawField(response, 'connection')]).toEqual([500, 'keep-alive']);
    expect(response.content).not.toContain('fault');
    expect((await replied.waitFor()).code).toBe('EDGE_INTERNAL');
    expect(listener.requestsInFlight).toBe(0);
  });

  test('is reported once, with the very object that the handler returned', async () => {
    const mine = textReply('12345');
    const { connect, replied } = await startListener(() => mine);
    const client = await connect();
    client.send(GET);
    await client.response();
    const { report, reply: reported, request } = await replied.waitFor();
    expect(report).toEqual({ status: 200, contentBytesSent: 5, outcome: 'complete' });
    expect(reported).toBe(mine);
    expect(request?.target).toBe('/');
    expect(replied.all).toHaveLength(1);
  });
});

describe('a stream that breaks', () => {
  test.each<[string, Content & { kind: 'stream' }, (stream: PassThrough) => void]>([
    [
      'fails',
      { kind: 'stream', stream: new PassThrough() },
      (stream) => stream.destroy(new EdgeError('EDGE_ORIGIN_ABORTED', 'gone')),
    ],
    ['is destroyed', { kind: 'stream', stream: new PassThrough() }, (stream) => stream.destroy()],
    [
      'is shorter than its length',
      { kind: 'stream', stream: new PassThrough(), lengthBytes: 9 },
      (stream) => stream.end(),
    ],
    [
      'is longer than its length',
      { kind: 'stream', stream: new PassThrough(), lengthBytes: 6 },
      (stream) => stream.write('too much'),
    ],
  ])('(it %s) closes the connection inside the reply', async (_name, content, breakIt) => {
    const { connect, replied, listener } = await startListener(() => reply(content));
    const client = await connect();
    client.send(GET);
    const stream = content.stream as PassThrough;
    stream.write('first');
    await client.waitForText('first');
    breakIt(stream);
    await expect(client.response()).rejects.toThrow('Connection closed');
    const { report, code } = await replied.waitFor();
    expect(report).toEqual({ status: 200, contentBytesSent: 5, outcome: 'content-failed' });
    expect(code).toBe('EDGE_ORIGIN_ABORTED');
    expect(listener.requestsInFlight).toBe(0);
  });

  test('resets a connection whose end would look like the end of the content', async () => {
    const stream = new PassThrough();
    const { connect } = await startListener(() => reply({ kind: 'stream', stream }));
    const client = await connect();
    let code = '';
    client.socket.on('error', (error: Error & { code?: string }) => {
      code = error.code ?? '';
    });
    client.send('GET / HTTP/1.0\r\n\r\n');
    stream.write('first');
    await client.waitForText('first');
    stream.destroy();
    await client.closed();
    expect(code).toBe('ECONNRESET');
  });

  test('before its first byte becomes an error page', async () => {
    const stream = new PassThrough();
    stream.on('error', () => undefined);
    stream.destroy(new EdgeError('EDGE_ORIGIN_ABORTED', 'gone'));
    const { connect } = await startListener(() => reply({ kind: 'stream', stream }));
    const client = await connect();
    client.send(GET);
    expect((await client.response()).status).toBe(502);
  });
});

describe('a viewer that reads slowly', () => {
  test('holds the stream back, and gets all of it in the end', async () => {
    const chunk = Buffer.alloc(65_536, 'x');
    let produced = 0;
    const total = 400;
    const stream = new Readable({
      read() {
        produced += 1;
        this.push(produced > total ? null : chunk);
      },
    });
    const lengthBytes = total * chunk.length;
    const { connect, replied } = await startListener(() =>
      reply({ kind: 'stream', stream, lengthBytes }),
    );
    const client = await connect();
    client.pause();
    client.send(GET);
    await waitFor(stream, ['pause'], () => stream.isPaused());
    expect(produced).toBeLessThan(total);
    let received = 0;
    client.socket.on('data', (bytes: Uint8Array) => {
      received += bytes.length;
    });
    client.resume();
    await waitFor(client.socket, ['data'], () => received > lengthBytes);
    expect((await replied.waitFor()).report.contentBytesSent).toBe(lengthBytes);
  });

  test('and stops, is cut off after the idle time', async () => {
    const stream = new Readable({
      read() {
        this.push(Buffer.alloc(65_536));
      },
    });
    const { connect, replied } = await startListener(() => reply({ kind: 'stream', stream }), {
      idleTimeoutMs: 100,
    });
    const client = await connect();
    client.pause();
    client.send(GET);
    expect((await replied.waitFor()).report.outcome).toBe('viewer-aborted');
    expect(stream.destroyed).toBe(true);
  });
});

describe('request content that nobody reads', () => {
  test('is thrown away if it is small, and the connection serves the next request', async () => {
    const { connect } = await startListener((request) => textReply(request.path));
    const client = await connect();
    client.send(`POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel`);
    expect((await client.response()).content).toBe('/1');
    client.send(`loGET /2 HTTP/1.1\r\nHost: a\r\n\r\n`);
    expect((await client.response()).content).toBe('/2');
  });

  test('is thrown away too if its reading was given up', async () => {
    const { connect } = await startListener(async (request) => {
      if (request.content.kind !== 'stream') return textReply(request.path);
      const { stream } = request.content;
      await once(stream, 'data');
      stream.destroy();
      return textReply(request.path);
    });
    const client = await connect();
    client.send(`POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel`);
    expect((await client.response()).content).toBe('/1');
    client.send(`loGET /2 HTTP/1.1\r\nHost: a\r\n\r\n`);
    expect((await client.response()).content).toBe('/2');
  });

  test.each([
    ['never read', false],
    ['given up', true],
  ])(
    '(%s) closes the connection if it is large, but takes the rest first',
    async (_name, reads) => {
      const { port } = await startListener(
        async ({ content }) => {
          if (!reads || content.kind !== 'stream') return textReply('denied', [], 403);
          await once(content.stream, 'data');
          content.stream.destroy();
          return textReply('denied', [], 403);
        },
        { maxBodyBytes: 100_000_000 },
      );
      const viewer = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      onTestFinished(() => {
        viewer.destroy();
      });
      viewer.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 30800000\r\n\r\n`);
      viewer.write(Buffer.alloc(800_000));
      let received = '';
      viewer.on('data', (chunk: Uint8Array) => {
        received += Buffer.from(chunk).toString('latin1');
      });
      await once(viewer, 'end');
      expect(received).toContain('HTTP/1.1 403');
      expect(received).toContain('Connection: close');
      expect(received).toMatch(/denied$/);
      // The listener has closed its side. It still takes what a viewer sends who has not seen that yet: no reset.
      viewer.end(Buffer.alloc(30_000_000));
      await once(viewer, 'close');
      expect(viewer.errored).toBeNull();
    },
  );
});
