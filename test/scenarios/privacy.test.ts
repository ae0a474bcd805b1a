import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FRESH, type Scenario, startScenario } from './scenario.ts';

let scenario: Scenario;

beforeAll(async () => {
  scenario = await startScenario({
    config: () => ({
      cachePolicies: {
        plain: { minTtlSeconds: 0, defaultTtlSeconds: 60, maxTtlSeconds: 600 },
        sessions: {
          minTtlSeconds: 0,
          defaultTtlSeconds: 60,
          maxTtlSeconds: 600,
          key: { cookies: { include: ['session'] } },
        },
      },
      behaviors: [
        { path: '/plain/*', origin: 'app', cachePolicy: 'plain', allowedMethods: 'all' },
        {
          path: '/forwarded/*',
          origin: 'app',
          cachePolicy: 'plain',
          originRequestPolicy: 'AllViewer',
        },
        { path: '/sessions/*', origin: 'app', cachePolicy: 'sessions' },
        { path: '*', origin: 'app' },
      ],
    }),
  });
});

afterAll(() => scenario.close());

function get(path: string, headers: Record<string, string> = {}) {
  return scenario.edge.get(path, { headers });
}

describe('one response is not given to another viewer', () => {
  test.each([
    ['private'],
    ['no-store'],
    ['private, max-age=60'],
    ['no-store, max-age=60'],
    ['no-cache'],
  ])('"%s": each viewer gets its own', async (cacheControl) => {
    const path = `/own/${encodeURIComponent(cacheControl)}`;
    scenario.serve(path, (request, response) => {
      response.writeHead(200, { 'Cache-Control': cacheControl });
      response.end(`for ${String(request.headers['x-viewer'])}`);
    });
    expect((await get(path, { 'X-Viewer': 'a' })).body).toBe('for a');
    expect((await get(path, { 'X-Viewer': 'b' })).body).toBe('for b');
    expect(scenario.seen(path)).toHaveLength(2);
  });

  test.each([
    ['max-age=60', false],
    ['max-age=60, public', true],
    ['s-maxage=60', true],
    ['max-age=60, must-revalidate', true],
  ])('Authorization with "%s": shared is %s (RFC 9111 §3.5)', async (cacheControl, shared) => {
    const path = `/authorized/${encodeURIComponent(cacheControl)}`;
    scenario.serve(path, (request, response) => {
      response.writeHead(200, { 'Cache-Control': cacheControl });
      response.end(`for ${String(request.headers.authorization)}`);
    });
    expect((await get(path, { Authorization: 'Basic one' })).body).toBe('for Basic one');
    const other = await get(path);
    expect(other.body).toBe(shared ? 'for Basic one' : 'for undefined');
  });

  test('a guessed lifetime is not enough for a response that sets a cookie', async () => {
    scenario.serve('/guessed', (_request, response) => {
      response.writeHead(200, {
        'Last-Modified': 'Mon, 16 Nov 2020 08:00:00 GMT',
        'Set-Cookie': 'id=1',
      });
      response.end();
    });
    await get('/guessed');
    expect((await get('/guessed')).headers['x-cache']).toBe('Miss from isoedge');
  });

  test('what no-cache="…" names goes to the viewer who fetched it, not into the store', async () => {
    scenario.serve('/named', (_request, response) => {
      response.writeHead(200, {
        'Cache-Control': 'max-age=60, no-cache="Set-Cookie", private="X-User"',
        'Set-Cookie': ['a=1', 'b=2'],
        'X-User': 'one',
        'X-All': 'yes',
      });
      response.end('page');
    });
    const first = await get('/named');
    expect(first.headers['set-cookie']).toEqual(['a=1', 'b=2']);
    expect(first.headers['x-user']).toBe('one');
    const hit = await get('/named');
    expect(hit.headers['x-cache']).toBe('Hit from isoedge');
    expect(hit.headers['set-cookie']).toBeUndefined();
    expect(hit.headers['x-user']).toBeUndefined();
    expect(hit.headers['x-all']).toBe('yes');
  });

  test('nor does it reach those that wait for the same response', async () => {
    const leader = get('/named-waiting');
    const { response } = await scenario.turn('/named-waiting');
    response.writeHead(200, {
      'Cache-Control': 'max-age=60, no-cache="Set-Cookie"',
      'Set-Cookie': 'a=1',
    });
    response.write('x');
    const follower = get('/named-waiting');
    await get('/named');
    response.end();
    expect((await leader).headers['set-cookie']).toEqual(['a=1']);
    expect((await follower).headers['set-cookie']).toBeUndefined();
    expect(scenario.seen('/named-waiting')).toHaveLength(1);
  });

  test('request no-store keeps the response out of the store and from those that wait', async () => {
    scenario.serve('/request-no-store', (_request, response) => {
      response.writeHead(200, FRESH).end('page');
    });
    await get('/request-no-store', { 'Cache-Control': 'no-store' });
    expect((await get('/request-no-store')).headers['x-cache']).toBe('Miss from isoedge');
    expect((await get('/request-no-store')).headers['x-cache']).toBe('Hit from isoedge');
  });
});

function setsCookie(path: string): void {
  scenario.serve(path, (request, response) => {
    response.writeHead(200, { 'Set-Cookie': 'id=1' });
    response.end(`saw ${String(request.headers.cookie)}`);
  });
}

describe('cookies under a CloudFront policy (CloudFront developer guide)', () => {
  test('a behavior that forwards no cookies neither sends nor sets them, stored or not', async () => {
    setsCookie('/plain/page');
    for (let i = 0; i < 2; i++) {
      const reply = await get('/plain/page', { Cookie: 'a=1' });
      expect(reply.body).toBe('saw undefined');
      expect(reply.headers['set-cookie']).toBeUndefined();
    }
    const post = await scenario.edge.get('/plain/page', { method: 'POST', body: 'x' });
    expect(post.headers['set-cookie']).toBeUndefined();
  });

  test('cookies that are forwarded but not in the key: the viewer who asked gets its own, others none', async () => {
    setsCookie('/forwarded/page');
    const miss = await get('/forwarded/page', { Cookie: 'a=1' });
    expect(miss.body).toBe('saw a=1');
    expect(miss.headers['set-cookie']).toEqual(['id=1']);
    const hit = await get('/forwarded/page');
    expect(hit.headers['x-cache']).toBe('Hit from isoedge');
    expect(hit.headers['set-cookie']).toBeUndefined();
  });

  test('cookies in the key are stored with the response, and replayed for the same key only', async () => {
    setsCookie('/sessions/page');
    await get('/sessions/page', { Cookie: 'session=1; other=2' });
    const same = await get('/sessions/page', { Cookie: 'other=3; session=1' });
    expect(same.headers['x-cache']).toBe('Hit from isoedge');
    expect(same.headers['set-cookie']).toEqual(['id=1']);
    expect(same.body).toBe('saw session=1');
    const other = await get('/sessions/page', { Cookie: 'session=2' });
    expect(other.body).toBe('saw session=2');
    expect(scenario.seen('/sessions/page')).toHaveLength(2);
  });
});
