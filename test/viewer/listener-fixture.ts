import { onTestFinished } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import type { HttpLimits } from '../../src/config/config.ts';
import type {
  HandleRequest,
  ReplyReport,
  ViewerReply,
  ViewerRequest,
} from '../../src/http/viewer-message.ts';
import {
  createViewerListener,
  type ViewerListener,
  type ViewerListenerOptions,
} from '../../src/viewer/viewer-listener.ts';
import { connectRaw, type RawClient } from '../support/raw-client.ts';
import { Recorder } from '../support/recorder.ts';

export const LIMITS: HttpLimits = {
  maxUrlBytes: 8_192,
  maxHeaderBytes: 32_768,
  maxBodyBytes: 1_000_000,
  headersTimeoutMs: 60_000,
  idleTimeoutMs: 60_000,
  keepAliveTimeoutMs: 60_000,
  maxConnections: 1_000,
};

export interface Replied {
  readonly report: Pick<ReplyReport, 'status' | 'contentBytesSent' | 'outcome'>;
  readonly code: string | undefined;
  readonly request: ViewerRequest | undefined;
  readonly reply: ViewerReply | undefined;
}

export interface TestListener {
  readonly listener: ViewerListener;
  readonly port: number;
  readonly replied: Recorder<Replied>;
  readonly requests: Recorder<ViewerRequest>;
  readonly openConnections: Recorder<number>;
  /** A connection that is destroyed after the test. */
  readonly connect: () => Promise<RawClient>;
}

/** Starts a listener on a free port for the duration of one test. */
export async function startListener(
  handle: HandleRequest,
  limits: Partial<HttpLimits> = {},
  more: Partial<ViewerListenerOptions> = {},
): Promise<TestListener> {
  const replied = new Recorder<Replied>();
  const requests = new Recorder<ViewerRequest>();
  const openConnections = new Recorder<number>();
  const listener = createViewerListener({
    listener: { host: '127.0.0.1', port: 0 },
    limits: { ...LIMITS, ...limits },
    clock: systemClock,
    handle: (request, presence) => {
      requests.add(request);
      return handle(request, presence);
    },
    onReplied: (report, request, reply) => {
      const { status, contentBytesSent, outcome, error } = report;
      const code = error?.code;
      replied.add({ report: { status, contentBytesSent, outcome }, code, request, reply });
    },
    onConnections: (open) => openConnections.add(open),
    onConnectionClosed: (open) => openConnections.add(open),
    createRequestId: () => 'request-1',
    ...more,
  });
  const { port } = await listener.listen();
  onTestFinished(() => listener.close());
  return {
    listener,
    port,
    replied,
    requests,
    openConnections,
    async connect() {
      const client = await connectRaw(port);
      onTestFinished(() => client[Symbol.dispose]());
      return client;
    },
  };
}

/** A reply of a few bytes of text. */
export function textReply(text: string, fields: readonly string[] = [], status = 200): ViewerReply {
  const bytes = Buffer.from(text);
  return { head: { status, reason: 'OK', fields }, content: { kind: 'bytes', bytes } };
}
