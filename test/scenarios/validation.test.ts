import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FRESH, type Scenario, startScenario } from './scenario.ts';

const MODIFIED = 'Mon, 16 Nov 2026 08:00:00 GMT';
const BEFORE = 'Sun, 15 Nov 2026 08:00:00 GMT';
const CONTENT = '0123456789';

let scenario: Scenario;

beforeAll(async () => {
  scenario = await startScenario();
});

afterAll(() => scenario.close());

function get(path: string, headers: Record<string, string> = {}) {
  return scenario.edge.get(path, { headers });
}

/** A response with both validators that is stored, and never asked for again. */
async function storePage(path: string): Promise<void> {
  scenario.serve(path, (_request, response) => {
    response.writeHead(200, {
      ...FRESH,
      ETag: '"v1"',
      'Last-Modified': MODIFIED,
      'Content-Type': 'text/plain',
    });
    response.end(CONTENT);
  });
  expect((await get(path)).body).toBe(CONTENT);
}

describe('preconditions against what is stored (RFC 9110 §13)', () => {
  beforeAll(() => storePage('/page'));

  test.each([
    [{ 'If-None-Match': '"v1"' }, 304],
    [{ 'If-None-Match': 'W/"v1"' }, 304],
    [{ 'If-None-Match': '"v0", "v1"' }, 304],
    [{ 'If-None-Match': '*' }, 304],
    [{ 'If-None-Match': '"v2"' }, 200],
    [{ 'If-None-Match': '"v2"', 'If-Modified-Since': MODIFIED }, 200],
    [{ 'If-Modified-Since': MODIFIED }, 304],
    [{ 'If-Modified-Since': BEFORE }, 200],
    [{ 'If-Match': '"v1"' }, 200],
    [{ 'If-Match': '"v2"' }, 412],
    [{ 'If-Unmodified-Since': BEFORE }, 412],
    [{ 'If-Unmodified-Since': MODIFIED }, 200],
  ] as [Record<string, string>, number][])('%j: %i', async (headers, status) => {
    const reply = await get('/page', headers);
    expect(reply.status).toBe(status);
    expect(reply.body).toBe(status === 200 ? CONTENT : '');
    expect(reply.headers['x-cache']).toBe('Hit from isoedge');
    if (status === 304) {
      expect(reply.headers.etag).toBe('"v1"');
      expect(reply.headers['content-length']).toBeUndefined();
      expect(reply.headers['content-type']).toBeUndefined();
    }
    expect(scenario.seen('/page')).toHaveLength(1);
  });

  test('HEAD gets the head of the stored GET, and its length', async () => {
    const reply = await scenario.edge.get('/page', { method: 'HEAD' });
    expect(reply.status).toBe(200);
    expect(reply.headers['content-length']).toBe('10');
    expect(reply.headers.etag).toBe('"v1"');
    expect(reply.body).toBe('');
    expect(scenario.seen('/page')).toHaveLength(1);
  });
});

