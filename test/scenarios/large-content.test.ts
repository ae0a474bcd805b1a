import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectRaw, type RawClient } from '../support/raw-client.ts';
import { Recorder } from '../support/recorder.ts';
import { waitFor } from '../support/wait-for.ts';
import { FRESH, type Scenario, startScenario } from './scenario.ts';

const MAX_RESPONSE_BYTES = 262_144;
const CHUNK = Buffer.alloc(65_536, 'x');

/** The most that the kernel grows one of its socket buffers to, of either direction (tcp(7)). */
function largestBufferBytes(name: 'tcp_rmem' | 'tcp_wmem'): number {
  const file = `/proc/sys/net/ipv4/${name}`;
  const [, , largest] = existsSync(file) ? readFileSync(file, 'latin1').split(/\s+/) : [];
  return Number(largest ?? 8 * 1_048_576);
}

/** What may be under way without anybody reading: our buffers, the read-ahead window, and the kernel's of two connections. */
const IN_FLIGHT_BYTES =
  8 * 1_048_576 + 2 * (largestBufferBytes('tcp_rmem') + largestBufferBytes('tcp_wmem'));
/** Far more than every buffer between origin and viewer can hold together. */
const HUGE_CHUNKS = Math.ceil((IN_FLIGHT_BYTES * 3) / CHUNK.length);
const HUGE_BYTES = HUGE_CHUNKS * CHUNK.length;

let scenario: Scenario;
let memoryBefore = 0;
/** Requests that nobody reads before the test does. */
const uploads = new Recorder<IncomingMessage>();
const uploadOrigin = createServer((request) => uploads.add(request));

beforeAll(async () => {
  await new Promise<void>((resolve) => uploadOrigin.listen(0, '127.0.0.1', resolve));
  const { port } = uploadOrigin.address() as AddressInfo;
  scenario = await startScenario({
    config: ({ url }) => ({
      origins: { app: { url }, uploads: { url: `http://127.0.0.1:${port}` } },
      behaviors: [
        { path: '/upload', origin: 'uploads' },
        { path: '*', origin: 'app' },
      ],
      cache: { memory: { maxBytes: 8 * 1_048_576, maxResponseBytes: MAX_RESPONSE_BYTES } },
    }),
  });
  scenario.serve('/round-trip', (_request, response) => response.end());
  memoryBefore = process.memoryUsage().arrayBuffers;
});

afterAll(async () => {
  await scenario.close();
  uploadOrigin.closeAllConnections();
  uploadOrigin.close();
});

/** Round trips through the edge without any progress after which nothing will move any more. */
const QUIET_ROUND_TRIPS = 30;

/** Resolves when `progress` has come to rest: everybody has had many turns, and nothing was taken. */
async function atRest(progress: () => number): Promise<void> {
  let quiet = 0;
  while (quiet < QUIET_ROUND_TRIPS) {
    const before = progress();
    await scenario.edge.get('/round-trip');
    quiet = progress() === before ? quiet + 1 : 0;
  }
}

/** Writes chunks as fast as the stream takes them, and ends it. Returns how many bytes that is so far. */
function writeAll(stream: Writable, chunks: number): () => number {
  let written = 0;
  const write = (): void => {
    let takesMore = true;
    while (takesMore && written < chunks) {
      written += 1;
      takesMore = stream.write(CHUNK);
    }
    if (written === chunks) stream.end();
  };
  stream.on('drain', write);
  write();
  return () => written * CHUNK.length;
}

/** A viewer that counts what it gets, and can stop reading. */
async function countingViewer(path: string): Promise<RawClient & { readonly bytes: () => number }> {
  const viewer = await connectRaw(scenario.edge.port);
  let bytes = 0;
  viewer.socket.removeAllListeners('data');
  viewer.socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    viewer.socket.emit('received');
  });
  viewer.send(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
  return Object.assign(viewer, { bytes: () => bytes });
}

