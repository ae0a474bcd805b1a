import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RawOrigin, startRawOrigin } from '../support/raw-origin.ts';
import { type ScriptedOrigin, startOrigin } from '../support/scripted-origin.ts';
import { startTestEdge, type TestEdge } from '../support/test-edge.ts';

describe('a hook that fails (CloudFront developer guide)', () => {
  let origin: ScriptedOrigin;
  let edge: TestEdge;

  beforeAll(async () => {
    origin = await startOrigin((_request, response) => {
      response.sendDate = false;
      response.writeHead(200, { 'Cache-Control': 'max-age=60', ETag: '"v1"' }).end('content');
    });
    const failing = `exports.handler = async (event) => {
      const { request } = event.Records[0].cf;
      if (request.headers['x-fail']) throw new RangeError('no more');
      return request;
    };`;
    edge = await startTestEdge({
      originUrl: origin.url,
      functions: {
        throws: `exports.handler = async () => { throw new TypeError('boom'); };`,
        spins: 'exports.handler = async () => { for (;;); };',
        never: 'exports.handler = () => new Promise((resolve) => setTimeout(resolve, 60000));',
        readonly: `exports.handler = async (event) => {
          const { request } = event.Records[0].cf;
          request.headers.via = [{ key: 'Via', value: 'mine' }];
          return request;
        };`,
        nothing: 'exports.handler = async () => undefined;',
        sometimes: failing,
        broken: 'exports.handler = async () => {',
        unexported: 'exports.other = async () => {};',
      },
      functionSettings: { never: { timeoutMs: 200 } },
      config: {
        debug: true,
        behaviors: [
          ...['throws', 'spins', 'never', 'readonly', 'nothing', 'broken', 'unexported'].map(
            (name) => ({ path: `/${name}`, origin: 'app', hooks: { 'viewer-request': name } }),
          ),
          {
            path: '/continue',
            origin: 'app',
            hooks: { 'origin-request': { function: 'throws', onFailure: 'continue' } },
          },
          {
            path: '/stale',
            origin: 'app',
            hooks: { 'viewer-request': { function: 'sometimes', onFailure: 'stale' } },
          },
          { path: '*', origin: 'app' },
        ],
      },
    });
  });

  afterAll(async () => {
    await edge[Symbol.asyncDispose]();
    await origin.close();
  });

  test.each([
    ['throws', 503, 'LambdaExecutionError', 'EDGE_HOOK_THREW'],
    ['spins', 503, 'LambdaExecutionError', 'EDGE_HOOK_CPU'],
    ['never', 503, 'LambdaExecutionError', 'EDGE_HOOK_TIMEOUT'],
    ['readonly', 502, 'LambdaValidationError', 'EDGE_HOOK_VALIDATION'],
    ['nothing', 502, 'LambdaValidationError', 'EDGE_HOOK_VALIDATION'],
    ['broken', 503, 'LambdaExecutionError', 'EDGE_HOOK_UNAVAILABLE'],
    ['unexported', 503, 'LambdaExecutionError', 'EDGE_HOOK_UNAVAILABLE'],
  ])('%s answers %i with %s and %s', async (name, status, word, code) => {
    const reply = await edge.get(`/${name}`);
    expect(reply.status).toBe(status);
    expect(reply.headers['x-cache']).toBe(`${word} from isoedge`);
    expect(reply.headers['x-isoedge-error']).toContain(code);
    expect(reply.headers['x-isoedge-error']).toContain(`"${name}"`);
    expect(reply.body).toContain(reply.headers['x-request-id']);
  });

  test('the log line of a throw has the stack in the file of its author', async () => {
    const reply = await edge.get('/throws');
    const line = edge.logs.findLast(
      ({ facts }) => facts['requestId'] === reply.headers['x-request-id'] && 'stack' in facts,
    );
    expect(line?.facts['stack']).toContain('TypeError: boom');
    expect(line?.facts['stack']).toContain('throws.js:1:');
  });

  test('functions that do not load are named at the start, with file and line, and the rest serves', () => {
    const errors = edge.logs.filter(({ level, facts }) => level === 'error' && 'code' in facts);
    const messages = errors.map(({ message }) => message);
    expect(messages.find((message) => message.includes('"broken"'))).toMatch(/broken\.js:1:\d+/);
    expect(messages.find((message) => message.includes('"unexported"'))).toContain('handler');
  });

  test('onFailure "continue" serves as if the hook were absent', async () => {
    const reply = await edge.get('/continue');
    expect(reply.status).toBe(200);
    expect(reply.body).toBe('content');
  });

  test('onFailure "stale" serves what is stored, and fails when nothing is', async () => {
    const failing = { headers: { 'X-Fail': '1' } };
    expect((await edge.get('/stale', failing)).status).toBe(503);
    expect((await edge.get('/stale')).status).toBe(200);
    const served = await edge.get('/stale', failing);
    expect(served.status).toBe(200);
    expect(served.headers['cache-status']).toContain('hook-failed');
  });
});

