/** The origin of the load stories, in a process of its own: answers everything at once, cacheable. Sends its port by IPC. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BIG_BYTES, SMALL_BYTES } from './stories.ts';

const small = Buffer.alloc(SMALL_BYTES, 'x');
const big = Buffer.alloc(BIG_BYTES, 'x');

const server = createServer((request, response) => {
  const content = request.url === '/big' ? big : small;
  response.writeHead(200, [
    'Content-Type',
    'text/plain',
    'Content-Length',
    String(content.length),
    'Cache-Control',
    'max-age=600',
    'ETag',
    '"1"',
  ]);
  response.end(content);
});
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => {
  process.send?.((server.address() as AddressInfo).port);
});
process.once('disconnect', () => process.exit());
