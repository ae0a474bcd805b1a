import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Reply } from '../support/test-edge.ts';
import { FRESH, type Scenario, startScenario } from './scenario.ts';

let scenario: Scenario;

const TTLS = { minTtlSeconds: 0, defaultTtlSeconds: 60, maxTtlSeconds: 600 };

beforeAll(async () => {
  scenario = await startScenario({
    config: ({ url }) => ({
      origins: { app: { url, headers: { 'X-Origin-Secret': 'configured' } } },
      cachePolicies: {
        keyed: {
          ...TTLS,
          key: {
            headers: ['x-tenant'],
            cookies: { include: ['session'] },
            queryStrings: { include: ['page'] },
          },
        },
        short: { ...TTLS, minTtlSeconds: 30, maxTtlSeconds: 120 },
        ttl: TTLS,
      },
      responseHeadersPolicies: {
        house: {
          remove: ['x-powered-by'],
          set: { 'X-Frame-Options': 'DENY', 'X-Mild': { value: 'policy', override: false } },
        },
      },
      behaviors: [
        { path: '/disabled/*', origin: 'app', cachePolicy: 'CachingDisabled' },
        { path: '/optimized/*', origin: 'app', cachePolicy: 'CachingOptimized' },
        { path: '/keyed/*', origin: 'app', cachePolicy: 'keyed' },
        { path: '/short/*', origin: 'app', cachePolicy: 'short' },
        { path: '/ttl/*', origin: 'app', cachePolicy: 'ttl', allowedMethods: 'all' },
        {
          path: '/all-viewer/*',
          origin: 'app',
          cachePolicy: 'ttl',
          originRequestPolicy: 'AllViewer',
        },
        { path: '/house/*', origin: 'app', responseHeadersPolicy: 'house' },
        { path: '/cors/*', origin: 'app', responseHeadersPolicy: 'SimpleCORS' },
        { path: '*', origin: 'app' },
      ],
      errorResponses: [
        { errorCode: 404, cachingMinTtlSeconds: 5 },
        {
          errorCode: 403,
          responseCode: 200,
          responsePagePath: '/errors/403.html',
          cachingMinTtlSeconds: 10,
        },
      ],
    }),
  });
});

afterAll(() => scenario.close());

function get(path: string, headers: Record<string, string> = {}): Promise<Reply> {
  return scenario.edge.get(path, { headers });
}

/** Answers with a number that grows with each request, so that a test can tell a stored response from a new one. */
function count(path: string, fields: Record<string, string> = {}, status = 200): void {
  scenario.serve(path, (_request, response) => {
    response.writeHead(status, fields).end(String(scenario.seen(path).length));
  });
}

async function bodies(path: string, times: number): Promise<string[]> {
  const seen: string[] = [];
  for (let i = 0; i < times; i++) seen.push((await get(path)).body);
  return seen;
}

describe('what is cached, and for how long (CloudFront developer guide)', () => {
  test('CachingDisabled neither stores nor collapses', async () => {
    count('/disabled/page', FRESH);
    expect(await bodies('/disabled/page', 2)).toEqual(['1', '2']);
    const both = [get('/disabled/together'), get('/disabled/together')];
    const turns = [
      await scenario.turn('/disabled/together'),
      await scenario.turn('/disabled/together'),
    ];
    for (const { response } of turns) response.writeHead(200, FRESH).end();
    await Promise.all(both);
  });

  test('CachingOptimized keeps what forbids caching for its MinTTL of one second', async () => {
    count('/optimized/no-store', { 'Cache-Control': 'no-store, private, no-cache' });
    expect(await bodies('/optimized/no-store', 2)).toEqual(['1', '1']);
    scenario.edge.clock.advance(2);
    expect((await get('/optimized/no-store')).body).toBe('2');
  });

  test.each([
    ['short', 'max-age=5', 20, 40],
    ['short', 'max-age=1000', 100, 130],
    ['short', undefined, 50, 70],
    ['short', 'no-store', 20, 40],
    ['ttl', 'max-age=5', 3, 7],
    ['ttl', 's-maxage=5, max-age=100', 3, 7],
    ['ttl', 'max-age=1000', 500, 610],
    ['ttl', undefined, 50, 70],
  ])(
    'policy "%s", Cache-Control %s: fresh after %i s, not after %i s',
    async (policy, value, freshSeconds, staleSeconds) => {
      const path = `/${policy}/${encodeURIComponent(String(value))}`;
      count(path, value === undefined ? {} : { 'Cache-Control': value });
      await get(path);
      scenario.edge.clock.advance(freshSeconds);
      expect((await get(path)).body).toBe('1');
      scenario.edge.clock.advance(staleSeconds - freshSeconds);
      expect((await get(path)).body).toBe('2');
    },
  );

  test('what the viewer says about caching counts for nothing', async () => {
    count('/ttl/insist');
    await get('/ttl/insist');
    for (const value of ['no-cache', 'no-store', 'max-age=0']) {
      expect((await get('/ttl/insist', { 'Cache-Control': value, Pragma: 'no-cache' })).body).toBe(
        '1',
      );
    }
  });

  test('unsafe methods go through and do not invalidate', async () => {
    count('/ttl/form');
    await get('/ttl/form');
    await scenario.edge.get('/ttl/form', { method: 'POST', body: 'x' });
    expect((await get('/ttl/form')).body).toBe('1');
  });
});