describe('ranges of what is stored (RFC 9110 §14)', () => {
  beforeAll(() => storePage('/ranges'));

  test.each([
    [{ Range: 'bytes=2-4' }, 206, '234', 'bytes 2-4/10'],
    [{ Range: 'bytes=7-' }, 206, '789', 'bytes 7-9/10'],
    [{ Range: 'bytes=-2' }, 206, '89', 'bytes 8-9/10'],
    [{ Range: 'bytes=5-99' }, 206, '56789', 'bytes 5-9/10'],
    [{ Range: 'bytes=10-' }, 416, '', 'bytes */10'],
    [{ Range: 'bytes=0-1,3-4' }, 200, CONTENT, undefined],
    [{ Range: 'lines=1-2' }, 200, CONTENT, undefined],
    [{ Range: 'bytes=2-4', 'If-Range': '"v1"' }, 206, '234', 'bytes 2-4/10'],
    [{ Range: 'bytes=2-4', 'If-Range': '"v0"' }, 200, CONTENT, undefined],
    [{ Range: 'bytes=2-4', 'If-Range': MODIFIED }, 206, '234', 'bytes 2-4/10'],
    [{ Range: 'bytes=2-4', 'If-Range': BEFORE }, 200, CONTENT, undefined],
    [{ Range: 'bytes=2-4', 'If-None-Match': '"v1"' }, 304, '', undefined],
  ] as [Record<string, string>, number, string, string | undefined][])(
    '%j: %i %j',
    async (headers, status, body, contentRange) => {
      const reply = await get('/ranges', headers);
      expect(reply.status).toBe(status);
      expect(reply.body).toBe(body);
      expect(reply.headers['content-range']).toBe(contentRange);
      if (status !== 304) expect(reply.headers['content-length']).toBe(String(body.length));
      expect(scenario.seen('/ranges')).toHaveLength(1);
    },
  );

  test('a range of what is not stored goes to the origin as it is, and 206 is not stored', async () => {
    scenario.serve('/part', (request, response) => {
      response.writeHead(206, { ...FRESH, 'Content-Range': 'bytes 2-4/10' }).end('234');
      expect(request.headers.range).toBe('bytes=2-4');
    });
    for (let i = 0; i < 2; i++) {
      const reply = await get('/part', { Range: 'bytes=2-4' });
      expect(reply.status).toBe(206);
      expect(reply.headers['x-cache']).toBe('Miss from isoedge');
    }
    expect(scenario.seen('/part')).toHaveLength(2);
  });

  test('a range while the content arrives is cut out of it', async () => {
    const whole = get('/arriving');
    const { response } = await scenario.turn('/arriving');
    response.writeHead(200, { ...FRESH, 'Content-Length': '10' }).write('01');
    const part = get('/arriving', { Range: 'bytes=4-6' });
    await storePage('/arriving-barrier');
    response.end('23456789');
    expect((await part).body).toBe('456');
    expect((await part).status).toBe(206);
    expect((await whole).body).toBe(CONTENT);
    expect(scenario.seen('/arriving')).toHaveLength(1);
  });
});

describe('validation with the origin (RFC 9111 §4.3)', () => {
  test('304 of the origin: fields are updated, the content stays, and the next request is a hit', async () => {
    scenario.serve('/fresh-again', (request, response) => {
      const version = scenario.seen('/fresh-again').length;
      const fields = { 'Cache-Control': 'max-age=60', ETag: '"v1"', 'X-Version': String(version) };
      if (request.headers['if-none-match'] === '"v1"') response.writeHead(304, fields).end();
      else response.writeHead(200, fields).end(CONTENT);
    });
    await get('/fresh-again');
    scenario.edge.clock.advance(90);
    const refreshed = await get('/fresh-again');
    expect(refreshed.headers['x-cache']).toBe('RefreshHit from isoedge');
    expect(refreshed.body).toBe(CONTENT);
    expect(refreshed.headers['x-version']).toBe('2');
    const hit = await get('/fresh-again');
    expect(hit.headers['x-version']).toBe('2');
    expect(hit.headers.age).toBe('0');
    expect(scenario.seen('/fresh-again')).toHaveLength(2);
  });

  test('304 both ways: the viewer has it, the origin confirms it, nobody sends content', async () => {
    await storePage('/both');
    scenario.edge.clock.advance(90);
    scenario.serve('/both', (request, response) => {
      expect(request.headers['if-none-match']).toBe('"v1"');
      response.writeHead(304, { ...FRESH, ETag: '"v1"' }).end();
    });
    const reply = await get('/both', { 'If-None-Match': '"v1"' });
    expect(reply.status).toBe(304);
    expect(reply.headers['x-cache']).toBe('RefreshHit from isoedge');
  });

  test('the preconditions of the viewer are not those that go to the origin', async () => {
    await storePage('/mine-not-theirs');
    scenario.edge.clock.advance(90);
    scenario.serve('/mine-not-theirs', (_request, response) => {
      response.writeHead(200, { ...FRESH, ETag: '"v2"' }).end('changed');
    });
    const reply = await get('/mine-not-theirs', {
      'If-None-Match': '"theirs"',
      'If-Match': '"theirs"',
      Range: 'bytes=0-1',
      'If-Range': '"theirs"',
    });
    const seen = scenario.seen('/mine-not-theirs').at(-1);
    expect(seen?.headers['if-none-match']).toBe('"v1"');
    expect(seen?.headers['if-match']).toBeUndefined();
    expect(seen?.headers.range).toBeUndefined();
    // Its own precondition is answered from what came: If-Match fails (RFC 9110 §13.1.1).
    expect(reply.status).toBe(412);
    expect((await get('/mine-not-theirs')).body).toBe('changed');
  });

  test('a 304 about something that is not stored is not used: the request goes out again without conditions', async () => {
    await storePage('/confused');
    scenario.edge.clock.advance(90);
    scenario.serve('/confused', (request, response) => {
      if ('if-none-match' in request.headers) response.writeHead(304, { ETag: '"other"' }).end();
      else response.writeHead(200, FRESH).end('asked again');
    });
    expect((await get('/confused')).body).toBe('asked again');
    expect(scenario.seen('/confused')).toHaveLength(3);
  });

  test('no-cache responses are validated every time and cost a 304', async () => {
    scenario.serve('/no-cache', (request, response) => {
      const fields = { 'Cache-Control': 'no-cache', ETag: '"n"' };
      if (request.headers['if-none-match'] === '"n"') response.writeHead(304, fields).end();
      else response.writeHead(200, fields).end(CONTENT);
    });
    await get('/no-cache');
    const second = await get('/no-cache');
    expect(second.headers['x-cache']).toBe('RefreshHit from isoedge');
    expect(second.body).toBe(CONTENT);
    expect(scenario.seen('/no-cache')).toHaveLength(2);
  });

  test('a HEAD for something stale tells whether it is still right (RFC 9111 §4.3.5)', async () => {
    await storePage('/head');
    scenario.edge.clock.advance(90);
    expect((await scenario.edge.get('/head', { method: 'HEAD' })).status).toBe(200);
    expect((await get('/head')).headers['x-cache']).toBe('Hit from isoedge');
    expect(scenario.seen('/head').map(({ method }) => method)).toEqual(['GET', 'HEAD']);
  });

  test('the answer to a precondition in a HEAD says nothing about what is stored', async () => {
    await storePage('/head-304');
    scenario.edge.clock.advance(90);
    scenario.serve('/head-304', (request, response) => {
      if (request.method === 'HEAD') response.writeHead(304, { ETag: '"theirs"' }).end();
      else response.writeHead(304, { ...FRESH, ETag: '"v1"' }).end();
    });
    const head = { method: 'HEAD', headers: { 'If-None-Match': '"theirs"' } };
    expect((await scenario.edge.get('/head-304', head)).status).toBe(304);
    const kept = await get('/head-304');
    expect(kept.headers['x-cache']).toBe('RefreshHit from isoedge');
    expect(kept.body).toBe(CONTENT);
  });
});

