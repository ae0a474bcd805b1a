import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EdgeError, toEdgeError } from '../base/edge-error.ts';
import type { AdminConfig } from '../config/config.ts';
import type { Logger } from '../telemetry/log.ts';
import type { AdminBackend } from './backend.ts';
import { ADMIN_ROUTES, type AdminAnswer, type AdminRoute, jsonAnswer } from './routes.ts';
import { readTokenCheck, type TokenCheck } from './token.ts';
import { refuseOtherSites } from './web-page-guard.ts';

/** The admin listener. */
export interface AdminServer {
  /** Opens the listener. Rejects with `EDGE_APP_LISTEN` if the address cannot be had. */
  listen(): Promise<AddressInfo>;
  /** Reads the token file again. Throws as `createAdminServer` does, and then keeps the old token. */
  reloadToken(): void;
  /** Closes the listener; requests under way get a second to end. */
  close(): Promise<void>;
}

const MAX_CONTENT_BYTES = 64 * 1024;
const MAX_CONNECTIONS = 100;
const REQUEST_TIMEOUT_MS = 10_000;
const CLOSE_AFTER_MS = 1000;

/** What one request is answered with: the listener's settings and the backend. */
interface Door {
  readonly config: AdminConfig;
  readonly backend: AdminBackend;
  readonly logger: Logger;
  hasToken: TokenCheck;
  closing: boolean;
}

/** Makes the admin listener, closed. Throws `EDGE_CONFIG_UNREADABLE` if the token file cannot be used. */
export function createAdminServer(
  config: AdminConfig,
  backend: AdminBackend,
  logger: Logger,
): AdminServer {
  const hasToken = readTokenCheck(config.tokenFile);
  const door: Door = { config, backend, logger, hasToken, closing: false };
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS },
    (request, response) => {
      void answerRequest(door, request, response);
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  return {
    listen: () => listen(server, config),
    reloadToken: () => {
      door.hasToken = readTokenCheck(config.tokenFile);
    },
    close: async () => {
      door.closing = true;
      await close(server);
    },
  };
}

async function listen(server: Server, { host, port }: AdminConfig): Promise<AddressInfo> {
  try {
    server.listen({ host, port });
    await once(server, 'listening');
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    const message = `Cannot listen on "${host}:${port}" for admin requests: ${found}`;
    throw new EdgeError('EDGE_APP_LISTEN', message, { cause });
  }
  // A TCP listener that is open has an address record; strings are for pipes.
  return server.address() as AddressInfo;
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  const timer = setTimeout(() => {
    server.closeAllConnections();
  }, CLOSE_AFTER_MS);
  await closed;
  clearTimeout(timer);
}

async function answerRequest(
  door: Door,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let answer: AdminAnswer;
  try {
    answer = await answerOf(door, request, response);
  } catch (thrown) {
    answer = failureAnswer(door, request, toEdgeError(thrown));
  }
  if (response.destroyed) return;
  // Content that was not read would be taken for the next request.
  if (!request.complete || door.closing) response.setHeader('connection', 'close');
  response.writeHead(answer.status, {
    'content-type': answer.contentType,
    'content-length': Buffer.byteLength(answer.content),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(answer.content);
}

async function answerOf(
  door: Door,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<AdminAnswer> {
  const { host, origin } = request.headers;
  refuseOtherSites(door.config.host, { host, origin });
  const route = routeOf(request, response);
  if (route.withoutToken !== true && !door.hasToken(request.headers.authorization)) {
    response.setHeader('www-authenticate', 'Bearer');
    const message = `Cannot ${request.method} "${route.path}": found no valid token, expected "Authorization: Bearer …"`;
    throw new EdgeError('EDGE_ADMIN_UNAUTHORIZED', message);
  }
  const content = route.method === 'POST' ? await readContent(request) : '';
  return await route.answer(door.backend, content);
}

/** The route of the request. Throws for a path that there is not, and for another method than the path has. */
function routeOf(request: IncomingMessage, response: ServerResponse): AdminRoute {
  const path = (request.url ?? '').split('?', 1)[0];
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const routes = ADMIN_ROUTES.filter((route) => route.path === path);
  const route = routes.find((candidate) => candidate.method === method);
  if (route !== undefined) return route;
  if (routes.length === 0) {
    const paths = ADMIN_ROUTES.map((candidate) => candidate.path).join(', ');
    const message = `Cannot ${request.method} "${path}": no such path, expected one of ${paths}`;
    throw new EdgeError('EDGE_ADMIN_NOT_FOUND', message);
  }
  const allowed = routes.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  response.setHeader('allow', allowed.join(', '));
  const message = `Cannot ${request.method} "${path}": expected ${allowed.join(' or ')}`;
  throw new EdgeError('EDGE_ADMIN_METHOD', message);
}

async function readContent(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  // Not `for await`: leaving that loop early would destroy the connection before the answer is written.
  const read = new Promise<void>((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes <= MAX_CONTENT_BYTES) chunks.push(chunk);
      else reject(tooLarge());
    });
    request.on('end', resolve);
    request.on('error', reject);
  });
  await read;
  return Buffer.concat(chunks).toString('utf8');
}

function tooLarge(): EdgeError {
  const message = `Cannot read request content: limit is ${MAX_CONTENT_BYTES} bytes`;
  return new EdgeError('EDGE_ADMIN_TOO_LARGE', message);
}

function failureAnswer(door: Door, request: IncomingMessage, error: EdgeError): AdminAnswer {
  const facts = { error, method: request.method, path: request.url };
  if (error.status >= 500) door.logger.error(facts, 'Admin request failed');
  else door.logger.debug(facts, 'Admin request refused');
  const { code, message } = error;
  if (code !== 'EDGE_ADMIN_NOT_FOUND') return jsonAnswer(error.status, { code, error: message });
  const routes = ADMIN_ROUTES.map(({ method, path, text }) => ({ method, path, text }));
  return jsonAnswer(error.status, { code, error: message, routes });
}