describe('cache key and what the origin receives (CloudFront developer guide)', () => {
  test('only the listed header, cookie and parameter make a difference', async () => {
    count('/keyed/page');
    const same = [
      get('/keyed/page?page=1&utm=a', { 'X-Tenant': 't', Cookie: 'session=s; theme=dark' }),
      get('/keyed/page?utm=b&page=1', { 'X-Tenant': 't', Cookie: 'lang=de; session=s' }),
    ];
    expect((await Promise.all(same)).map(({ body }) => body)).toEqual(['1', '1']);
    for (const [path, headers] of [
      ['/keyed/page?page=2', { 'X-Tenant': 't', Cookie: 'session=s' }],
      ['/keyed/page?page=1', { 'X-Tenant': 'u', Cookie: 'session=s' }],
      ['/keyed/page?page=1', { 'X-Tenant': 't', Cookie: 'session=r' }],
      ['/keyed/page?page=1', { Cookie: 'session=s' }],
    ] as const) {
      expect((await get(path, headers)).headers['x-cache']).toBe('Miss from isoedge');
    }
  });

  test('the origin receives what is in the key, and what every request has', async () => {
    count('/keyed/received');
    await get('/keyed/received?page=1&utm=a', {
      'X-Tenant': 't',
      'X-Other': 'o',
      Cookie: 'session=s; theme=dark',
      'Accept-Language': 'de',
      Authorization: 'Basic x',
      'User-Agent': 'Browser',
      Host: 'www.example.com',
    });
    const [seen] = scenario.seen('/keyed/received');
    expect(seen?.url).toBe('/keyed/received?page=1');
    expect(seen?.headers).toMatchObject({
      'x-tenant': 't',
      cookie: 'session=s',
      'user-agent': 'Amazon CloudFront',
      host: `127.0.0.1:${scenario.origin.port}`,
      via: '1.1 isoedge',
      'x-forwarded-for': '127.0.0.1',
      'x-origin-secret': 'configured',
    });
    for (const name of ['x-other', 'accept-language', 'authorization']) {
      expect(seen?.headers[name]).toBeUndefined();
    }
  });

  test('AllViewer sends everything the viewer sent, and changes nothing in the key', async () => {
    count('/all-viewer/page');
    const viewer = { 'X-Other': 'o', Cookie: 'b=2; a=1', Host: 'www.example.com' };
    await get('/all-viewer/page?q=1', viewer);
    const [seen] = scenario.seen('/all-viewer/page');
    expect(seen?.url).toBe('/all-viewer/page?q=1');
    expect(seen?.headers).toMatchObject({
      'x-other': 'o',
      cookie: 'a=1; b=2',
      host: 'www.example.com',
    });
    expect((await get('/all-viewer/page?q=2')).headers['x-cache']).toBe('Hit from isoedge');
  });

  test('Accept-Encoding is normalized for key and origin', async () => {
    scenario.serve('/optimized/encoded', (request, response) => {
      response.writeHead(200, FRESH).end(String(request.headers['accept-encoding']));
    });
    const encodings = ['gzip, deflate, br', 'br;q=0.5, gzip', 'gzip', 'deflate'];
    const received: string[] = [];
    for (const value of encodings) {
      received.push((await get('/optimized/encoded', { 'Accept-Encoding': value })).body);
    }
    expect(received).toEqual(['br,gzip', 'br,gzip', 'gzip', 'identity']);
    expect(scenario.seen('/optimized/encoded')).toHaveLength(3);
  });
});

