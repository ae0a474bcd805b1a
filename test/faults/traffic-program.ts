/**
 * The ordinary viewers, in a process of their own: four streams of requests at a fixed rate,
 * whatever the edge does with the ones before. Told to stop, it waits for what is open, and sends
 * every sample to its parent.
 */

import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Sample, Stream, TrafficOrder } from './traffic.ts';

const TICK_MS = 25;
const TIMEOUT_MS = 10_000;
const agent = new Agent({ keepAlive: true, maxSockets: 200 });
const samples: Sample[] = [];
const open = new Set<Promise<void>>();
let ticks = 0;

/** What the edge says of a failed request. */
function failureOf({ statusCode, headers }: IncomingMessage): string {
  return `status ${String(statusCode)} ${String(headers['x-isoedge-error'] ?? headers['x-cache'])}`;
}

async function ask(port: number, path: string): Promise<string | undefined> {
  const request = get({ host: '127.0.0.1', port, path, agent, timeout: TIMEOUT_MS });
  request.on('timeout', () => request.destroy(new Error('timeout')));
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const content = await text(response);
  if (response.statusCode !== 200) return failureOf(response);
  const isHooked = response.headers['x-innocent'] === 'yes';
  if (path.startsWith('/hooked') && !isHooked) return 'the hook did not run';
  return content === `origin ${path}` ? undefined : `content ${content.slice(0, 100)}`;
}

async function sample(stream: Stream, port: number, path: string): Promise<void> {
  const sentMs = performance.timeOrigin + performance.now();
  const failure = await ask(port, path).catch((error: Error) => error.message);
  const waitMs = performance.timeOrigin + performance.now() - sentMs;
  samples.push({ stream, sentMs, waitMs, ...(failure !== undefined && { failure }) });
}

function tick({ edgePort, originPort }: TrafficOrder): void {
  ticks += 1;
  for (const asked of [
    sample('control', originPort, '/control'),
    sample('hit', edgePort, '/plain/hit'),
    sample('miss', edgePort, `/miss/${ticks}`),
    sample('hooked', edgePort, '/hooked'),
  ]) {
    open.add(asked);
    void asked.finally(() => open.delete(asked));
  }
}

process.once('message', (order: TrafficOrder) => {
  const timer = setInterval(() => tick(order), TICK_MS);
  process.once('message', () => {
    clearInterval(timer);
    void Promise.all(open).then(() => process.send?.(samples, () => process.exit(0)));
  });
});
process.on('disconnect', () => process.exit(0));
