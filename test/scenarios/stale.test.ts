import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Scenario, startScenario } from './scenario.ts';

let scenario: Scenario;

beforeAll(async () => {
  scenario = await startScenario();
});

afterAll(() => scenario.close());

function get(path: string, headers: Record<string, string> = {}) {
  return scenario.edge.get(path, { headers });
}

/** Stores a response, and moves the clock until it is stale. The next requests wait for `scenario.turn`. */
async function storeAndExpire(path: string, cacheControl: string, seconds: number): Promise<void> {
  const stored = get(path);
  const { response } = await scenario.turn(path);
  response.writeHead(200, { 'Cache-Control': cacheControl, ETag: '"old"' }).end('old');
  expect((await stored).body).toBe('old');
  scenario.edge.clock.advance(seconds);
}

describe('stale-while-revalidate (RFC 5861 §3)', () => {
  test('viewers get the stale response at once, one refresh runs, and then the new one is served', async () => {
    await storeAndExpire('/swr', 'max-age=10, stale-while-revalidate=60', 30);
    const stale = await Promise.all([get('/swr'), get('/swr'), get('/swr')]);
    for (const reply of stale) {
      expect(reply.body).toBe('old');
      expect(Number(reply.headers.age)).toBeGreaterThanOrEqual(30);
      expect(reply.headers['cache-status']).toContain('stale-while-revalidate');
    }
    const { response, seen } = await scenario.turn('/swr');
    expect(seen.headers['if-none-match']).toBe('"old"');
    response.writeHead(200, { 'Cache-Control': 'max-age=60' }).end('new');
    await waitForBody('/swr', 'new');
    expect(scenario.seen('/swr')).toHaveLength(2);
  });

  test('a 304 in the background makes it fresh again', async () => {
    await storeAndExpire('/swr-304', 'max-age=10, stale-while-revalidate=60', 30);
    await get('/swr-304');
    const { response } = await scenario.turn('/swr-304');
    response.writeHead(304, { 'Cache-Control': 'max-age=60', ETag: '"old"' }).end();
    await waitForFresh('/swr-304');
    expect(scenario.seen('/swr-304')).toHaveLength(2);
  });

  test.each([
    ['refuses', 503],
    ['is gone', 0],
  ])('an origin that %s in the background does no harm', async (name, status) => {
    const path = `/swr-${name.replace(' ', '-')}`;
    await storeAndExpire(path, 'max-age=10, stale-while-revalidate=60', 30);
    await get(path);
    const { response } = await scenario.turn(path);
    scenario.serve(path, (_request, again) => again.destroy());
    if (status === 0) response.destroy();
    else response.writeHead(status).end('down');
    const after = await get(path);
    expect(after.status).toBe(200);
    expect(after.body).toBe('old');
  });

  test('a new response that may not be stored ends the old one', async () => {
    await storeAndExpire('/swr-private', 'max-age=10, stale-while-revalidate=60', 30);
    await get('/swr-private');
    const { response } = await scenario.turn('/swr-private');
    scenario.serve('/swr-private', (_request, again) => {
      again.writeHead(200, { 'Cache-Control': 'no-store' }).end('for another');
    });
    response.writeHead(200, { 'Cache-Control': 'no-store' }).end('for one viewer');
    await waitForBody('/swr-private', 'for another');
  });

  test('after the window the viewer waits for the origin', async () => {
    await storeAndExpire('/swr-over', 'max-age=10, stale-while-revalidate=10', 30);
    const waiting = get('/swr-over');
    const { response } = await scenario.turn('/swr-over');
    response.writeHead(200, { 'Cache-Control': 'max-age=60' }).end('new');
    expect((await waiting).body).toBe('new');
  });
});

