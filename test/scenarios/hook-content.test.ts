import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ScriptedOrigin, startOrigin } from '../support/scripted-origin.ts';
import type { Reply } from '../support/test-edge.ts';
import { FRESH, type Scenario, startScenario } from './scenario.ts';

/** Puts what the function saw of the content into a header of the request. */
const REPORTING = `
  const report = (request) => {
    const { inputTruncated, action, encoding, data } = request.body;
    const bytes = Buffer.from(data, 'base64');
    request.headers['x-saw'] = [{ key: 'X-Saw', value:
      [inputTruncated, action, encoding, bytes.length, bytes.toString('latin1').slice(0, 8)].join(' ') }];
  };`;

const FUNCTIONS = {
  looks: `${REPORTING}
    exports.handler = async (event) => {
      const { request } = event.Records[0].cf;
      report(request);
      return request;
    };`,
  meddles: `
    exports.handler = async (event) => {
      const { request } = event.Records[0].cf;
      request.body.data = Buffer.from('changed without saying so').toString('base64');
      return request;
    };`,
  replaces: `
    exports.handler = async (event) => {
      const { request } = event.Records[0].cf;
      const [encoding, size] = request.querystring.split('&');
      request.body = { action: 'replace', encoding, data: size ? 'x'.repeat(Number(size))
        : encoding === 'text' ? 'r\\u00e9placed' : Buffer.from([0, 255, 10]).toString('base64') };
      return request;
    };`,
  sees: `
    exports.handler = async (event) => {
      const { request } = event.Records[0].cf;
      request.headers['x-has-body'] = [{ key: 'X-Has-Body', value: String('body' in request) }];
      return request;
    };`,
  responds: `
    exports.handler = async (event) => {
      const { request, response } = event.Records[0].cf;
      if ('body' in response) throw new Error('a response has no body for functions');
      response.headers['x-bodies'] = [{ key: 'X-Bodies', value: 'none' }];
      const [kind] = request.querystring.split('&');
      if (kind === 'text') response.body = 'r\\u00e9placed';
      if (kind === 'base64') {
        response.body = Buffer.from([0, 255, 10]).toString('base64');
        response.bodyEncoding = 'base64';
      }
      if (kind === 'remove') response.body = '';
      if (kind === 'revive') { response.status = '200'; response.statusDescription = 'OK'; response.body = 'revived'; }
      return response;
    };`,
  status: `
    exports.handler = async (event) => {
      const { response } = event.Records[0].cf;
      response.status = '404';
      return response;
    };`,
  body: `
    exports.handler = async (event) => {
      const { response } = event.Records[0].cf;
      response.body = 'mine';
      return response;
    };`,
  adds: `
    exports.handler = async (event) => {
      const { response } = event.Records[0].cf;
      response.headers['set-cookie'] = [{ key: 'Set-Cookie', value: 'a=1' }, { key: 'Set-Cookie', value: 'b=2' }];
      response.headers['x-status-seen'] = [{ key: 'X-Status-Seen', value: String(response.status) }];
      return response;
    };`,
  elsewhere: `
    exports.handler = async (event) => {
      const { request } = event.Records[0].cf;
      const port = Number(request.querystring.split('=')[1]);
      request.origin = { custom: {
        domainName: 'localhost', port, protocol: 'http', path: '/base', sslProtocols: ['TLSv1.2'],
        readTimeout: 5, keepaliveTimeout: 5,
        customHeaders: { 'x-from-function': [{ key: 'X-From-Function', value: 'yes' }] },
      } };
      request.headers.host = [{ key: 'Host', value: 'localhost' }];
      return request;
    };`,
};

const behavior = (path: string, hooks: object) => ({ path, origin: 'app', hooks });
const BODY = (name: string) => ({ function: name, includeBody: true });

let scenario: Scenario;
let other: ScriptedOrigin;