describe('Vary (RFC 9111 §4.1)', () => {
  test('each variant is stored, spelling does not make a new one, and absence is a variant', async () => {
    scenario.serve('/vary', (request, response) => {
      response.writeHead(200, { ...FRESH, Vary: 'Accept-Language', ETag: '"x"' });
      response.end(String(request.headers['accept-language']));
    });
    expect((await get('/vary', { 'Accept-Language': 'de, en;q=0.5' })).body).toBe('de, en;q=0.5');
    expect((await get('/vary', { 'Accept-Language': 'fr' })).body).toBe('fr');
    expect((await get('/vary')).body).toBe('undefined');
    const again = await get('/vary', { 'Accept-Language': 'en;q=0.50,de' });
    expect(again.body).toBe('de, en;q=0.5');
    expect(again.headers['x-cache']).toBe('Hit from isoedge');
    expect(scenario.seen('/vary')).toHaveLength(3);
  });

  test('a new variant is asked for with the tags of the stored ones, and a 304 names one of them', async () => {
    scenario.serve('/variants', (request, response) => {
      const fields = { ...FRESH, Vary: 'X-Device', ETag: '"shared"' };
      if (request.headers['if-none-match'] === '"shared"') response.writeHead(304, fields).end();
      else response.writeHead(200, fields).end('one for all devices');
    });
    await get('/variants', { 'X-Device': 'phone' });
    const reply = await get('/variants', { 'X-Device': 'tablet' });
    expect(reply.status).toBe(200);
    expect(reply.body).toBe('one for all devices');
    const tablet = await get('/variants', { 'X-Device': 'tablet' });
    expect(tablet.headers['x-cache']).toBe('Hit from isoedge');
    const phone = await get('/variants', { 'X-Device': 'phone' });
    expect(phone.headers['x-cache']).toBe('Hit from isoedge');
    expect(scenario.seen('/variants')).toHaveLength(2);
  });

  test('Vary: * is never reused', async () => {
    scenario.serve('/vary-star', (_request, response) => {
      response.writeHead(200, { ...FRESH, Vary: '*' }).end('only now');
    });
    await get('/vary-star');
    await get('/vary-star');
    expect(scenario.seen('/vary-star')).toHaveLength(2);
  });
});
