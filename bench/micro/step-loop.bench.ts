/**
 * What the step table costs: a cached hit without hooks through `runExchange`, beside the same steps called one after the
 * other. The difference is the price of the table; docs/decisions/step-table.md has the figures.
 */
import { createRequire } from 'node:module';
import { test } from 'vitest';
import type * as HttpCacheRoom from '../../src/cache/http-cache.ts';
import type * as MemoryStoreRoom from '../../src/cache/store/memory-store.ts';
import type * as Compile from '../../src/config/compile.ts';
import type { ViewerRequest } from '../../src/http/viewer-message.ts';
import type * as CreateExchange from '../../src/pipeline/create-exchange.ts';
import type * as EdgeRoom from '../../src/pipeline/edge.ts';
import type { Edge, PipelineEvents } from '../../src/pipeline/edge.ts';
import type { Exchange } from '../../src/pipeline/exchange.ts';
import type * as RunExchange from '../../src/pipeline/run-exchange.ts';
import type * as Steps from '../../src/pipeline/steps.ts';

// Loaded by Node itself: the imports of vitest's module runner cost a getter call for every use of a name.
const load = createRequire(import.meta.url);
const { HttpCache } = load('../../src/cache/http-cache.ts') as typeof HttpCacheRoom;
const { MemoryStore } = load('../../src/cache/store/memory-store.ts') as typeof MemoryStoreRoom;
const { compileConfig } = load('../../src/config/compile.ts') as typeof Compile;
const { createExchange } = load('../../src/pipeline/create-exchange.ts') as typeof CreateExchange;
const { edgeNames, readyBehaviors } = load('../../src/pipeline/edge.ts') as typeof EdgeRoom;
const { runExchange } = load('../../src/pipeline/run-exchange.ts') as typeof RunExchange;
const { STEPS } = load('../../src/pipeline/steps.ts') as typeof Steps;

const clock = { now: () => Date.now() };
const PRESENCE = { aborted: false, signal: new AbortController().signal };

const REQUEST: ViewerRequest = {
  method: 'GET',
  path: '/catalogue/shoes/42.html',
  query: '',
  target: '/catalogue/shoes/42.html',
  fields: ['Host', 'www.example.org', 'User-Agent', 'bench', 'Accept', '*/*'],
  httpVersion: '1.1',
  content: { kind: 'none' },
  clientIp: '198.51.100.7',
  clientPort: 40_000,
  protocol: 'http',
  receivedAt: Date.now(),
};

function nothing(): void {
  // Metrics and logs are no part of what is measured.
}

const EVENTS: PipelineEvents = {
  lookup: nothing,
  admitted: nothing,
  hookCalled: nothing,
  originReplied: nothing,
  failed: nothing,
  warned: nothing,
  functionThrew: nothing,
};

/** An edge that has the response to `REQUEST` in its cache. Origins and hook hosts are never asked. */
function edgeWithHit(): Edge {
  const compiled = compileConfig(
    {
      origins: { app: { url: 'http://127.0.0.1:9' } },
      behaviors: [
        { path: '/api/*', origin: 'app' },
        { path: '*', origin: 'app' },
      ],
    },
    '/',
  );
  if (compiled.kind === 'invalid') throw new Error('The configuration of the bench is invalid');
  const { config } = compiled;
  const store = new MemoryStore({ maxBytes: 2 ** 24 });
  const cache = new HttpCache({ store, clock, maxResponseBytes: 2 ** 20 });
  const policy = config.behaviors[1]?.cachePolicy;
  if (policy === undefined) throw new Error('The configuration of the bench has two behaviors');
  const now = clock.now();
  const query = cache.query(policy, 'www.example.org', REQUEST);
  const response = {
    status: 200,
    reason: 'OK',
    fields: ['Cache-Control', 'max-age=86400', 'Date', new Date(now).toUTCString()],
  };
  const times = { requestedAt: now, respondedAt: now };
  const admission = cache.admit(query, { response, times });
  if (admission.kind === 'notStored') throw new Error(`Not stored: ${admission.reason}`);
  store.put({ ...admission.head, content: new Uint8Array(1024) });
  return {
    config,
    clock,
    behaviors: readyBehaviors(config),
    names: edgeNames(config.compat),
    cache,
    functions: new Map(),
    events: EVENTS,
    run: runExchange,
  } as unknown as Edge;
}

const edge = edgeWithHit();

function fresh(): Exchange {
  return createExchange(edge, REQUEST, PRESENCE);
}

/** The way of a hit without hooks, written out: none of its steps gives a promise. */
function runStraight(exchange: Exchange): void {
  void STEPS.matchBehavior.run(exchange);
  void STEPS.viewerPolicy.run(exchange);
  void STEPS.viewerRequest.run(exchange);
  void STEPS.cacheLookup.run(exchange);
  void STEPS.viewerResponse.run(exchange);
  void STEPS.reply.run(exchange);
}

const probe = fresh();
void runExchange(probe, 'matchBehavior');
if (probe.result !== 'Hit') throw new Error(`The bench measures a ${probe.result}, expected a Hit`);

test('a hit without hooks', async ({ bench }) => {
  await bench.compare(
    bench('step table', () => void runExchange(fresh(), 'matchBehavior')),
    bench('steps written out', () => runStraight(fresh())),
  );
});

test('what both share', async ({ bench }) => {
  await bench('createExchange', () => void fresh()).run();
});