describe('an origin that fails', () => {
  test('nobody listens: 502 with EDGE_ORIGIN_CONNECT, and the next request is served once it is up', async () => {
    const gone = await startOrigin((_request, response) => response.end());
    await gone.close();
    await using edge = await startTestEdge({ originUrl: gone.url, config: { debug: true } });
    const reply = await edge.get('/');
    expect(reply.status).toBe(502);
    expect(reply.headers['x-cache']).toBe('Error from isoedge');
    expect(reply.headers['x-isoedge-error']).toContain('EDGE_ORIGIN_CONNECT');
  });

  test('an origin that dies in the middle: the viewer sees a broken reply and nothing is stored', async () => {
    let deaths = 0;
    await using origin = await startOrigin((_request, response) => {
      response.writeHead(200, { 'Cache-Control': 'max-age=60', 'Content-Length': '100' });
      if (deaths === 0) response.write('part', () => response.destroy());
      else response.end('x'.repeat(100));
      deaths += 1;
    });
    await using edge = await startTestEdge({ originUrl: origin.url });
    await expect(edge.get('/page')).rejects.toThrow();
    const whole = await edge.get('/page');
    expect(whole.headers['x-cache']).toBe('Miss from isoedge');
    expect(whole.body).toHaveLength(100);
  });

  test('a response that is not HTTP: 502 with EDGE_ORIGIN_MALFORMED', async () => {
    const origin: RawOrigin = await startRawOrigin((connection) => {
      connection.send('THIS IS NOT HTTP\r\n\r\n');
    });
    await using edge = await startTestEdge({
      originUrl: `http://127.0.0.1:${origin.port}`,
      config: { debug: true },
    });
    const reply = await edge.get('/');
    expect(reply.status).toBe(502);
    expect(reply.headers['x-isoedge-error']).toContain('EDGE_ORIGIN_MALFORMED');
    await origin.close();
  });

  test.each([
    [
      '503',
      (response: { writeHead(status: number): { end(): void } }) => response.writeHead(503).end(),
    ],
  ])('stale-if-error serves the stored response after a %s (RFC 5861 §4)', async (_name, fail) => {
    let failing = false;
    await using origin = await startOrigin((_request, response) => {
      response.sendDate = false;
      if (failing) fail(response);
      else {
        response
          .writeHead(200, { 'Cache-Control': 'max-age=10, stale-if-error=600' })
          .end('stored');
      }
    });
    await using edge = await startTestEdge({ originUrl: origin.url });
    await edge.get('/page');
    failing = true;
    edge.clock.advance(60);
    const stale = await edge.get('/page');
    expect(stale.status).toBe(200);
    expect(stale.body).toBe('stored');
    expect(stale.headers['cache-status']).toContain('stale-if-error');
    expect(Number(stale.headers.age)).toBeGreaterThanOrEqual(60);
    // The origin that failed is left alone for a moment.
    const requests = origin.requests.length;
    await edge.get('/page');
    expect(origin.requests).toHaveLength(requests);
  });

  test('stale-if-error also covers an origin that cannot be reached', async () => {
    const origin = await startOrigin((_request, response) => {
      response.sendDate = false;
      response.writeHead(200, { 'Cache-Control': 'max-age=10, stale-if-error=600' }).end('stored');
    });
    await using edge = await startTestEdge({ originUrl: origin.url });
    await edge.get('/page');
    await origin.close();
    edge.clock.advance(60);
    const stale = await edge.get('/page');
    expect(stale.status).toBe(200);
    expect(stale.body).toBe('stored');
  });

  test('a group fails over to its secondary, and runs the origin hooks again', async () => {
    await using primary = await startOrigin((_request, response) => response.writeHead(500).end());
    await using secondary = await startOrigin((_request, response) => response.end('secondary'));
    await using edge = await startTestEdge({
      originUrl: primary.url,
      functions: {
        names: `exports.handler = async (event) => {
          const { request } = event.Records[0].cf;
          request.headers['x-origin-port'] = [{ key: 'X-Origin-Port', value: String(request.origin.custom.port) }];
          return request;
        };`,
      },
      config: {
        origins: { app: { url: primary.url }, backup: { url: secondary.url } },
        originGroups: { ha: { members: ['app', 'backup'], failoverStatusCodes: [500] } },
        behaviors: [{ path: '*', origin: 'ha', hooks: { 'origin-request': 'names' } }],
      },
    });
    expect((await edge.get('/page')).body).toBe('secondary');
    expect(primary.requests[0]?.headers['x-origin-port']).toBe(String(primary.port));
    expect(secondary.requests[0]?.headers['x-origin-port']).toBe(String(secondary.port));
  });

  test('a custom error page takes the place of an error, with the status that the operator chose', async () => {
    await using origin = await startOrigin((request, response) => {
      if (request.url === '/index.html') response.end('the application');
      else response.writeHead(404).end('nothing here');
    });
    await using edge = await startTestEdge({
      originUrl: origin.url,
      config: {
        errorResponses: [
          {
            errorCode: 404,
            responseCode: 200,
            responsePagePath: '/index.html',
            cachingMinTtlSeconds: 0,
          },
        ],
      },
    });
    const reply = await edge.get('/deep/link');
    expect(reply.status).toBe(200);
    expect(reply.body).toBe('the application');
    expect(reply.headers['x-cache']).toBe('Error from isoedge');
  });
});
