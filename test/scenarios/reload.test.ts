import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReloadOutcome } from '../../src/app/running-edge.ts';
import { compileConfig } from '../../src/config/compile.ts';
import { connectRaw, rawField } from '../support/raw-client.ts';
import { FRESH, type Scenario, startScenario } from './scenario.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isoedge-reload-'));
});

afterAll(() => rm(folder, { recursive: true }));

/** Reloads with the function `code` at viewer-response. */
async function reload(
  scenario: Scenario,
  code: string,
  members: Readonly<Record<string, unknown>> = {},
): Promise<ReloadOutcome> {
  await writeFile(join(folder, 'mark.js'), code);
  const compiled = compileConfig(
    {
      listeners: [{ host: '127.0.0.1', port: 0 }],
      origins: { app: { url: scenario.origin.url } },
      functions: { mark: { code: './mark.js', handler: 'mark.handler', runtime: 'lambda-edge' } },
      behaviors: [{ path: '*', origin: 'app', hooks: { 'viewer-response': 'mark' } }],
      ...members,
    },
    folder,
  );
  if (compiled.kind === 'invalid') throw new Error(JSON.stringify(compiled.problems));
  return scenario.edge.edge.reload(compiled.config);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function marking(generation: string): string {
  return `exports.handler = async (event) => {
    const { response } = event.Records[0].cf;
    response.headers['x-generation'] = [{ key: 'X-Generation', value: '${generation}' }];
    return response;
  };`;
}

describe('reload', () => {
  let scenario: Scenario;

  beforeAll(async () => {
    scenario = await startScenario({
      functions: { mark: marking('one') },
      hooks: { 'viewer-response': 'mark' },
    });
    scenario.serve('/stored', (_request, response) => response.writeHead(200, FRESH).end('page'));
  });

  afterAll(() => scenario.close());

  test('the new generation serves, and the cache is kept', async () => {
    await scenario.edge.get('/stored');
    expect(await reload(scenario, marking('two'))).toEqual({ kind: 'reloaded' });
    const hit = await scenario.edge.get('/stored');
    expect(hit.headers['x-generation']).toBe('two');
    expect(hit.headers['x-cache']).toBe('Hit from isoedge');
    expect(scenario.seen('/stored')).toHaveLength(1);
  });

  test('a request in flight ends in the generation in which it began', async () => {
    await reload(scenario, marking('before'));
    const slow = scenario.edge.get('/slow');
    const { response } = await scenario.turn('/slow');
    const pids = scenario.edge.edge.hostPids();
    expect(await reload(scenario, marking('after'))).toEqual({ kind: 'reloaded' });
    expect((await scenario.edge.get('/stored')).headers['x-generation']).toBe('after');
    response.writeHead(200, FRESH).write('first, ');
    response.end('last');
    const reply = await slow;
    expect(reply.body).toBe('first, last');
    expect(reply.headers['x-generation']).toBe('before');
    // With its last request the old generation ends, and with it its hook hosts.
    expect(scenario.edge.edge.hostPids()).not.toEqual(pids);
    for (let turns = 0; pids.some(isAlive) && turns < 2000; turns++) {
      await scenario.edge.get('/stored');
    }
    expect(pids.filter(isAlive)).toEqual([]);
  });

  test('a content that is still being sent does not end with its generation', async () => {
    const viewer = await connectRaw(scenario.edge.port);
    viewer.send('GET /long HTTP/1.1\r\nHost: a\r\n\r\n');
    const { response } = await scenario.turn('/long');
    response.writeHead(200, FRESH).write('begin, ');
    await viewer.waitForText('begin, ');
    await reload(scenario, marking('meanwhile'));
    response.end('end');
    expect((await viewer.response()).content).toBe('begin, end');
    viewer[Symbol.dispose]();
  });

  test('a request of the new generation may wait for a fill of the old one', async () => {
    const first = scenario.edge.get('/shared');
    const { response } = await scenario.turn('/shared');
    await reload(scenario, marking('follower'));
    const second = scenario.edge.get('/shared');
    await scenario.edge.get('/stored');
    response.writeHead(200, FRESH).end('one fetch');
    expect((await first).body).toBe('one fetch');
    expect((await second).body).toBe('one fetch');
    expect((await second).headers['x-generation']).toBe('follower');
    expect(scenario.seen('/shared')).toHaveLength(1);
  });

  test.each([
    ['does not parse', 'exports.handler = async () => {'],
    ['throws while it loads', 'throw new Error("not today");'],
    ['has no handler', 'exports.other = 1;'],
  ])('a function that %s keeps the old generation, and says why', async (_name, code) => {
    await reload(scenario, marking('good'));
    const outcome = await reload(scenario, code);
    expect(outcome.kind).toBe('kept');
    const problems = outcome.kind === 'kept' ? outcome.problems : [];
    expect(problems.map(({ message }) => message).join()).toContain('"mark"');
    expect((await scenario.edge.get('/stored')).headers['x-generation']).toBe('good');
  });
});

describe('drain', () => {
  test('requests in flight are finished, idle connections closed, new ones refused', async () => {
    const scenario = await startScenario();
    const { edge } = scenario;
    const [busy, idle] = await Promise.all([connectRaw(edge.port), connectRaw(edge.port)]);
    busy.send('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n');
    const { response } = await scenario.turn('/slow');
    response.writeHead(200).write('first, ');
    await busy.waitForText('first, ');
    const drained = edge.edge.drain(60_000);
    await idle.closed();
    await expect(connectRaw(edge.port)).rejects.toThrow('Cannot connect');
    response.end('last');
    const reply = await busy.response();
    expect(reply.content).toBe('first, last');
    await busy.closed();
    await drained;
    await scenario.close();
  });

  test('a request that comes on a connection that is still busy is told that it is the last', async () => {
    const scenario = await startScenario();
    const { edge } = scenario;
    scenario.serve('/page', (_request, response) => response.end('page'));
    using viewer = await connectRaw(edge.port);
    viewer.send('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n');
    const { response } = await scenario.turn('/slow');
    const drained = edge.edge.drain(60_000);
    response.end('slow');
    const reply = await viewer.response();
    expect(rawField(reply, 'connection')).toBe('close');
    await drained;
    await scenario.close();
  });

  test('what does not finish in time is cut', async () => {
    const scenario = await startScenario();
    using viewer = await connectRaw(scenario.edge.port);
    viewer.send('GET /never HTTP/1.1\r\nHost: a\r\n\r\n');
    await scenario.turn('/never');
    await scenario.edge.edge.drain(1);
    expect(await viewer.closed()).toBe('');
    await scenario.close();
  });
});
