import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ScriptedOrigin, startOrigin } from '../support/scripted-origin.ts';
import { startTestEdge, type TestEdge } from '../support/test-edge.ts';

/** Each function leaves its name in a header that the test can read, so that a reply tells which hooks ran. */
const MARKING = {
  vreq: `exports.handler = async (event) => {
    const { request } = event.Records[0].cf;
    if (request.uri === '/vreq-generated') {
      return { status: '200', headers: { 'x-ran': [{ value: 'vreq' }] }, body: 'from viewer request' };
    }
    request.headers['x-ran'] = [{ key: 'X-Ran', value: 'vreq' }];
    return request;
  };`,
  oreq: `exports.handler = async (event) => {
    const { request } = event.Records[0].cf;
    if (request.uri.startsWith('/oreq-generated')) {
      const status = request.uri.split('-')[2] || '200';
      return {
        status,
        headers: { 'cache-control': [{ value: 'max-age=60' }], 'x-ran': [{ value: 'vreq,oreq' }] },
        body: 'from origin request',
      };
    }
    request.headers['x-ran'] = [{ key: 'X-Ran', value: request.headers['x-ran'][0].value + ',oreq' }];
    return request;
  };`,
  ores: `exports.handler = async (event) => {
    const { response } = event.Records[0].cf;
    response.headers['x-ran'] = [{ key: 'X-Ran', value: response.headers['x-ran'][0].value + ',ores' }];
    return response;
  };`,
  vres: `exports.handler = async (event) => {
    const { response } = event.Records[0].cf;
    const ran = response.headers['x-ran'] ? response.headers['x-ran'][0].value : '';
    response.headers['x-ran'] = [{ key: 'X-Ran', value: ran + ',vres' }];
    return response;
  };`,
};

const HOOKS = {
  'viewer-request': 'vreq',
  'origin-request': 'oreq',
  'origin-response': 'ores',
  'viewer-response': 'vres',
};

/** Echoes the names of the hooks that the request has passed. */
function startEchoingOrigin() {
  return startOrigin((request, response) => {
    const url = new URL(request.url ?? '/', 'http://origin');
    const status = Number(url.searchParams.get('status') ?? '200');
    // No Date: the test moves the clock of the edge, and the origin does not know of it.
    response.sendDate = false;
    if (request.headers['if-none-match'] === '"v1"') {
      response.writeHead(304, { ETag: '"v1"', 'X-Ran': request.headers['x-ran'] ?? '' }).end();
      return;
    }
    response.writeHead(status, {
      'X-Ran': request.headers['x-ran'] ?? '',
      'Cache-Control': url.searchParams.get('cc') ?? 'max-age=60',
      ETag: '"v1"',
    });
    response.end(`content of ${url.pathname}`);
  });
}

let origin: ScriptedOrigin;
let edge: TestEdge;
/** Requests that the origin had seen before this test. */
let seenBefore = 0;

beforeAll(async () => {
  origin = await startEchoingOrigin();
  edge = await startTestEdge({
    originUrl: origin.url,
    functions: {
      ...MARKING,
      rewrite: `exports.handler = async (event) => {
        const { request } = event.Records[0].cf;
        request.uri = '/elsewhere';
        return request;
      };`,
    },
    config: {
      behaviors: [
        {
          path: '/secure/*',
          origin: 'app',
          hooks: HOOKS,
          viewerProtocolPolicy: 'redirect-to-https',
        },
        { path: '/rewritten/*', origin: 'app', hooks: { 'origin-request': 'rewrite' } },
        { path: '*', origin: 'app', hooks: HOOKS },
      ],
    },
  });
});

beforeEach(() => {
  seenBefore = origin.requests.length;
});

afterAll(async () => {
  await edge[Symbol.asyncDispose]();
  await origin.close();
});

function seen() {
  return origin.requests.slice(seenBefore);
}

