/** The program of the http-proxy side: node http-proxy-server.ts PORT ORIGIN-PORT. */

import { Agent, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { peerFile } from './npm-peers.ts';

interface HttpProxy {
  readonly createProxyServer: (options: { readonly target: string; readonly agent: Agent }) => {
    web(request: IncomingMessage, response: ServerResponse): void;
    on(event: 'error', listener: (error: Error, request: unknown, response: unknown) => void): void;
  };
}

const [port, originPort] = process.argv.slice(2).map(Number);
const { createProxyServer } = createRequire(import.meta.url)(
  peerFile('http-proxy', 'index.js'),
) as HttpProxy;
const proxy = createProxyServer({
  target: `http://127.0.0.1:${originPort ?? 0}`,
  agent: new Agent({ keepAlive: true, maxSockets: 128 }),
});
proxy.on('error', (_error, _request, response) => {
  (response as ServerResponse).writeHead(502).end();
});
const server = createServer((request, response) => proxy.web(request, response));
server.keepAliveTimeout = 600_000;
server.listen(port, '127.0.0.1');