describe('errors (CloudFront developer guide)', () => {
  test.each([
    [404, {}, 3, 7],
    [500, {}, 8, 12],
    [503, { 'Cache-Control': 'no-store' }, 8, 12],
    [500, { 'Cache-Control': 'max-age=100' }, 90, 110],
  ])(
    '%i with %j is cached: fresh after %i s, not after %i s',
    async (status, fields, fresh, stale) => {
      const path = `/ttl/error-${status}-${fresh}-${Object.keys(fields).length}`;
      count(path, fields, status);
      await get(path);
      scenario.edge.clock.advance(fresh);
      const again = await get(path);
      expect(again.body).toBe('1');
      expect(again.status).toBe(status);
      expect(again.headers['x-cache']).toBe('Error from isoedge');
      scenario.edge.clock.advance(stale - fresh);
      expect((await get(path)).body).toBe('2');
    },
  );

  test.each([
    [400, {}],
    [416, { 'Cache-Control': 'max-age=60' }],
    [404, { 'Cache-Control': 'no-store' }],
  ])('%i with %j is not', async (status, fields) => {
    const path = `/ttl/uncached-${status}`;
    count(path, fields, status);
    expect(await bodies(path, 2)).toEqual(['1', '2']);
  });

  test('an expired response is served when the origin fails, and a 404 takes its place', async () => {
    count('/ttl/expired', { 'Cache-Control': 'max-age=5' });
    await get('/ttl/expired');
    scenario.edge.clock.advance(20);
    count('/ttl/expired', {}, 502);
    const stale = await get('/ttl/expired');
    expect([stale.status, stale.body]).toEqual([200, '1']);
    scenario.edge.clock.advance(20);
    count('/ttl/expired', {}, 404);
    expect((await get('/ttl/expired')).status).toBe(404);
  });

  test('a custom error page is fetched once, whatever the viewer asked for', async () => {
    scenario.serve('/errors/403.html', (request, response) => {
      expect(request.headers.range).toBeUndefined();
      response.writeHead(200, { ...FRESH, ETag: '"page"', 'Content-Type': 'text/html' });
      response.end('<h1>please log in</h1>');
    });
    scenario.serve('/secret', (_request, response) => response.writeHead(403).end('no'));
    for (const headers of [{}, { Range: 'bytes=0-3' }, { 'If-None-Match': '"page"' }]) {
      const reply = await get('/secret', headers);
      expect(reply.status).toBe(200);
      expect(reply.body).toBe('<h1>please log in</h1>');
      expect(reply.headers['content-type']).toBe('text/html');
    }
    const head = await scenario.edge.get('/secret', { method: 'HEAD' });
    expect([head.status, head.body]).toEqual([200, '']);
    expect(scenario.seen('/errors/403.html')).toHaveLength(1);
  });

  test('an error page that cannot be fetched gives its own status', async () => {
    await scenario.edge.edge.purge({ kind: 'all' });
    scenario.serve('/errors/403.html', (_request, response) => response.writeHead(500).end());
    expect((await get('/secret')).status).toBe(500);
  });
});

describe('response headers policy (CloudFront developer guide)', () => {
  test('is applied to hits and misses, and is not stored', async () => {
    scenario.serve('/house/page', (_request, response) => {
      response.writeHead(200, {
        ...FRESH,
        'X-Powered-By': 'origin',
        'X-Frame-Options': 'SAMEORIGIN',
        'X-Mild': 'origin',
      });
      response.end();
    });
    for (const word of ['Miss', 'Hit']) {
      const { headers } = await get('/house/page');
      expect(headers['x-cache']).toBe(`${word} from isoedge`);
      expect(headers['x-powered-by']).toBeUndefined();
      expect(headers['x-frame-options']).toBe('DENY');
      expect(headers['x-mild']).toBe('origin');
    }
  });

  test('CORS only for requests that have an Origin', async () => {
    scenario.serve('/cors/page', (_request, response) => response.writeHead(200, FRESH).end());
    const plain = await get('/cors/page');
    expect(plain.headers['access-control-allow-origin']).toBeUndefined();
    const cors = await get('/cors/page', { Origin: 'https://shop.example' });
    expect(cors.headers['x-cache']).toBe('Hit from isoedge');
    expect(cors.headers['access-control-allow-origin']).toBe('*');
  });
});