beforeAll(async () => {
  other = await startOrigin((_request, response) => response.writeHead(200, FRESH).end('other'));
  scenario = await startScenario({
    functions: FUNCTIONS,
    // A megabyte takes its time on a busy machine.
    functionSettings: { looks: { cpuMs: 2000 }, replaces: { cpuMs: 2000 } },
    config: () => ({
      debug: true,
      behaviors: [
        behavior('/viewer/looks', { 'viewer-request': BODY('looks') }),
        behavior('/origin/looks', { 'origin-request': BODY('looks') }),
        behavior('/viewer/meddles', { 'viewer-request': BODY('meddles') }),
        behavior('/origin/meddles', { 'origin-request': BODY('meddles') }),
        behavior('/viewer/replaces', { 'viewer-request': BODY('replaces') }),
        behavior('/origin/replaces', { 'origin-request': BODY('replaces') }),
        behavior('/both/looks', {
          'viewer-request': BODY('replaces'),
          'origin-request': BODY('looks'),
        }),
        behavior('/without', { 'viewer-request': 'sees', 'origin-request': 'sees' }),
        behavior('/responds', { 'origin-response': 'responds' }),
        behavior('/status', { 'viewer-response': 'status' }),
        behavior('/body', { 'viewer-response': 'body' }),
        behavior('/adds', { 'viewer-response': 'adds' }),
        behavior('/elsewhere', { 'origin-request': 'elsewhere' }),
        behavior('*', {}),
      ],
    }),
  });
});

afterAll(async () => {
  await scenario.close();
  await other.close();
});

async function post(path: string, body: string): Promise<Reply> {
  scenario.serve(path.split('?', 1)[0] ?? '', (_request, response) => response.end('done'));
  return scenario.edge.get(path, { method: 'POST', body });
}

/** The last request for a path, complete. */
async function lastSeen(path: string) {
  const seen = scenario.seen(path).at(-1);
  await scenario.origin.completed.waitFor((complete) => complete === seen);
  return seen!;
}

describe('request content in hooks (CloudFront developer guide)', () => {
  test.each([
    ['/viewer/looks', 3, 'false read-only base64 3 xxx'],
    ['/viewer/looks', 40_960, 'false read-only base64 40960 xxxxxxxx'],
    ['/viewer/looks', 40_961, 'true read-only base64 40960 xxxxxxxx'],
    ['/origin/looks', 1_048_576, 'false read-only base64 1048576 xxxxxxxx'],
    ['/origin/looks', 1_048_577, 'true read-only base64 1048576 xxxxxxxx'],
    ['/viewer/looks', 0, 'false read-only base64 0 '],
  ])('%s of %i bytes sees "%s", and the origin gets all of it', async (path, bytes, saw) => {
    const reply = await post(path, 'x'.repeat(bytes));
    expect(reply.status).toBe(200);
    const seen = await lastSeen(path);
    expect(seen.headers['x-saw']).toBe(saw.trim());
    expect(seen.content).toHaveLength(bytes);
  });

  test.each(['/viewer/meddles', '/origin/meddles'])(
    '%s changes data without "replace": the origin gets the original',
    async (path) => {
      expect((await post(path, 'original')).status).toBe(200);
      expect((await lastSeen(path)).content).toBe('original');
    },
  );

  test.each([
    ['/viewer/replaces?text', Buffer.from('réplaced').toString('latin1')],
    ['/viewer/replaces?base64', '\u0000\u00ff\n'],
    ['/origin/replaces?text', Buffer.from('réplaced').toString('latin1')],
    ['/origin/replaces?base64', '\u0000\u00ff\n'],
  ])('%s: the origin gets the replacement, with its length', async (path, content) => {
    const reply = await post(path, 'original, and much longer than what takes its place');
    expect(reply.status).toBe(200);
    const seen = await lastSeen(path.split('?', 1)[0] ?? '');
    expect(seen.content).toBe(content);
    expect(seen.headers['content-length']).toBe(String(content.length));
  });

  test.each([
    ['/viewer/replaces?text&40960', 200],
    ['/viewer/replaces?text&40961', 502],
    ['/origin/replaces?text&1048576', 200],
    ['/origin/replaces?text&1048577', 502],
    ['/origin/replaces?base64&5', 502],
    ['/origin/replaces?hex', 502],
  ])('%s: %i', async (path, status) => {
    const reply = await post(path, 'original');
    expect(reply.status).toBe(status);
    if (status === 502) {
      expect(reply.headers['x-cache']).toBe('LambdaValidationError from isoedge');
    }
  });

  test('origin-request sees what viewer-request put in place', async () => {
    await post('/both/looks?text', 'original');
    const seen = await lastSeen('/both/looks');
    expect(seen.headers['x-saw']).toMatch(/^false read-only base64 9 /);
  });

  test('without includeBody there is no body, and the content streams past', async () => {
    await post('/without', 'streams');
    const seen = await lastSeen('/without');
    expect(seen.headers['x-has-body']).toBe('false');
    expect(seen.content).toBe('streams');
  });

  test('the limit refused says what it was and what was found', async () => {
    const reply = await post('/viewer/replaces?text&50000', 'original');
    expect(reply.headers['x-isoedge-error']).toContain('EDGE_HOOK_VALIDATION');
    expect(reply.headers['x-isoedge-error']).toContain('50000');
    expect(reply.headers['x-isoedge-error']).toContain('40960');
  });
});

