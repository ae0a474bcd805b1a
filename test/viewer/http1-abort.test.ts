import { PassThrough } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import type { EdgeError } from '../../src/base/edge-error.ts';
import type { ViewerPresence } from '../../src/http/viewer-message.ts';
import { Recorder } from '../support/recorder.ts';
import { waitFor } from '../support/wait-for.ts';
import { startListener, textReply } from './listener-fixture.ts';

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

describe('pipelined requests', () => {
  test('are served one after the other, the second when the first has its reply', async () => {
    const gate = Promise.withResolvers<void>();
    const { connect, requests, replied, listener } = await startListener(async (request) => {
      if (request.path === '/1') await gate.promise;
      return textReply(request.path);
    });
    const client = await connect();
    client.send('POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n');
    client.send('GET /2 HTTP/1.1\r\nHost: a\r\n\r\nGET /3#x HTTP/1.1\r\nHost: a\r\n\r\n');
    await vi.waitFor(() => expect(listener.requestsInFlight).toBe(3));
    expect(requests.all.map(({ path }) => path)).toEqual(['/1']);
    gate.resolve();
    expect((await client.response()).content).toBe('/1');
    expect((await client.response()).content).toBe('/2');
    expect((await client.response()).status).toBe(400);
    await replied.waitForCount(3);
  });

  test('of which thousands come at once do not exhaust the stack', async () => {
    const { connect, replied } = await startListener(() => textReply('ok'));
    const client = await connect();
    client.send(GET.repeat(3_000));
    await replied.waitForCount(3_000);
  });

  test('of which more than four thousand wait close the connection', async () => {
    const { connect, requests, replied } = await startListener(async (_request, presence) => {
      await waitForAbort(presence);
      return textReply('late');
    });
    const client = await connect();
    client.send(GET.repeat(4_100));
    await client.closed();
    await replied.waitForCount(4_001);
    expect(requests.all).toHaveLength(1);
  });

  test('all end when the viewer leaves, and those that wait do not begin', async () => {
    const { connect, requests, replied, listener } = await startListener(
      async (_request, presence) => {
        await waitForAbort(presence);
        return textReply('late');
      },
    );
    const client = await connect();
    client.send(GET + GET);
    await vi.waitFor(() => expect(listener.requestsInFlight).toBe(2));
    client.reset();
    const reports = await replied.waitForCount(2);
    expect(reports.map(({ report }) => report.outcome)).toEqual([
      'viewer-aborted',
      'viewer-aborted',
    ]);
    expect(listener.requestsInFlight).toBe(0);
    expect(requests.all).toHaveLength(1);
  });
});

async function waitForAbort({ signal }: ViewerPresence): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
}

describe('a viewer that leaves', () => {
  test('before the reply aborts the signal with EDGE_VIEWER_ABORTED, and is reported with status 0', async () => {
    const reasons = new Recorder<EdgeError>();
    const { connect, requests, replied } = await startListener(async (_request, presence) => {
      await waitForAbort(presence);
      reasons.add(presence.signal.reason as EdgeError);
      return textReply('late');
    });
    const client = await connect();
    client.send(GET);
    await requests.waitFor();
    client.reset();
    expect((await reasons.waitFor()).code).toBe('EDGE_VIEWER_ABORTED');
    const { report, reply: late } = await replied.waitFor();
    expect(report).toEqual({ status: 0, contentBytesSent: 0, outcome: 'viewer-aborted' });
    expect(late).toBeDefined();
  });

  test('during the reply destroys the stream of the reply', async () => {
    const stream = new PassThrough();
    const { connect, replied, listener, openConnections } = await startListener(() => ({
      head: { status: 200, reason: '', fields: [] },
      content: { kind: 'stream', stream },
    }));
    const client = await connect();
    client.send(GET);
    stream.write('first');
    await client.waitForText('first');
    client.reset();
    const { report } = await replied.waitFor();
    expect(report).toEqual({ status: 200, contentBytesSent: 5, outcome: 'viewer-aborted' });
    expect(stream.destroyed).toBe(true);
    await openConnections.waitFor((open) => open === 0);
    expect([listener.connections, listener.requestsInFlight]).toEqual([0, 0]);
  });

  test('during its own content fails that content with EDGE_VIEWER_ABORTED', async () => {
    const codes = new Recorder<string>();
    const { connect, requests } = await startListener(async ({ content }) => {
      if (content.kind !== 'stream') return textReply('none');
      content.stream.resume();
      content.stream.on('error', (error) => codes.add((error as EdgeError).code));
      await waitFor(content.stream, ['close'], () => content.stream.destroyed);
      return textReply('late');
    });
    const client = await connect();
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf');
    await requests.waitFor();
    client.reset();
    expect(await codes.waitFor()).toBe('EDGE_VIEWER_ABORTED');
  });

  test('and asks for the signal afterwards, gets one that is aborted', async () => {
    const seen = new Recorder<boolean>();
    const { promise, resolve } = Promise.withResolvers<void>();
    const { connect, requests, openConnections } = await startListener(
      async (_request, presence) => {
        await promise;
        seen.add(presence.aborted && presence.signal.aborted);
        return textReply('late');
      },
    );
    const client = await connect();
    client.send(GET);
    await requests.waitFor();
    client.reset();
    await openConnections.waitFor((open) => open === 0);
    resolve();
    expect(await seen.waitFor()).toBe(true);
  });
});
