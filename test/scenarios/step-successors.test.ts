import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Exchange } from '../../src/pipeline/exchange.ts';
import { type NextStep, STEPS, type Step, type StepName } from '../../src/pipeline/steps.ts';
import { startOrigin } from '../support/scripted-origin.ts';
import { FRESH, type Scenario, startScenario } from './scenario.ts';

/** Does what the request asks for: passes, answers, fails, or fails only where the hook can fall back on the cache. */
const OBEDIENT = `exports.handler = async (event) => {
  const { config, request, response } = event.Records[0].cf;
  const point = config.eventType;
  const wish = (request.headers['x-wish'] || [{ value: '' }])[0].value;
  if (wish === point + ' fails') throw new Error('as you wish');
  if (wish === point + ' answers') return { status: '200', headers: { 'cache-control': [{ value: 'max-age=60' }] }, body: 'made' };
  return response || request;
};`;

const HOOKS = Object.fromEntries(
  ['viewer-request', 'origin-request', 'origin-response', 'viewer-response'].map((point) => [
    point,
    { function: 'obedient', ...(point.startsWith('origin') && { onFailure: 'stale' }) },
  ]),
);

let scenario: Scenario;
let backup: Awaited<ReturnType<typeof startOrigin>>;
/** Every move that was seen, as "step → successor". */
const moves = new Set<string>();

beforeAll(async () => {
  for (const [name, step] of Object.entries(STEPS) as [StepName, Step][]) {
    const run = step.run;
    const note = (next: NextStep): NextStep => {
      moves.add(`${name} → ${next}`);
      return next;
    };
    vi.spyOn(step, 'run').mockImplementation((exchange: Exchange) => {
      const next = run(exchange);
      return typeof next === 'string' ? note(next) : next.then(note);
    });
  }
  backup = await startOrigin((_request, response) => response.end('backup'));
  scenario = await startScenario({
    functions: { obedient: OBEDIENT },
    config: ({ url }) => ({
      origins: { app: { url }, backup: { url: backup.url } },
      originGroups: { group: { members: ['app', 'backup'], failoverStatusCodes: [500] } },
      behaviors: [
        { path: '/https/*', origin: 'app', viewerProtocolPolicy: 'redirect-to-https' },
        { path: '/read/*', origin: 'app', allowedMethods: 'read' },
        { path: '/plain/*', origin: 'app' },
        { path: '/group/*', origin: 'group' },
        { path: '*', origin: 'app', hooks: HOOKS },
      ],
    }),
  });
});

afterAll(async () => {
  vi.restoreAllMocks();
  await scenario.close();
  await backup.close();
});

function get(path: string, wish = '', method = 'GET') {
  return scenario.edge.get(path, { method, headers: { 'X-Wish': wish } });
}

/** Requests of every kind, with every outcome that hooks and origin can give them. */
async function everyKindOfExchange(): Promise<void> {
  const page = (path: string, cacheControl = 'max-age=60'): void =>
    scenario.serve(path, (_request, response) => {
      response.writeHead(200, { 'Cache-Control': cacheControl, ETag: '"v"' }).end('page');
    });
  for (const path of ['/page', '/plain/page', '/read/page', '/plain/other-304', '/plain/stale']) {
    page(path);
  }
  page('/plain/swr', 'max-age=5, stale-while-revalidate=600');
  scenario.serve('/missing', (_request, response) => response.writeHead(404).end());
  scenario.serve('/plain/gone', (_request, response) => response.destroy());
  scenario.serve('/group/page', (_request, response) => response.writeHead(500).end());
  await get('/https/page');
  await get('/read/page', '', 'POST');
  for (const path of ['/page', '/page', '/missing', '/plain/gone', '/group/page']) await get(path);
  for (const path of ['/plain/swr', '/plain/stale', '/plain/other-304']) await get(path);
  const points = ['viewer-request', 'origin-request', 'origin-response', 'viewer-response'];
  for (const point of points) {
    page(`/${point}`);
    await get(`/${point}`, `${point} fails`);
    await get(`/${point}`, `${point} answers`);
  }
  await scenario.edge.get('/nothing', { headers: { 'Cache-Control': 'only-if-cached' } });
  await get('/page', '', 'POST');
  scenario.edge.clock.advance(90);
  scenario.serve('/plain/other-304', (request, response) => {
    if ('if-none-match' in request.headers) response.writeHead(304, { ETag: '"other"' }).end();
    else response.writeHead(200, FRESH).end();
  });
  scenario.serve('/plain/stale', (_request, response) => response.writeHead(500).end());
  for (const path of ['/plain/swr', '/plain/stale', '/plain/other-304', '/origin-response']) {
    await get(path);
  }
  scenario.edge.clock.advance(90);
  await get('/origin-response', 'origin-response fails');
}

test('steps name exactly the successors that the table lists for them', async () => {
  await everyKindOfExchange();
  const listed = (Object.entries(STEPS) as [StepName, Step][]).flatMap(([name, { next }]) =>
    next.map((successor) => `${name} → ${successor}`),
  );
  expect([...moves].sort()).toEqual(listed.toSorted());
});