async function responds(query: string, status = 200): Promise<Reply> {
  scenario.serve('/responds', (_request, response) => {
    response.writeHead(status, { ...FRESH, 'Content-Type': 'text/plain' }).end('from the origin');
  });
  return scenario.edge.get(`/responds?${query}`);
}

describe('response content in hooks (CloudFront developer guide)', () => {
  test.each([
    ['keep', 'from the origin', '15'],
    ['text', 'réplaced', '9'],
    ['remove', '', '0'],
  ])('origin-response, %s: "%s", also from the cache', async (query, body, length) => {
    for (const result of ['Miss', 'Hit']) {
      const reply = await responds(query);
      expect(reply.body).toBe(body);
      expect(reply.headers['content-length'] ?? '15').toBe(length);
      expect(reply.headers['x-cache']).toBe(`${result} from isoedge`);
    }
  });

  test('origin-response, base64', async () => {
    const reply = await responds('base64');
    expect(reply.headers['content-length']).toBe('3');
  });

  test('origin-response may make something good of an error, and that is what is stored', async () => {
    for (const result of ['Miss', 'Hit']) {
      const reply = await responds('revive&1', 503);
      expect(reply.status).toBe(200);
      expect(reply.body).toBe('revived');
      expect(reply.headers['x-cache']).toBe(`${result} from isoedge`);
    }
  });

  test('viewer-response cannot change the status (502), and its body is not used', async () => {
    scenario.serve('/status', (_request, response) => response.writeHead(200, FRESH).end('page'));
    const status = await scenario.edge.get('/status');
    expect(status.status).toBe(502);
    expect(status.headers['x-cache']).toBe('LambdaValidationError from isoedge');
    scenario.serve('/body', (_request, response) => response.writeHead(200, FRESH).end('page'));
    const body = await scenario.edge.get('/body');
    expect(body.body).not.toBe('mine');
  });

  test('viewer-response runs on hits, and what it adds is not stored', async () => {
    scenario.serve('/adds', (_request, response) => response.writeHead(200, FRESH).end('page'));
    for (let i = 0; i < 2; i++) {
      const reply = await scenario.edge.get('/adds');
      expect(reply.headers['set-cookie']).toEqual(['a=1', 'b=2']);
      expect(reply.headers['x-status-seen']).toBe('200');
    }
    const notModified = await scenario.edge.get('/adds', {
      headers: { 'If-Modified-Since': new Date(Date.now() + 10_000).toUTCString() },
    });
    expect(notModified.status).toBe(304);
    expect(notModified.headers['x-status-seen']).toBe('304');
    expect(scenario.seen('/adds')).toHaveLength(1);
  });
});

describe('another origin, chosen by origin-request (CloudFront developer guide)', () => {
  test('the request goes there, with its custom headers and path, and is stored under the old key', async () => {
    const path = `/elsewhere?port=${other.port}`;
    const reply = await scenario.edge.get(path);
    expect(reply.body).toBe('other');
    expect(other.requests[0]?.url).toBe(`/base${path}`);
    expect(other.requests[0]?.headers).toMatchObject({
      'x-from-function': 'yes',
      host: 'localhost',
    });
    expect((await scenario.edge.get(path)).headers['x-cache']).toBe('Hit from isoedge');
    expect(scenario.seen('/elsewhere')).toHaveLength(0);
    expect(other.requests).toHaveLength(1);
  });
});

describe('debug headers', () => {
  test('name the time of each hook and of the origin, and the key', async () => {
    const { headers } = await post('/without', 'x');
    expect(headers['server-timing']).toMatch(
      /^viewer-request;desc="sees";dur=[\d.]+, origin-request;desc="sees";dur=[\d.]+, origin;dur=[\d.]+$/,
    );
    scenario.serve('/page', (_request, response) => response.writeHead(200, FRESH).end());
    const page = await scenario.edge.get('/page', { headers: { Host: 'www.example.com' } });
    expect(page.headers['cache-status']).toContain('key="www.example.com/page"');
  });
});
