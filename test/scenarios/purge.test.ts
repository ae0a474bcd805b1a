import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FRESH, type Scenario, startScenario } from './scenario.ts';

let scenario: Scenario;

beforeAll(async () => {
  scenario = await startScenario();
});

afterAll(() => scenario.close());

const HOST = 'www.example.com';

async function cacheResultOf(path: string, headers: Record<string, string> = {}) {
  const reply = await scenario.edge.get(path, { headers: { Host: HOST, ...headers } });
  return reply.headers['x-cache']?.toString().split(' ')[0];
}

/** Stores a response for each path. */
async function store(...paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    scenario.serve(path.split('?', 1)[0] ?? '', (_request, response) => {
      response.writeHead(200, { ...FRESH, Vary: 'X-Variant', ETag: '"v"' }).end('stored');
    });
    await cacheResultOf(path);
    expect(await cacheResultOf(path)).toBe('Hit');
  }
}

describe('purge', () => {
  test('by URL: all variants of this one, of this host, stale ones too', async () => {
    await store('/url', '/url?b', '/url/c');
    await cacheResultOf('/url', { 'X-Variant': '2' });
    await cacheResultOf('/url', { Host: 'other.example' });
    const purged = await scenario.edge.edge.purge({ kind: 'url', host: HOST, target: '/url' });
    expect(purged).toBe(2);
    expect(await cacheResultOf('/url', { Host: 'other.example' })).toBe('Hit');
    expect(await cacheResultOf('/url?b')).toBe('Hit');
    expect(await cacheResultOf('/url/c')).toBe('Hit');
    const before = scenario.seen('/url').length;
    expect(await cacheResultOf('/url')).toBe('Miss');
    // Nothing was left to validate.
    expect(scenario.seen('/url').slice(before)[0]?.headers['if-none-match']).toBeUndefined();
  });

  test('by prefix', async () => {
    await store('/prefix/a', '/prefix/b?x=1', '/prefixed');
    const purged = await scenario.edge.edge.purge({ kind: 'prefix', prefix: '/prefix/' });
    expect(purged).toBe(2);
    expect(await cacheResultOf('/prefix/a')).toBe('Miss');
    expect(await cacheResultOf('/prefix/b?x=1')).toBe('Miss');
    expect(await cacheResultOf('/prefixed')).toBe('Hit');
  });

  test('everything', async () => {
    await store('/all');
    expect(await scenario.edge.edge.purge({ kind: 'all' })).toBeGreaterThan(0);
    expect(await cacheResultOf('/all')).toBe('Miss');
  });

  test('a response that is arriving: its viewers get it, the store does not, and who comes later asks anew', async () => {
    const first = scenario.edge.get('/arriving', { headers: { Host: HOST } });
    const turn = await scenario.turn('/arriving');
    turn.response.writeHead(200, FRESH).write('old ');
    await scenario.edge.edge.purge({ kind: 'url', host: HOST, target: '/arriving' });
    const later = scenario.edge.get('/arriving', { headers: { Host: HOST } });
    const second = await scenario.turn('/arriving');
    turn.response.end('content');
    expect((await first).body).toBe('old content');
    second.response.writeHead(200, FRESH).end('new content');
    expect((await later).body).toBe('new content');
    const hit = await scenario.edge.get('/arriving', { headers: { Host: HOST } });
    expect(hit.headers['x-cache']).toBe('Hit from isoedge');
    expect(hit.body).toBe('new content');
  });

  test('a request that is with the origin: its response is not stored', async () => {
    const first = scenario.edge.get('/asked', { headers: { Host: HOST } });
    const turn = await scenario.turn('/asked');
    await scenario.edge.edge.purge({ kind: 'prefix', prefix: '/asked' });
    turn.response.writeHead(200, FRESH).end('old');
    expect((await first).body).toBe('old');
    scenario.serve('/asked', (_request, response) => response.writeHead(200, FRESH).end('new'));
    expect(await cacheResultOf('/asked')).toBe('Miss');
  });

  test('a validation under way does not bring back what was purged', async () => {
    scenario.serve('/validated', (_request, response) => {
      response.writeHead(200, { 'Cache-Control': 'max-age=5', ETag: '"v"' }).end('old');
    });
    await cacheResultOf('/validated');
    scenario.edge.clock.advance(30);
    const held = Promise.withResolvers<() => void>();
    scenario.serve('/validated', (_request, response) => {
      held.resolve(() => response.writeHead(304, { ...FRESH, ETag: '"v"' }).end());
    });
    const validating = scenario.edge.get('/validated', { headers: { Host: HOST } });
    const answer = await held.promise;
    await scenario.edge.edge.purge({ kind: 'url', host: HOST, target: '/validated' });
    answer();
    expect((await validating).body).toBe('old');
    scenario.serve('/validated', (_request, response) => {
      response.writeHead(200, FRESH).end('new');
    });
    expect(await cacheResultOf('/validated')).toBe('Miss');
  });
});

