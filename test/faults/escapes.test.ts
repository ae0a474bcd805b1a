import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ScriptedOrigin, startOrigin } from '../support/scripted-origin.ts';
import { startTestEdge, type TestEdge } from '../support/test-edge.ts';
import { codeOf } from './programs.ts';

const NAMES = ['escape-reach', 'escape-graph', 'escape-tamper'];

let edge: TestEdge;
let origin: ScriptedOrigin;

beforeAll(async () => {
  origin = await startOrigin((_request, response) => response.end('secret of the origin'));
  edge = await startTestEdge({
    originUrl: origin.url,
    functions: Object.fromEntries(NAMES.map((name) => [name, codeOf(name)])),
    functionSettings: Object.fromEntries(
      NAMES.map((name) => [name, { cpuMs: 20_000, timeoutMs: 20_000 }]),
    ),
    config: {
      debug: true,
      behaviors: [
        ...NAMES.map((name) => ({
          path: `/${name}`,
          origin: 'app',
          hooks: { 'viewer-request': name },
        })),
        { path: '*', origin: 'app' },
      ],
    },
  });
}, 60_000);

afterAll(async () => {
  await edge[Symbol.asyncDispose]();
  await origin.close();
});

async function report<T>(name: string): Promise<T> {
  const reply = await edge.get(`/${name}?${origin.port}`);
  expect(reply.headers['x-isoedge-error']).toBeUndefined();
  expect(reply.status).toBe(200);
  return JSON.parse(reply.body) as T;
}

describe('from inside a function', () => {
  test('nothing of the process, the file system or the network is reached', async () => {
    const reached = await report<Record<string, string>>('escape-reach');
    expect(Object.keys(reached).length).toBeGreaterThan(30);
    const got = Object.entries(reached).filter(([, outcome]) => outcome.startsWith('GOT'));
    expect(got).toEqual([]);
    expect(origin.requests).toEqual([]);
  });

  test('no object of the host or of isolated-vm hangs on anything that can be reached', async () => {
    const { visited, found, names } = await report<{
      visited: number;
      found: string[];
      names: string[];
    }>('escape-graph');
    expect(visited).toBeGreaterThan(2000);
    expect(found).toEqual([]);
    expect(names).toEqual([]);
  });

  test('tampering with every built-in does not catch the line to the host', async () => {
    await report('escape-tamper');
    const { functions, foreign, paths } = await report<{
      functions: number;
      foreign: string[];
      paths: string[];
    }>('escape-tamper');
    expect(functions).toBeGreaterThan(10);
    expect(foreign).toEqual([]);
    expect(paths).toEqual([]);
    expect(JSON.stringify(edge.logs)).not.toContain('PWNED');
  });
});
