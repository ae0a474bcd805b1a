import { readFileSync } from 'node:fs';
import {
  createServer as createHttpServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Recorder } from '../support/recorder.ts';

/** The authority that signed the certificate of every https service here. */
export const SERVICES_CA_FILE = fixture('services-cert.pem');
const SERVICES_KEY_FILE = fixture('services-key.pem');

/** One request as a service saw it. */
export interface ServiceRequest {
  /** Host field without the port. */
  readonly host: string;
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly content: Buffer;
  readonly socket: Socket;
}

/** Answers requests for one host; runs once the content is complete. */
export type Service = (request: ServiceRequest, response: ServerResponse) => void;

/**
 * The servers that functions call: one https and one http port on loopback, told apart by host
 * name.
 */
export interface Services {
  readonly requests: Recorder<ServiceRequest>;
  /** Connections that were closed, in order. */
  readonly closed: Recorder<Socket>;
  /** Requests to one host, in order. */
  requestsTo(host: string): ServiceRequest[];
  /** The http port, for a client outside of the edge: the service of host `127.0.0.1`. */
  readonly httpOrigin: string;
  /** `network` of a function that may reach exactly these servers, as `scheme://host`. */
  network(...allow: string[]): object;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts the services, keyed by host name. A host without a service is answered with 421. */
export async function startServices(
  services: Readonly<Record<string, Service>>,
): Promise<Services> {
  const requests = new Recorder<ServiceRequest>();
  const closed = new Recorder<Socket>();
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    buffer(request).then(
      (content) => {
        const seen = seenRequest(request, content);
        requests.add(seen);
        const service = services[seen.host];
        if (service === undefined) response.writeHead(421).end();
        else service(seen, response);
      },
      () => undefined,
    );
  };
  const tls = { key: readFileSync(SERVICES_KEY_FILE), cert: readFileSync(SERVICES_CA_FILE) };
  const options = { keepAliveTimeout: 60_000 };
  const servers = {
    https: createHttpsServer({ ...tls, ...options }, listener),
    http: createHttpServer(options, listener),
  };
  const onSocket = (socket: Socket): void => {
    socket.once('close', () => closed.add(socket));
  };
  servers.https.on('secureConnection', onSocket);
  servers.http.on('connection', onSocket);
  const ports = { https: await listen(servers.https), http: await listen(servers.http) };
  return {
    requests,
    closed,
    requestsTo: (host) => requests.all.filter((request) => request.host === host),
    httpOrigin: `http://127.0.0.1:${ports.http}`,
    network: (...allow) => ({
      allow,
      resolve: Object.fromEntries(allow.map((server) => pinOf(server, ports))),
      caFile: SERVICES_CA_FILE,
    }),
    [Symbol.asyncDispose]: async () => {
      for (const server of Object.values(servers)) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

/** Writes a JSON response. */
export function replyJson(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
}

function seenRequest(request: IncomingMessage, content: Buffer): ServiceRequest {
  const { method = '', url = '', headers, socket } = request;
  const host = (headers.host ?? '').replace(/:\d+$/, '');
  return { host, method, url, headers, content, socket };
}

function pinOf(server: string, ports: { https: number; http: number }): [string, string] {
  const { protocol, hostname } = new URL(server);
  return protocol === 'https:'
    ? [`${hostname}:443`, `127.0.0.1:${ports.https}`]
    : [`${hostname}:80`, `127.0.0.1:${ports.http}`];
}

async function listen(server: ReturnType<typeof createHttpServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url));
}
