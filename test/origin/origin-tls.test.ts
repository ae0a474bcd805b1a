import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { codeOf, contentText, getFrom, newClient, targetOn } from './client-fixture.ts';

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url));
const caFile = fixture('ca.pem');

async function tlsOrigin() {
  const names: (string | false)[] = [];
  const server = createServer(
    { key: readFileSync(fixture('localhost.key')), cert: readFileSync(fixture('localhost.pem')) },
    (request, response) => {
      names.push((request.socket as TLSSocket & { servername: string | false }).servername);
      response.end(`host ${request.headers.host}`);
    },
  );
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, names, server };
}

test('fetch() over TLS checks the name of the origin, not the Host that is forwarded', async () => {
  const { port, names } = await tlsOrigin();
  const target = targetOn(port, { protocol: 'https', hostname: 'localhost', caFile });
  const response = await newClient().fetch(
    getFrom(target, { fields: ['Host', 'www.example.com'] }),
  );
  expect(await contentText(response)).toBe('host www.example.com');
  expect(names).toEqual(['localhost']);
});

test('fetch() over TLS keeps its connection when the forwarded Host changes', async () => {
  const { port, server } = await tlsOrigin();
  let connections = 0;
  server.on('secureConnection', () => (connections += 1));
  const target = targetOn(port, {
    protocol: 'https',
    hostname: 'localhost',
    caFile,
    maxConnections: 1,
  });
  const client = newClient();
  for (const host of ['a.example', 'b.example']) {
    const response = await client.fetch(getFrom(target, { fields: ['Host', host] }));
    expect(await contentText(response)).toBe(`host ${host}`);
  }
  expect(connections).toBe(1);
});

test('fetch() over TLS to an address sends no server name (RFC 6066 §3)', async () => {
  const { port, names } = await tlsOrigin();
  const target = targetOn(port, { protocol: 'https', caFile });
  const response = await newClient().fetch(getFrom(target, { fields: ['Host', 'a.example'] }));
  expect([await contentText(response), names]).toEqual(['host a.example', [false]]);
});

test('fetch() rejects with EDGE_ORIGIN_TLS when nobody vouches for the certificate', async () => {
  const { port } = await tlsOrigin();
  const target = targetOn(port, { protocol: 'https', hostname: 'localhost' });
  expect(await codeOf(newClient().fetch(getFrom(target)))).toBe('EDGE_ORIGIN_TLS');
});