describe('stale when the origin fails (RFC 5861 §4, RFC 9111 §4.2.4)', () => {
  test.each([
    ['max-age=10', 'old', 200],
    ['max-age=10, stale-if-error=600', 'old', 200],
    ['s-maxage=10, stale-if-error=600', 'old', 200],
    ['max-age=10, stale-if-error=5', 'down', 503],
    ['max-age=10, stale-if-error=0', 'down', 503],
    ['max-age=10, must-revalidate', 'down', 503],
    ['max-age=10, must-revalidate, stale-if-error=600', 'down', 503],
    ['max-age=10, proxy-revalidate', 'down', 503],
    ['s-maxage=10', 'down', 503],
    ['no-cache', 'down', 503],
  ])('"%s": a 503 gives "%s"', async (cacheControl, body, status) => {
    const path = `/503/${encodeURIComponent(cacheControl)}`;
    await storeAndExpire(path, cacheControl, 60);
    scenario.serve(path, (_request, response) => response.writeHead(503).end('down'));
    const reply = await get(path);
    expect(reply.status).toBe(status);
    expect(reply.body).toBe(body);
  });

  test.each([
    ['max-age=10', 200],
    ['max-age=10, must-revalidate', 502],
  ])('"%s": an origin that hangs up gives %i', async (cacheControl, status) => {
    const path = `/gone/${encodeURIComponent(cacheControl)}`;
    await storeAndExpire(path, cacheControl, 60);
    scenario.serve(path, (_request, response) => response.destroy());
    const reply = await get(path);
    expect(reply.status).toBe(status);
    expect(reply.headers['x-cache']).toBe(`${status === 200 ? 'Hit' : 'Error'} from isoedge`);
  });

  test('a 4xx is the answer of the origin, not a failure', async () => {
    await storeAndExpire('/gone-404', 'max-age=10, stale-if-error=600', 60);
    scenario.serve('/gone-404', (_request, response) => response.writeHead(404).end('no more'));
    const reply = await get('/gone-404');
    expect(reply.status).toBe(404);
    expect(reply.body).toBe('no more');
  });

  test('while the origin fails it is left alone for a moment, then asked again', async () => {
    await storeAndExpire('/moment', 'max-age=10', 60);
    scenario.serve('/moment', (_request, response) => response.writeHead(500).end('down'));
    await get('/moment');
    await get('/moment');
    expect(scenario.seen('/moment')).toHaveLength(2);
    scenario.serve('/moment', (_request, response) => {
      response.writeHead(200, { 'Cache-Control': 'max-age=60' }).end('back');
    });
    scenario.edge.clock.advance(10);
    expect((await get('/moment')).body).toBe('back');
  });

  test('an error that was stored is not served in place of a new one', async () => {
    scenario.serve('/broken', (_request, response) => {
      const count = scenario.seen('/broken').length;
      response.writeHead(500, { 'Cache-Control': 'max-age=10' }).end(`failure ${count}`);
    });
    await get('/broken');
    expect((await get('/broken')).body).toBe('failure 1');
    scenario.edge.clock.advance(60);
    expect((await get('/broken')).body).toBe('failure 2');
  });

  test('those that wait for a validation get the stale response too when it fails', async () => {
    await storeAndExpire('/wait-stale', 'max-age=10', 60);
    const waiting = [get('/wait-stale'), get('/wait-stale'), get('/wait-stale')];
    const { response } = await scenario.turn('/wait-stale');
    response.writeHead(503).end('down');
    const replies = await Promise.all(waiting);
    expect(replies.map(({ body }) => body)).toEqual(['old', 'old', 'old']);
    expect(scenario.seen('/wait-stale')).toHaveLength(2);
  });
});

describe('what the viewer asks for (RFC 9111 §5.2.1)', () => {
  test('max-stale accepts what has expired, min-fresh and max-age ask for younger ones', async () => {
    await storeAndExpire('/asks', 'max-age=100', 50);
    scenario.serve('/asks', (_request, response) => {
      response.writeHead(200, { 'Cache-Control': 'max-age=100' }).end('new');
    });
    expect((await get('/asks', { 'Cache-Control': 'max-age=60' })).body).toBe('old');
    expect((await get('/asks', { 'Cache-Control': 'min-fresh=40' })).body).toBe('old');
    scenario.edge.clock.advance(60);
    expect((await get('/asks', { 'Cache-Control': 'max-stale=30' })).body).toBe('old');
    expect((await get('/asks', { 'Cache-Control': 'min-fresh=10' })).body).toBe('new');
    scenario.edge.clock.advance(20);
    expect((await get('/asks', { 'Cache-Control': 'max-age=10' })).body).toBe('new');
    expect(scenario.seen('/asks')).toHaveLength(3);
  });

  test('only-if-cached gets what is fresh, or 504, and never the origin', async () => {
    const ask = { 'Cache-Control': 'only-if-cached' };
    expect((await get('/only', ask)).status).toBe(504);
    await storeAndExpire('/only', 'max-age=10', 5);
    expect((await get('/only', ask)).body).toBe('old');
    scenario.edge.clock.advance(60);
    expect((await get('/only', ask)).status).toBe(504);
    expect(scenario.seen('/only')).toHaveLength(1);
  });
});

/** Asks until the response has this content: what happens in the background has no other sign. */
async function waitForBody(path: string, body: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) if ((await get(path)).body === body) return;
  throw new Error(`"${path}" never became "${body}"`);
}

async function waitForFresh(path: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const reply = await get(path);
    if (Number(reply.headers.age) < 10) return;
  }
  throw new Error(`"${path}" never became fresh`);
}
