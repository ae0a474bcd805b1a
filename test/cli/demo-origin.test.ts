import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDemoOrigin } from '../../src/cli/demo-origin.ts';

const server = createDemoOrigin();
let base = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe('createDemoOrigin()', () => {
  test.each([
    ['/', 200, 'max-age=60', 'text/html; charset=utf-8'],
    ['/pages/7', 200, 'max-age=60', 'text/html; charset=utf-8'],
    ['/pages/x', 404, 'max-age=5', 'text/html; charset=utf-8'],
    ['/api/time', 200, 'no-store', 'application/json'],
    ['/image.svg', 200, 'public, max-age=3600', 'image/svg+xml'],
    ['/image.webp', 200, 'public, max-age=3600', 'image/webp'],
    ['/slow?ms=1', 200, 'max-age=10', 'application/json'],
    ['/error/503', 503, null, 'text/html; charset=utf-8'],
    ['/error/200', 404, 'max-age=5', 'text/html; charset=utf-8'],
    ['/range.bin', 200, 'max-age=60', 'application/octet-stream'],
    ['/vary', 200, 'max-age=60', 'text/plain; charset=utf-8'],
    ['/set-cookie', 200, 'private', 'application/json'],
    ['/echo', 200, 'no-store', 'application/json'],
    ['/stream', 200, 'no-store', 'text/plain; charset=utf-8'],
    ['/nowhere', 404, 'max-age=5', 'text/html; charset=utf-8'],
    ['//', 404, 'max-age=5', 'text/html; charset=utf-8'],
  ])('answers %s with %i, Cache-Control %s, %s', async (path, status, cacheControl, type) => {
    const response = await fetch(base + path);
    expect(response.status).toBe(status);
    expect(response.headers.get('cache-control')).toBe(cacheControl);
    expect(response.headers.get('content-type')).toBe(type);
    await response.body?.cancel();
  });

  test.each(['ETag', 'Last-Modified'])('answers 304 to a validator from %s', async (name) => {
    const first = await fetch(`${base}/pages/1`);
    const field = name === 'ETag' ? 'If-None-Match' : 'If-Modified-Since';
    const headers = { [field]: first.headers.get(name) ?? '' };
    const second = await fetch(`${base}/pages/1`, { headers, cache: 'no-store' });
    expect([second.status, await second.text()]).toEqual([304, '']);
  });

  test.each([
    ['bytes=0-3', 206, 'bytes 0-3/1048576', '\x00\x01\x02\x03'],
    ['bytes=-2', 206, 'bytes 1048574-1048575/1048576', '\x93\x94'],
    ['bytes=1048576-', 416, 'bytes */1048576', ''],
  ])('answers the range %s with %i', async (range, status, contentRange, content) => {
    const response = await fetch(`${base}/range.bin`, { headers: { Range: range } });
    const bytes = Buffer.from(await response.arrayBuffer()).toString('latin1');
    expect([response.status, response.headers.get('content-range')]).toEqual([
      status,
      contentRange,
    ]);
    expect(bytes).toBe(content);
  });

  test('answers /vary in the language asked for', async () => {
    const response = await fetch(`${base}/vary`, { headers: { 'Accept-Language': 'de-CH, en' } });
    expect(await response.text()).toBe('Guten Tag\n');
    expect(response.headers.get('vary')).toBe('Accept-Language');
  });

  test('answers /echo with what it received', async () => {
    const response = await fetch(`${base}/echo?q=1`, { method: 'PUT', body: 'hello' });
    expect(await response.json()).toMatchObject({ method: 'PUT', url: '/echo?q=1', body: 'hello' });
  });

  test('lists every route on its index page', async () => {
    const html = await (await fetch(base)).text();
    for (const path of ['/pages/1', '/stale', '/set-cookie', '/stream']) {
      expect(html).toContain(`href="${path}"`);
    }
  });
});
