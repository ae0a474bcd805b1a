import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectRaw, type RawClient } from '../support/raw-client.ts';
import { FRESH, type Scenario, startScenario } from './scenario.ts';

let scenario: Scenario;

beforeAll(async () => {
  scenario = await startScenario();
  scenario.serve('/barrier', (_request, response) => response.end('here'));
});

afterAll(() => scenario.close());

/** Viewers that have asked for a path, each on a connection of its own; the edge has seen them all. */
async function viewersOf(
  path: string,
  count: number,
  fields: (viewer: number) => string = () => '',
): Promise<RawClient[]> {
  const viewers = await Promise.all(
    Array.from({ length: count }, () => connectRaw(scenario.edge.port)),
  );
  viewers.forEach((viewer, i) => {
    viewer.send(`GET ${path} HTTP/1.1\r\nHost: www.example.com\r\n${fields(i)}\r\n`);
  });
  await edgeHasSeenAll();
  return viewers;
}

/** What was sent, or closed, on other connections before this has been read when a few round trips are over. */
async function edgeHasSeenAll(): Promise<void> {
  for (let i = 0; i < 3; i++) await scenario.edge.get('/barrier');
}

function close(viewers: readonly RawClient[]): void {
  for (const viewer of viewers) viewer[Symbol.dispose]();
}

