import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { NetworkConfig } from '../../../src/config/config.ts';
import {
  createEgressBroker,
  type EgressBroker,
  type EgressBrokerOptions,
} from '../../../src/host/egress/broker.ts';
import { createLane, type Lane, type PendingCall } from '../../../src/host/lane.ts';
import type { RawOriginConnection } from '../../support/raw-origin.ts';
import { startRawOrigin } from '../../support/raw-origin.ts';
import { type OriginHandler, startOrigin } from '../../support/scripted-origin.ts';

export const TEST_CA_FILE = fileURLToPath(
  new URL('../../fixtures/tls/test-only-cert.pem', import.meta.url),
);
const TEST_KEY_FILE = fileURLToPath(
  new URL('../../fixtures/tls/test-only-key.pem', import.meta.url),
);

/** A function that may use this network. */
export function laneFor(network: Partial<NetworkConfig>, name = 'auth'): Lane {
  return createLane(1, {
    settings: {
      name,
      version: '1',
      format: 'cjs',
      filename: '/var/task/index.js',
      exportPath: ['handler'],
      environment: {},
      files: {},
      memoryMb: 128,
      initTimeoutMs: 10_000,
    },
    text: '',
    limits: {
      memoryMb: 128,
      timeoutMs: 20_000,
      cpuMs: 50,
      concurrency: 100,
      queue: 1000,
      initTimeoutMs: 10_000,
    },
    trustGroup: name,
    network: { allow: [], resolve: {}, ...network },
  });
}

/** A call of the function, queued `ageMs` ago. */
export function callOf(lane: Lane, { timeoutMs = 20_000, ageMs = 0 } = {}): PendingCall {
  return {
    id: 1,
    lane,
    request: {
      functionName: lane.hosted.settings.name,
      point: 'viewer-request',
      requestId: 'request-1',
      awsRequestId: 'aws-1',
      eventText: '',
      timeoutMs,
      cpuMs: 50,
    },
    resolve: () => undefined,
    queuedMs: performance.now() - ageMs,
    dispatchedMs: performance.now() - ageMs,
    sequence: 1,
    suspended: true,
    reachedOut: true,
    dispatches: 1,
  };
}

/** What an operation gave, read. */
export interface Answered {
  readonly ok: boolean;
  readonly result: Record<string, unknown>;
  readonly content: string;
}

export interface OperateOptions {
  readonly call?: PendingCall | undefined;
  readonly content?: string;
  readonly signal?: AbortSignal;
}

/** Runs one operation of a function; without a call in `options` as part of a fresh one. */
export async function operate(
  broker: EgressBroker,
  lane: Lane,
  [name, args]: readonly [name: string, args: unknown],
  options: OperateOptions = {},
): Promise<Answered> {
  const call = 'call' in options ? options.call : callOf(lane);
  const argumentsJson = typeof args === 'string' ? args : JSON.stringify(args);
  const content = Buffer.from(options.content ?? '', 'latin1');
  const signal = options.signal ?? new AbortController().signal;
  const answer = await broker.operate({ lane, call, name, argumentsJson, content }, signal);
  // An answer travels before the function can ask again; by then the client has its connection
  // back.
  await setImmediate();
  return {
    ok: answer.ok,
    result: JSON.parse(answer.resultJson) as Record<string, unknown>,
    content: Buffer.from(answer.content).toString('latin1'),
  };
}

/** `egress.request` of a GET, or of what `more` says. */
export function get(url: string, more: object = {}): readonly ['egress.request', object] {
  return ['egress.request', { method: 'GET', url, headers: [], ...more }];
}

/** A broker that is disposed after the test. */
export function newBroker(options: EgressBrokerOptions = {}): EgressBroker {
  const broker = createEgressBroker(options);
  onTestFinished(() => broker.dispose());
  return broker;
}

/** An http server that is closed after the test. */
export async function serverFor(handler: OriginHandler, options: { whole?: boolean } = {}) {
  const server = await startOrigin(handler, options);
  onTestFinished(() => server.close());
  return server;
}

/** A TCP server that is closed after the test. */
export async function rawServerFor(script: (connection: RawOriginConnection) => unknown) {
  const server = await startRawOrigin(script);
  onTestFinished(() => server.close());
  return server;
}

/**
 * An https server with the test certificate, closed after the test. Gives its port and the names
 * that SNI asked for.
 */
export async function tlsServerFor(listener: RequestListener) {
  const serverNames: string[] = [];
  const server = createServer(
    { key: readFileSync(TEST_KEY_FILE), cert: readFileSync(TEST_CA_FILE) },
    listener,
  );
  server.on('secureConnection', (socket) => {
    serverNames.push(String((socket as { servername?: unknown }).servername));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port, serverNames };
}
