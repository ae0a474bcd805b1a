import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { connectRaw } from '../support/raw-client.ts';
import { startRawOrigin } from '../support/raw-origin.ts';
import { startTestEdge } from '../support/test-edge.ts';

/** Open files of this process, which holds viewers, edge and origin. */
function openFiles(): number {
  return readdirSync('/proc/self/fd').length;
}

/** Viewers that leave inside the request line, the head, the response and the request content. */
async function leaveEverywhere(port: number): Promise<void> {
  const viewers = await Promise.all(Array.from({ length: 16 }, () => connectRaw(port)));
  viewers.forEach((viewer, i) => {
    if (i % 4 === 0) viewer.send('GET /pa');
    if (i % 4 === 1) viewer.send('GET /page HTTP/1.1\r\nHost: a\r\n');
    if (i % 4 === 2) viewer.send(`GET /${i} HTTP/1.1\r\nHost: a\r\n\r\n`);
    if (i % 4 === 3) {
      viewer.send('POST /form HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc');
    }
  });
  const served = viewers.filter((_, i) => i % 4 > 1);
  await Promise.all(served.map((viewer) => viewer.waitForText('abc')));
  for (const viewer of viewers) viewer.reset();
  await Promise.all(viewers.map((viewer) => viewer.closed()));
}

test('viewers that leave at every point of an exchange leave no file and no connection open', async () => {
  await using origin = await startRawOrigin(({ socket }) => {
    socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc'));
    socket.on('end', () => socket.destroy());
  });
  await using edge = await startTestEdge({ originUrl: `http://127.0.0.1:${origin.port}` });
  const originConnections = (): number =>
    origin.connections.all.filter(({ socket }) => !socket.destroyed).length;
  const atRest = async (files: number): Promise<void> => {
    // Each round trip gives every socket a turn to close.
    for (let turns = 0; turns < 500; turns++) {
      if (originConnections() === 0 && openFiles() <= files) return;
      (await connectRaw(edge.port))[Symbol.dispose]();
    }
  };
  await leaveEverywhere(edge.port);
  await atRest(Infinity);
  const before = openFiles();
  for (let round = 0; round < 5; round++) await leaveEverywhere(edge.port);
  await atRest(before);
  expect(originConnections()).toBe(0);
  expect(openFiles()).toBeLessThanOrEqual(before);
  // Nothing is in flight either: a drain has nothing to wait for.
  await edge.edge.drain(60_000);
});
