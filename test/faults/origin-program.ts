/**
 * A plain Node server in a process of its own: the origin behind the edge, and the control beside
 * it. What a request to it takes is what the machine alone makes requests wait. Prints its port to
 * its parent; ends when its parent goes.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const server = createServer((request, response) => {
  const isMiss = request.url?.startsWith('/miss/') === true;
  response.writeHead(200, { 'Cache-Control': isMiss ? 'no-store' : 'max-age=3600' });
  response.end(`origin ${request.url ?? ''}`);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on('disconnect', () => process.exit(0));