const FIELDS = {
  'known length': { ...FRESH, 'Content-Length': String(HUGE_BYTES) },
  'unknown length': FRESH,
} as const;

describe('content that is too large to be stored', () => {
  test.each(['known length', 'unknown length'] as const)(
    'of %s: a viewer that does not read holds the origin back, and gets all of it in the end',
    async (length) => {
      const path = `/huge-${length.replace(' ', '-')}`;
      const viewer = await countingViewer(path);
      const { response } = await scenario.turn(path);
      viewer.pause();
      response.writeHead(200, FIELDS[length]);
      const written = writeAll(response, HUGE_CHUNKS);
      await atRest(written);
      expect(written()).toBeLessThan(IN_FLIGHT_BYTES);
      expect(process.memoryUsage().arrayBuffers - memoryBefore).toBeLessThan(2 * IN_FLIGHT_BYTES);
      viewer.resume();
      await viewer.closed();
      expect(viewer.bytes()).toBeGreaterThanOrEqual(HUGE_BYTES);
      expect(written()).toBe(HUGE_BYTES);
      scenario.serve(path, (_request, again) => again.writeHead(200, FRESH).end('small now'));
      const next = await scenario.edge.get(path, { headers: { Host: 'a' } });
      expect(next.headers['x-cache']).toBe('Miss from isoedge');
      expect(next.body).toBe('small now');
    },
  );

  test('viewers that share it go at the pace of the slowest, and a slow one that leaves frees the others', async () => {
    const path = '/huge-shared';
    const slow = await countingViewer(path);
    const { response } = await scenario.turn(path);
    response.writeHead(200, FRESH).flushHeaders();
    const fast = await countingViewer(path);
    for (const viewer of [slow, fast]) {
      await waitFor(viewer.socket, ['received'], () => viewer.bytes() > 0);
    }
    slow.pause();
    const written = writeAll(response, HUGE_CHUNKS);
    await atRest(written);
    expect(written()).toBeLessThan(HUGE_BYTES);
    slow.reset();
    await fast.closed();
    expect(fast.bytes()).toBeGreaterThanOrEqual(HUGE_BYTES);
    expect(scenario.seen(path)).toHaveLength(1);
  });
});

describe('content that is stored', () => {
  test('a viewer that does not read slows neither the origin nor another viewer', async () => {
    const path = '/kept';
    const slow = await connectRaw(scenario.edge.port);
    slow.send(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
    const { response } = await scenario.turn(path);
    slow.pause();
    const fast = scenario.edge.get(path, { headers: { Host: 'a' } });
    response.writeHead(200, FRESH);
    for (let sent = 0; sent < MAX_RESPONSE_BYTES; sent += CHUNK.length) response.write(CHUNK);
    response.end();
    await once(response, 'finish');
    expect((await fast).body).toHaveLength(MAX_RESPONSE_BYTES);
    const hit = await scenario.edge.get(path, { headers: { Host: 'a' } });
    expect(hit.headers['x-cache']).toBe('Hit from isoedge');
    slow.resume();
    expect((await slow.response()).content).toHaveLength(MAX_RESPONSE_BYTES);
    slow[Symbol.dispose]();
  });
});

describe('request content', () => {
  test('50 MB stream to the origin, which holds the viewer back while it does not read', async () => {
    const socket = connect({ port: scenario.edge.port, host: '127.0.0.1' });
    await once(socket, 'connect');
    socket.write(`POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: ${HUGE_BYTES}\r\n\r\n`);
    const sent = writeAll(socket, HUGE_CHUNKS);
    const request = await uploads.waitFor();
    await atRest(sent);
    expect(sent()).toBeLessThan(IN_FLIGHT_BYTES);
    let receivedBytes = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) receivedBytes += chunk.length;
    expect(receivedBytes).toBe(HUGE_BYTES);
    expect(sent()).toBe(HUGE_BYTES);
    socket.destroy();
  });
});
