import { PassThrough } from 'node:stream';
import { expect, test, vi } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { createViewerListener } from '../../src/viewer/viewer-listener.ts';
import { connectRaw, rawField } from '../support/raw-client.ts';
import { LIMITS, startListener, textReply } from './listener-fixture.ts';

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

test('drain() closes idle and unused connections and refuses new ones', async () => {
  const { connect, listener, port, openConnections } = await startListener(() => textReply('ok'));
  const idle = await connect();
  idle.send(GET);
  await idle.response();
  const unused = await connect();
  await openConnections.waitForCount(2);
  await listener.drain(60_000);
  await Promise.all([idle.closed(), unused.closed()]);
  expect(listener.connections).toBe(0);
  const refused = await connectRaw(port).then(
    (client) => client.closed(),
    () => 'refused',
  );
  expect(refused === '' || refused === 'refused').toBe(true);
});

test('drain() lets a request end, with Connection: close, and waits for it', async () => {
  const stream = new PassThrough();
  const gate = Promise.withResolvers<void>();
  const { connect, listener, requests } = await startListener(async () => {
    await gate.promise;
    return { head: { status: 200, reason: '', fields: [] }, content: { kind: 'stream', stream } };
  });
  const client = await connect();
  client.send(GET);
  await requests.waitFor();
  let drained = false;
  const draining = listener.drain(60_000).then(() => {
    drained = true;
  });
  gate.resolve();
  await client.waitForText('\r\n\r\n');
  expect(drained).toBe(false);
  stream.end('done');
  const response = await client.response();
  expect([response.content, rawField(response, 'connection')]).toEqual(['done', 'close']);
  await draining;
  await client.closed();
});

test('drain() closes only behind the last of several pipelined requests', async () => {
  const gate = Promise.withResolvers<void>();
  const { connect, listener } = await startListener(async () => {
    await gate.promise;
    return textReply('ok');
  });
  const client = await connect();
  client.send(GET + GET);
  await vi.waitFor(() => expect(listener.requestsInFlight).toBe(2));
  const draining = listener.drain(60_000);
  gate.resolve();
  expect(rawField(await client.response(), 'connection')).toBe('keep-alive');
  expect(rawField(await client.response(), 'connection')).toBe('close');
  await draining;
});

test('drain() destroys what is still open after its time', async () => {
  const { connect, listener, requests, replied } = await startListener(
    async (_request, { signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      return textReply('late');
    },
  );
  const client = await connect();
  client.send(GET);
  await requests.waitFor();
  await listener.drain(20);
  expect(await client.closed()).toBe('');
  expect((await replied.waitFor()).report.outcome).toBe('viewer-aborted');
});

test('close() destroys every connection', async () => {
  const { connect, listener, openConnections } = await startListener(() => textReply('ok'));
  const client = await connect();
  await openConnections.waitFor((open) => open === 1);
  await listener.close();
  await client.closed();
  expect(listener.connections).toBe(0);
});

test('keep-alive ends after keepAliveTimeoutMs', async () => {
  const { connect } = await startListener(() => textReply('ok'), { keepAliveTimeoutMs: 50 });
  const client = await connect();
  client.send(GET);
  await client.response();
  expect(await client.closed()).toBe('');
});

test('a connection over maxConnections is refused and counted', async () => {
  let refused = 0;
  const { connect, openConnections } = await startListener(
    () => textReply('ok'),
    { maxConnections: 1 },
    { onConnectionRefused: () => (refused += 1) },
  );
  const first = await connect();
  await openConnections.waitFor((open) => open === 1);
  const second = await connect();
  await second.closed();
  expect(refused).toBe(1);
  first.send(GET);
  expect((await first.response()).content).toBe('ok');
});

test('listen() fails with EDGE_APP_LISTEN when the port is taken', async () => {
  const { port } = await startListener(() => textReply('ok'));
  const second = createViewerListener({
    listener: { host: '127.0.0.1', port },
    limits: LIMITS,
    clock: systemClock,
    handle: () => textReply('never'),
  });
  await expect(second.listen()).rejects.toMatchObject({ code: 'EDGE_APP_LISTEN' });
});
