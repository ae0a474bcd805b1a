import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Recorder } from './recorder.ts';

/** One request as an origin saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  /** Flat, case and order as received. */
  readonly rawHeaders: readonly string[];
  readonly headers: IncomingMessage['headers'];
  /** One char per byte; `undefined` until it is complete. */
  content: string | undefined;
}

/** An HTTP origin on a free port that records what it saw. */
export interface ScriptedOrigin {
  readonly url: string;
  readonly port: number;
  readonly server: Server;
  /** Requests in order of arrival. */
  readonly requests: readonly SeenRequest[];
  /** Requests whose content was complete. */
  readonly completed: Recorder<SeenRequest>;
  /** Connections accepted so far. */
  readonly connectionCount: number;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export type OriginHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  seen: SeenRequest,
) => void;

/**
 * Starts an origin whose `handler` runs as soon as a request head is there. With `whole`, it runs when the content is complete.
 */
export async function startOrigin(
  handler: OriginHandler,
  options: { readonly whole?: boolean } = {},
): Promise<ScriptedOrigin> {
  const requests: SeenRequest[] = [];
  const completed = new Recorder<SeenRequest>();
  let connectionCount = 0;
  const listener: RequestListener = (request, response) => {
    const { method = '', url = '', rawHeaders, headers } = request;
    const seen: SeenRequest = { method, url, rawHeaders, headers, content: undefined };
    requests.push(seen);
    if (options.whole !== true) handler(request, response, seen);
    buffer(request).then(
      (content) => {
        seen.content = content.toString('latin1');
        completed.add(seen);
        if (options.whole === true) handler(request, response, seen);
      },
      () => undefined,
    );
  };
  const server = createServer({ keepAliveTimeout: 60_000 }, listener);
  server.on('connection', () => {
    connectionCount += 1;
  });
  const port = await listenOnFreePort(server);
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    server,
    requests,
    completed,
    get connectionCount() {
      return connectionCount;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function listenOnFreePort(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
