import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import type { EdgeError } from '../../src/base/edge-error.ts';
import { NO_CONTENT } from '../../src/http/message.ts';
import {
  createOriginClient,
  type OriginClient,
  type OriginClientOptions,
  type OriginRequest,
  type OriginResponse,
  type OriginTarget,
} from '../../src/origin/origin-client.ts';
import { startRawOrigin } from '../support/raw-origin.ts';
import { type OriginHandler, startOrigin } from '../support/scripted-origin.ts';

/** A target on a port of 127.0.0.1, with short waits. */
export function targetOn(port: number, more: Partial<OriginTarget> = {}): OriginTarget {
  return {
    protocol: 'http',
    hostname: '127.0.0.1',
    port,
    path: '',
    headers: [],
    connectionAttempts: 3,
    connectTimeoutMs: 5_000,
    readTimeoutMs: 5_000,
    keepAliveTimeoutMs: 60_000,
    maxConnections: 100,
    ...more,
  };
}

/** A GET without content. */
export function getFrom(target: OriginTarget, more: Partial<OriginRequest> = {}): OriginRequest {
  return {
    target,
    method: 'GET',
    path: '/',
    query: '',
    fields: ['Host', 'a'],
    content: NO_CONTENT,
    ...more,
  };
}

/** A client that is destroyed after the test. */
export function newClient(more: Partial<OriginClientOptions> = {}): OriginClient {
  const client = createOriginClient({ clock: systemClock, ...more });
  onTestFinished(() => client.destroy());
  return client;
}

/** A scripted origin that is closed after the test. */
export async function originFor(handler: OriginHandler, options: { whole?: boolean } = {}) {
  const origin = await startOrigin(handler, options);
  onTestFinished(() => origin.close());
  return origin;
}

/** A raw origin that is closed after the test. */
export async function rawOriginFor(script: Parameters<typeof startRawOrigin>[0]) {
  const origin = await startRawOrigin(script);
  onTestFinished(() => origin.close());
  return origin;
}

/** A raw origin that sends the same bytes to each request, then closes if asked to. */
export function cannedOrigin(bytes: string, after: 'keep' | 'end' | 'reset' = 'keep') {
  return rawOriginFor(async (connection) => {
    for (let count = 1; ; count += 1) {
      await connection.waitForText('\r\n\r\n', count);
      connection.send(bytes);
      if (after === 'keep') continue;
      if (after === 'end') connection.end();
      else connection.reset();
      return;
    }
  });
}

/** The whole content as text. */
export async function contentText({ content }: OriginResponse): Promise<string> {
  if (content.kind === 'stream') return text(content.stream);
  return content.kind === 'bytes' ? Buffer.from(content.bytes).toString() : '';
}

/** The code that a promise rejects with. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'resolved',
    (error: EdgeError) => error.code,
  );
}

/** A port that nobody listens on. */
export async function closedPort(): Promise<number> {
  const origin = await startRawOrigin(() => undefined);
  await origin.close();
  return origin.port;
}