describe('collapsed forwarding (RFC 9111 §4)', () => {
  test('many viewers, one miss: the origin sees one request, and all get the content while it arrives', async () => {
    const viewers = await viewersOf('/stream', 20);
    const { response } = await scenario.turn('/stream');
    response.writeHead(200, FRESH).write('first part, ');
    await Promise.all(viewers.map((viewer) => viewer.waitForText('first part, ')));
    response.end('second part');
    const replies = await Promise.all(viewers.map((viewer) => viewer.response()));
    for (const { status, content } of replies) {
      expect(status).toBe(200);
      expect(content).toBe('first part, second part');
    }
    expect(scenario.seen('/stream')).toHaveLength(1);
    expect((await scenario.edge.get('/stream', www)).headers['x-cache']).toBe('Hit from isoedge');
    close(viewers);
  });

  test('who comes while the content arrives gets it from its beginning', async () => {
    const [first] = await viewersOf('/late', 1);
    const { response } = await scenario.turn('/late');
    response.writeHead(200, FRESH).write('one, ');
    await first?.waitForText('one, ');
    const [late] = await viewersOf('/late', 1);
    await late?.waitForText('one, ');
    response.end('two');
    const reply = await late?.response();
    expect(reply?.content).toBe('one, two');
    expect(scenario.seen('/late')).toHaveLength(1);
    close([first, late].filter((viewer) => viewer !== undefined));
  });

  test('the leader goes away: those that wait and the store get the whole response', async () => {
    const [leader] = await viewersOf('/leader-leaves', 1);
    const { response } = await scenario.turn('/leader-leaves');
    const followers = await viewersOf('/leader-leaves', 3);
    response.writeHead(200, FRESH).write('a');
    await leader?.waitForText('a');
    leader?.reset();
    await edgeHasSeenAll();
    await Promise.all(followers.map((viewer) => viewer.waitForText('\r\na\r\n')));
    response.end('b');
    const replies = await Promise.all(followers.map((viewer) => viewer.response()));
    expect(replies.map(({ content }) => content)).toEqual(['ab', 'ab', 'ab']);
    const hit = await scenario.edge.get('/leader-leaves', www);
    expect(hit.headers['x-cache']).toBe('Hit from isoedge');
    expect(scenario.seen('/leader-leaves')).toHaveLength(1);
    close(followers);
  });

  test('all viewers go away before the head: what may be stored is stored', async () => {
    const viewers = await viewersOf('/all-leave', 3);
    const { response } = await scenario.turn('/all-leave');
    for (const viewer of viewers) viewer.reset();
    await edgeHasSeenAll();
    response.writeHead(200, FRESH).end('stored without a viewer');
    const hit = await scenario.edge.get('/all-leave', www);
    expect(hit.body).toBe('stored without a viewer');
    expect(scenario.seen('/all-leave')).toHaveLength(1);
  });

  test('all viewers go away in the middle: what may be stored is stored', async () => {
    const viewers = await viewersOf('/all-leave-later', 3);
    const { response } = await scenario.turn('/all-leave-later');
    response.writeHead(200, FRESH).write('first, ');
    await Promise.all(viewers.map((viewer) => viewer.waitForText('first, ')));
    for (const viewer of viewers) viewer.reset();
    await edgeHasSeenAll();
    response.end('rest');
    await edgeHasSeenAll();
    const hit = await scenario.edge.get('/all-leave-later', www);
    expect(hit.body).toBe('first, rest');
    expect(hit.headers['x-cache']).toBe('Hit from isoedge');
    expect(scenario.seen('/all-leave-later')).toHaveLength(1);
  });

  test('all viewers go away, and the response cannot be stored: the origin is let go', async () => {
    const [viewer] = await viewersOf('/private-left', 1);
    const { response, aborted } = await scenario.turn('/private-left');
    response.writeHead(200, { 'Cache-Control': 'no-store' }).write('for one viewer');
    await viewer?.waitForText('for one viewer');
    viewer?.reset();
    await aborted;
  });

  test('those that waited for a response that cannot be shared go to the origin in parallel', async () => {
    const viewers = await viewersOf('/mine', 5, (i) => `X-Viewer: ${i}\r\n`);
    const first = await scenario.turn('/mine');
    first.response.writeHead(200, { 'Cache-Control': 'private' }).end('for the leader');
    const others = await Promise.all([1, 2, 3, 4].map(() => scenario.turn('/mine')));
    for (const { response, seen } of others) {
      response.writeHead(200, { 'Cache-Control': 'private' });
      response.end(`for ${String(seen.headers['x-viewer'])}`);
    }
    const replies = await Promise.all(viewers.map((viewer) => viewer.response()));
    expect(replies.map(({ content }) => content)).toEqual([
      'for the leader',
      'for 1',
      'for 2',
      'for 3',
      'for 4',
    ]);
    // From now on nobody waits for another: two requests are with the origin at once.
    const pair = await viewersOf('/mine', 2);
    const turns = await Promise.all([scenario.turn('/mine'), scenario.turn('/mine')]);
    for (const { response } of turns) response.writeHead(200, FRESH).end('same');
    await Promise.all(pair.map((viewer) => viewer.response()));
    close([...viewers, ...pair]);
  });

  test('the origin dies in the middle: every viewer sees the break and nothing is stored', async () => {
    const viewers = await viewersOf('/dies', 4);
    const { response } = await scenario.turn('/dies');
    response.writeHead(200, { ...FRESH, 'Content-Length': '100' }).write('part');
    await Promise.all(viewers.map((viewer) => viewer.waitForText('part')));
    response.destroy();
    const broken = await Promise.all(viewers.map((viewer) => viewer.response().catch(() => 'cut')));
    expect(broken).toEqual(['cut', 'cut', 'cut', 'cut']);
    scenario.serve('/dies', (_request, again) => again.writeHead(200, FRESH).end('whole'));
    const miss = await scenario.edge.get('/dies', www);
    expect(miss.headers['x-cache']).toBe('Miss from isoedge');
    expect(miss.body).toBe('whole');
    close(viewers);
  });

  test('the origin dies before the head: everybody who waited gets the same 502', async () => {
    const viewers = await viewersOf('/dies-early', 3);
    const { response } = await scenario.turn('/dies-early');
    scenario.serve('/dies-early', (_request, again) => again.destroy());
    response.destroy();
    const replies = await Promise.all(viewers.map((viewer) => viewer.response()));
    expect(replies.map(({ status }) => status)).toEqual([502, 502, 502]);
    // A connection that had been used before proves nothing when it closes, so the one leader may try again.
    expect(scenario.seen('/dies-early').length).toBeLessThanOrEqual(4);
    close(viewers);
  });

  test('Vary is respected among those that wait: no viewer gets the variant of another', async () => {
    const viewers = await viewersOf('/vary', 6, (i) => `X-Tenant: ${i % 2}\r\n`);
    scenario.serve('/vary', (request, response) => {
      response.writeHead(200, { ...FRESH, Vary: 'X-Tenant' });
      response.end(`tenant ${String(request.headers['x-tenant'])}`);
    });
    const first = await scenario.turn('/vary');
    first.response.writeHead(200, { ...FRESH, Vary: 'X-Tenant' });
    first.response.end(`tenant ${String(first.seen.headers['x-tenant'])}`);
    const replies = await Promise.all(viewers.map((viewer) => viewer.response()));
    expect(replies.map(({ content }) => content)).toEqual(viewers.map((_, i) => `tenant ${i % 2}`));
    expect(scenario.seen('/vary')).toHaveLength(2);
    close(viewers);
  });

  test('a response for a viewer with credentials is not shared with those without', async () => {
    const viewers = await viewersOf('/account', 3, (i) =>
      i === 0 ? 'Authorization: Basic one\r\n' : '',
    );
    const turns = await Promise.all([scenario.turn('/account'), scenario.turn('/account')]);
    for (const { response, seen } of turns) {
      response.writeHead(200, FRESH);
      response.end(seen.headers.authorization === undefined ? 'public' : 'secret');
    }
    const replies = await Promise.all(viewers.map((viewer) => viewer.response()));
    expect(replies.map(({ content }) => content)).toEqual(['secret', 'public', 'public']);
    close(viewers);
  });

  test('HEAD and GET wait for the same fill; HEAD gets no content', async () => {
    const get = scenario.edge.get('/head-waits', www);
    const { response } = await scenario.turn('/head-waits');
    const head = scenario.edge.get('/head-waits', { ...www, method: 'HEAD' });
    await edgeHasSeenAll();
    response.writeHead(200, { ...FRESH, 'Content-Length': '4' }).end('body');
    expect((await get).body).toBe('body');
    const headReply = await head;
    expect(headReply.status).toBe(200);
    expect(headReply.headers['content-length']).toBe('4');
    expect(headReply.body).toBe('');
    expect(scenario.seen('/head-waits')).toHaveLength(1);
  });

  test('no-cache of a viewer does not take a response that was asked for before', async () => {
    const first = scenario.edge.get('/reload', www);
    const turn = await scenario.turn('/reload');
    const reloading = scenario.edge.get('/reload', {
      headers: { ...www.headers, 'Cache-Control': 'no-cache' },
    });
    const second = await scenario.turn('/reload');
    turn.response.writeHead(200, FRESH).end('old');
    second.response.writeHead(200, FRESH).end('new');
    expect((await first).body).toBe('old');
    expect((await reloading).body).toBe('new');
  });
});

const www = { headers: { Host: 'www.example.com' } };
