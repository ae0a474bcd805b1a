import { createServer } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { SITUATIONS, type Situation } from '../../build/lifecycle-page.ts';
import { type ScriptedOrigin, startOrigin } from '../support/scripted-origin.ts';
import { type GetOptions, type Reply, startTestEdge, type TestEdge } from '../support/test-edge.ts';
import { waitFor } from '../support/wait-for.ts';

/** The table of docs/lifecycle.md, row by row, against the real edge: which hooks run, and what X-Cache says. */

/** Says at which hook point it is; generates a response where the path asks for it. */
const SAYING = `exports.handler = async (event) => {
  const { config, request, response } = event.Records[0].cf;
  console.log('ran ' + config.eventType);
  if (request.uri === '/throw') throw new Error('as asked');
  if (request.uri === '/generated/' + config.eventType) {
    return { status: '200', headers: { 'cache-control': [{ value: 'max-age=60' }] }, body: 'made here' };
  }
  return response ?? request;
};`;

const HOOKS = {
  'viewer-request': 'saying',
  'origin-request': 'saying',
  'origin-response': 'saying',
  'viewer-response': 'saying',
};

let origin: ScriptedOrigin;
let closedUrl: string;
let edge: TestEdge;
/** Log lines that were there before this test. */
let loggedBefore = 0;

/** Answers with the status that the path names, and then, for `/turns/…`, with another one. */
function startNamedOrigin(): Promise<ScriptedOrigin> {
  const seen = new Map<string, number>();
  return startOrigin((request, response) => {
    const url = new URL(request.url ?? '/', 'http://origin');
    const times = (seen.get(url.pathname) ?? 0) + 1;
    seen.set(url.pathname, times);
    // No Date: the test moves the clock of the edge, and the origin does not know of it.
    response.sendDate = false;
    const statuses = (url.searchParams.get('status') ?? '200').split(',');
    const status = Number(statuses[Math.min(times, statuses.length) - 1]);
    response.writeHead(status, {
      'Cache-Control': url.searchParams.get('cc') ?? 'max-age=60',
      ETag: '"v1"',
    });
    if (status === 304) response.end();
    else setTimeout(() => response.end('content'), Number(url.searchParams.get('ms') ?? 0));
  });
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

beforeAll(async () => {
  origin = await startNamedOrigin();
  closedUrl = `http://127.0.0.1:${await closedPort()}`;
  edge = await startTestEdge({
    originUrl: origin.url,
    functions: { saying: SAYING },
    config: {
      origins: { app: { url: origin.url }, closed: { url: closedUrl } },
      originGroups: { pair: { members: ['closed', 'app'] } },
      behaviors: [
        { path: '/down', origin: 'closed', hooks: HOOKS },
        { path: '/pair', origin: 'pair', hooks: HOOKS },
        {
          path: '/secure',
          origin: 'app',
          hooks: HOOKS,
          viewerProtocolPolicy: 'redirect-to-https',
        },
        { path: '/read', origin: 'app', hooks: HOOKS, allowedMethods: 'read' },
        { path: '*', origin: 'app', hooks: HOOKS },
      ],
      errorResponses: [{ errorCode: 404, responseCode: 404, responsePagePath: '/sorry' }],
    },
  });
});

beforeEach(() => {
  loggedBefore = edge.logs.length;
});

afterAll(async () => {
  await edge[Symbol.asyncDispose]();
  await origin.close();
});

/** Hook points in the order in which they ran in this test. */
function ran(): string[] {
  return edge.logs
    .slice(loggedBefore)
    .flatMap(({ message }) => (message.startsWith('ran ') ? [message.slice('ran '.length)] : []));
}

/** Sends what has to come first, and forgets which hooks ran for it. */
async function first(path: string, options?: GetOptions): Promise<void> {
  await edge.get(path, options);
  loggedBefore = edge.logs.length;
}

/** What brings each situation about. The last request is the one that is judged. */
const REQUESTS: Readonly<Record<keyof typeof SITUATIONS, () => Promise<Reply>>> = {
  miss: () => edge.get('/miss'),
  hit: async () => {
    await first('/hit');
    return edge.get('/hit');
  },
  validated: async () => {
    await first('/validated?status=200,304');
    edge.clock.advance(61);
    return edge.get('/validated?status=200,304');
  },
  whileRevalidating: async () => {
    const path = '/swr?cc=max-age=1,stale-while-revalidate=600';
    await first(path);
    edge.clock.advance(5);
    const reply = await edge.get(path);
    await vi.waitFor(() => expect(ran()).toContain('origin-response'));
    return reply;
  },
  staleIfError: async () => {
    const path = '/sie?status=200,503&cc=max-age=1,stale-if-error=600';
    await first(path);
    edge.clock.advance(5);
    return edge.get(path);
  },
  originError: () => edge.get('/error?status=500'),
  storedError: async () => {
    await first('/stored-error?status=410');
    return edge.get('/stored-error?status=410');
  },
  originDown: () => edge.get('/down'),
  errorPage: () => edge.get('/missing?status=404'),
  viewerGenerated: () => edge.get('/generated/viewer-request'),
  originGenerated: () => edge.get('/generated/origin-request?1'),
  generatedHit: async () => {
    await first('/generated/origin-request?2');
    return edge.get('/generated/origin-request?2');
  },
  collapsed: async () => {
    const leading = edge.get('/collapsed?ms=300');
    const hasLed = (): boolean => origin.requests.some(({ url }) => url.startsWith('/collapsed'));
    await waitFor(origin.server, ['request'], hasLed);
    loggedBefore = edge.logs.length;
    const followed = await edge.get('/collapsed?ms=300');
    await leading;
    return followed;
  },
  unsafe: () => edge.get('/unsafe', { method: 'POST', body: 'x' }),
  failover: () => edge.get('/pair'),
  redirect: () => edge.get('/secure'),
  method: () => edge.get('/read', { method: 'POST', body: 'x' }),
  hookFailed: () => edge.get('/throw'),
};

/** Hooks of the leader run beside those of the follower. */
const BESIDE: Partial<Record<keyof typeof SITUATIONS, readonly string[]>> = {
  collapsed: ['origin-response', 'viewer-response'],
};

test.each(Object.entries<Situation>(SITUATIONS))('docs/lifecycle.md: %s', async (name, row) => {
  const key = name as keyof typeof SITUATIONS;
  const reply = await REQUESTS[key]();
  expect(ran().toSorted()).toEqual([...row.hooks, ...(BESIDE[key] ?? [])].toSorted());
  expect(reply.headers['x-cache']).toBe(`${row.result} from isoedge`);
});