describe('invalidation by unsafe requests (RFC 9111 §4.4)', () => {
  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'M-SEARCH'])(
    '%s that succeeds invalidates its target',
    async (method) => {
      const path = `/unsafe-${method.toLowerCase()}`;
      await store(path);
      const done = await scenario.edge.get(path, { method, headers: { Host: HOST }, body: 'x' });
      expect(done.status).toBe(200);
      expect(done.headers['x-cache']).toBe('Miss from isoedge');
      expect(await cacheResultOf(path)).toBe('Miss');
    },
  );

  test('what fails invalidates nothing', async () => {
    await store('/unsafe-fails');
    scenario.serve('/unsafe-fails', (_request, response) => response.writeHead(409).end());
    await scenario.edge.get('/unsafe-fails', { method: 'PUT', headers: { Host: HOST }, body: 'x' });
    expect(await cacheResultOf('/unsafe-fails')).toBe('Hit');
  });

  test('Location and Content-Location on the same host are invalidated, those elsewhere are not', async () => {
    await store('/list', '/item', '/elsewhere');
    scenario.serve('/create', (_request, response) => {
      response.writeHead(201, {
        Location: `http://${HOST}/item`,
        'Content-Location': '/list',
        Link: '</elsewhere>',
      });
      response.end();
    });
    await scenario.edge.get('/create', { method: 'POST', headers: { Host: HOST }, body: 'x' });
    expect(await cacheResultOf('/item')).toBe('Miss');
    expect(await cacheResultOf('/list')).toBe('Miss');
    expect(await cacheResultOf('/elsewhere')).toBe('Hit');
  });

  test('a POST may bring the response that later GETs get (RFC 9110 §9.3.3)', async () => {
    await store('/search');
    scenario.serve('/search', (_request, response) => {
      response.writeHead(200, { ...FRESH, 'Content-Location': '/search', ETag: '"p"' });
      response.write('posted ');
      response.end('result');
    });
    // A precondition of the POST was for the origin to judge.
    const headers = { Host: HOST, 'If-Match': '"v"' };
    const posted = await scenario.edge.get('/search', { method: 'POST', headers, body: 'x' });
    expect([posted.status, posted.body]).toEqual([200, 'posted result']);
    const hit = await scenario.edge.get('/search', { headers: { Host: HOST } });
    expect(hit.headers['x-cache']).toBe('Hit from isoedge');
    expect(hit.body).toBe('posted result');
    expect(scenario.seen('/search').map(({ method }) => method)).toEqual(['GET', 'POST']);
  });

  test('a response that was under way when its target changed is not stored', async () => {
    const reading = scenario.edge.get('/changing', { headers: { Host: HOST } });
    const turn = await scenario.turn('/changing');
    turn.response.writeHead(200, FRESH).write('before');
    const writing = scenario.edge.get('/changing', {
      method: 'PUT',
      headers: { Host: HOST },
      body: 'x',
    });
    (await scenario.turn('/changing')).response.writeHead(204).end();
    await writing;
    turn.response.end();
    expect((await reading).body).toBe('before');
    await store('/changing');
    expect(scenario.seen('/changing')).toHaveLength(3);
  });
});
