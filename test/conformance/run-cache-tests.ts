/**
 * Runs the public HTTP cache tests (github.com/http-tests/cache-tests) against an edge with the default cache policy: their origin,
 * an edge in front of it, their client, all in this process. Also a program: `node test/conformance/run-cache-tests.ts` prints
 * the score and every test that does not pass.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { setBaseUrl, setFetch, setUseBrowserCache } from 'http-cache-tests/client/config.mjs';
import { makeCacheTest, testResults } from 'http-cache-tests/client/test.mjs';
import handleConfig, { type SuiteHandler } from 'http-cache-tests/server/handle-config.mjs';
import handleState from 'http-cache-tests/server/handle-state.mjs';
import handleTest from 'http-cache-tests/server/handle-test.mjs';
import suites, { type CacheTest } from 'http-cache-tests/tests/index.mjs';
import { createEdge } from '../../src/app/create-edge.ts';

/**
 * How a test ended. `setup`: it could not be set up; `retry`: the cache sent a request twice, which the suite leaves to be judged
 * by hand; `dependency`: a test that it builds on did not pass; `harness`: the suite itself failed.
 */
export type Outcome = 'pass' | 'fail' | 'setup' | 'retry' | 'dependency' | 'harness';

/** The result of one test. For kind `check`, `pass` is a "yes" and `fail` a "no": neither is right or wrong. */
export interface CacheTestResult {
  readonly id: string;
  readonly kind: 'required' | 'optimal' | 'check';
  readonly outcome: Outcome;
  /** What the suite says about it. */
  readonly message: string;
}

/** Counts by outcome, for each kind of test. */
export type Score = Record<CacheTestResult['kind'], Record<Outcome, number>>;

/** Tests under way at once. Each pauses for seconds, and the freshness they play with is seconds too: more would be too late. */
const CONCURRENCY = 120;
/** How often tests with an unexpected outcome run again, alone: a machine that stalls for a second fails some of them. */
const MAX_REPEATS = 2;

const HANDLERS: Readonly<Record<string, SuiteHandler>> = {
  config: handleConfig,
  state: handleState,
  test: handleTest,
};

/** The suite's origin server, without the part that serves its web pages and writes a pid file. */
async function startSuiteOrigin(): Promise<Server> {
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const [, name = '', ...segments] = (request.url ?? '/').split('?', 1)[0]?.split('/') ?? [];
    const handle = HANDLERS[name];
    if (handle === undefined) response.writeHead(404).end();
    else handle(segments, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** The client that the suite was written with, out of its own dependencies: Node's fetch would add fields to requests. */
function suiteFetch(): unknown {
  return createRequire(import.meta.resolve('http-cache-tests/package.json'))('node-fetch');
}

async function runTests(tests: readonly CacheTest[]): Promise<void> {
  const waiting = tests.toReversed();
  const runNext = async (): Promise<void> => {
    for (let test = waiting.pop(); test !== undefined; test = waiting.pop()) {
      // A second result under one id is an error of the suite, and running a test changes it.
      delete testResults[test.id];
      await makeCacheTest(structuredClone(test));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, runNext));
}

function outcomeOf(test: CacheTest, byId: ReadonlyMap<string, CacheTest>): Outcome {
  const dependencies = (test.depends_on ?? []).map((id) => byId.get(id));
  if (dependencies.some((other) => other !== undefined && outcomeOf(other, byId) !== 'pass')) {
    return 'dependency';
  }
  const result = testResults[test.id];
  if (result === true) return 'pass';
  const [name, message] = result ?? ['', ''];
  if (name === 'Setup') return message === 'retry' ? 'retry' : 'setup';
  return name === 'Assertion' ? 'fail' : 'harness';
}

function resultsOf(tests: readonly CacheTest[]): CacheTestResult[] {
  const byId = new Map(tests.map((test) => [test.id, test]));
  return tests.map((test) => {
    const result = testResults[test.id];
    return {
      id: test.id,
      kind: test.kind ?? 'required',
      outcome: outcomeOf(test, byId),
      message: Array.isArray(result) ? result.join(': ') : '',
    };
  });
}

/**
 * Runs every test that is meant for proxies. Those whose outcome is not what `expected` says run again on a quiet machine
 * before they count.
 */
export async function runCacheTests(
  expected: (id: string) => Outcome,
): Promise<readonly CacheTestResult[]> {
  const origin = await startSuiteOrigin();
  const { port: originPort } = origin.address() as AddressInfo;
  const edge = await createEdge({
    listeners: [{ host: '127.0.0.1', port: 0 }],
    origins: { app: { url: `http://127.0.0.1:${originPort}` } },
    behaviors: [{ path: '*', origin: 'app' }],
    log: { level: 'silent' },
  });
  const [address] = await edge.listen();
  setFetch(suiteFetch());
  setBaseUrl(`http://127.0.0.1:${address?.port}`);
  setUseBrowserCache(false);
  const tests = suites.flatMap((suite) => suite.tests).filter((test) => test.browser_only !== true);
  await runTests(tests);
  for (let repeats = 0; repeats < MAX_REPEATS; repeats++) {
    const surprising = resultsOf(tests).filter(({ id, outcome }) => outcome !== expected(id));
    const ids = new Set(surprising.map(({ id }) => id));
    await runTests(tests.filter(({ id }) => ids.has(id)));
  }
  await edge.close();
  origin.closeAllConnections();
  origin.close();
  return resultsOf(tests);
}

/** Counts the results. */
export function scoreOf(results: readonly CacheTestResult[]): Score {
  const none = { pass: 0, fail: 0, setup: 0, retry: 0, dependency: 0, harness: 0 };
  const score: Score = { required: { ...none }, optimal: { ...none }, check: { ...none } };
  for (const { kind, outcome } of results) score[kind][outcome] += 1;
  return score;
}

/** One line: what the published comparisons of caches show. */
export function formatScore({ required, optimal, check }: Score): string {
  const other = required.retry + required.dependency + required.harness;
  return [
    `required ${required.pass} pass / ${required.fail} fail / ${required.setup} setup / ${other} other`,
    `optimal ${optimal.pass} pass`,
    `check ${check.pass} yes`,
  ].join(', ');
}

if (import.meta.main) {
  const results = await runCacheTests(() => 'pass');
  for (const { id, kind, outcome, message } of results) {
    if (outcome !== 'pass') console.log(`${kind} ${outcome} ${id} (${message})`);
  }
  console.log(formatScore(scoreOf(results)));
}