describe('hooks of a request (CloudFront developer guide)', () => {
  test('a miss runs all four hooks, a hit the viewer hooks only', async () => {
    const miss = await edge.get('/page');
    expect(miss.headers['x-ran']).toBe('vreq,oreq,ores,vres');
    expect(miss.headers['x-cache']).toBe('Miss from isoedge');
    expect(miss.headers.age).toBeUndefined();
    const hit = await edge.get('/page');
    expect(hit.headers['x-cache']).toBe('Hit from isoedge');
    // What viewer-response added to the miss was not stored.
    expect(hit.headers['x-ran']).toBe('vreq,oreq,ores,vres');
    expect(hit.headers.age).toBe('0');
    expect(hit.body).toBe('content of /page');
    expect(seen()).toHaveLength(1);
  });

  test('a response generated at viewer-request skips everything else and is not stored', async () => {
    for (let i = 0; i < 2; i++) {
      const reply = await edge.get('/vreq-generated');
      expect(reply.status).toBe(200);
      expect(reply.headers['x-ran']).toBe('vreq');
      expect(reply.headers['x-cache']).toBe('LambdaGeneratedResponse from isoedge');
    }
    expect(seen()).toHaveLength(0);
  });

  test('a response generated at origin-request is stored, skips origin-response and runs viewer-response', async () => {
    const miss = await edge.get('/oreq-generated');
    expect(miss.headers['x-ran']).toBe('vreq,oreq,vres');
    expect(miss.headers['x-cache']).toBe('LambdaGeneratedResponse from isoedge');
    const hit = await edge.get('/oreq-generated');
    expect(hit.headers['x-cache']).toBe('Hit from isoedge');
    expect(hit.headers['x-ran']).toBe('vreq,oreq,vres');
    expect(hit.body).toBe('from origin request');
    expect(seen()).toHaveLength(0);
  });

  test('viewer-response does not run for 400 and above, generated ones included', async () => {
    const generated = await edge.get('/oreq-generated-404');
    expect(generated.status).toBe(404);
    expect(generated.headers['x-ran']).toBe('vreq,oreq');
  });

  test.each([404, 500])(
    'an origin status %i runs origin-response and not viewer-response',
    async (status) => {
      const miss = await edge.get(`/missing?status=${status}`);
      expect(miss.status).toBe(status);
      expect(miss.headers['x-ran']).toBe('vreq,oreq,ores');
      expect(miss.headers['x-cache']).toBe('Error from isoedge');
      const again = await edge.get(`/missing?status=${status}`);
      expect(again.headers['x-ran']).toBe('vreq,oreq,ores');
    },
  );

  test('POST runs all four hooks and is never stored', async () => {
    for (let i = 0; i < 2; i++) {
      const reply = await edge.get('/form', { method: 'POST', body: 'a=1' });
      expect(reply.headers['x-ran']).toBe('vreq,oreq,ores,vres');
    }
    expect(seen().map(({ method }) => method)).toEqual(['POST', 'POST']);
  });

  test('an expired response is validated with all four hooks and becomes RefreshHit', async () => {
    await edge.get('/validated');
    edge.clock.advance(90);
    const refreshed = await edge.get('/validated');
    expect(refreshed.status).toBe(200);
    expect(refreshed.body).toBe('content of /validated');
    expect(refreshed.headers['x-cache']).toBe('RefreshHit from isoedge');
    expect(refreshed.headers['x-ran']).toBe('vreq,oreq,ores,vres');
    expect((await edge.get('/validated')).headers['x-cache']).toBe('Hit from isoedge');
    expect(seen()).toHaveLength(2);
  });

  test('a redirect to HTTPS comes before every hook', async () => {
    const get = await edge.get('/secure/page?a=1', { headers: { Host: 'www.example.com' } });
    expect(get.status).toBe(301);
    expect(get.headers.location).toBe('https://www.example.com/secure/page?a=1');
    expect(get.headers['x-cache']).toBe('Redirect from isoedge');
    expect(get.headers['x-ran']).toBeUndefined();
    const post = await edge.get('/secure/page', { method: 'POST', body: 'x' });
    expect(post.status).toBe(307);
    expect(seen()).toHaveLength(0);
  });

  test('the key is fixed before origin-request: its rewrite changes the fetch only', async () => {
    expect((await edge.get('/rewritten/a')).body).toBe('content of /elsewhere');
    expect((await edge.get('/rewritten/a')).headers['x-cache']).toBe('Hit from isoedge');
    expect((await edge.get('/rewritten/b')).headers['x-cache']).toBe('Miss from isoedge');
    expect(seen().map(({ url }) => url)).toEqual(['/elsewhere', '/elsewhere']);
  });
});
