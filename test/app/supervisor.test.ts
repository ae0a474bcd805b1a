import { once } from 'node:events';
import { Agent, createServer, get, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Supervisor } from '../../src/app/supervisor.ts';
import { compileConfig, type LoadedConfig } from '../../src/config/compile.ts';
import type { EdgeConfig } from '../../src/config/config.ts';
import type { Logger } from '../../src/telemetry/log.ts';

const WORKER_FILE = fileURLToPath(new URL('stub-worker.ts', import.meta.url));

interface Answer {
  readonly pid: number;
  readonly baseDir: string;
}

const started: Supervisor[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((supervisor) => supervisor.drain()));
});

function configOf(overrides: Partial<EdgeConfig> = {}): EdgeConfig {
  const loaded = compileConfig(
    {
      listeners: [{ port: 0 }],
      admin: { port: 0 },
      origins: { app: { url: 'http://127.0.0.1:9' } },
      behaviors: [{ path: '*', origin: 'app' }],
    },
    '/',
  );
  if (loaded.kind === 'invalid') throw new Error('the configuration of the test is invalid');
  return { ...loaded.config, baseDir: 'first', ...overrides };
}

function recordingLogger(): Logger & { readonly lines: string[] } {
  const lines: string[] = [];
  const write = (_facts: unknown, message: string): void => void lines.push(message);
  return { lines, debug: () => undefined, info: write, warn: write, error: write };
}

async function start(config: EdgeConfig) {
  const logger = recordingLogger();
  let next: LoadedConfig = { kind: 'loaded', config };
  const supervisor = new Supervisor({
    config,
    readConfig: () => next,
    logger,
    workerFile: WORKER_FILE,
  });
  started.push(supervisor);
  const { viewer, admin } = await supervisor.start();
  return {
    supervisor,
    logger,
    url: `http://127.0.0.1:${viewer[0]?.port}`,
    adminUrl: `http://127.0.0.1:${admin?.port}`,
    /** What the file says from now on. */
    write: (written: LoadedConfig): void => {
      next = written;
    },
  };
}

function killWorker(pid: number | undefined): void {
  if (pid === undefined) throw new Error('there is no such worker');
  process.kill(pid, 'SIGKILL');
}

/** One request on a connection of its own. */
async function ask(url: string): Promise<Answer> {
  const sent = get(url, { agent: new Agent({ keepAlive: false }) });
  const [response] = await once(sent, 'response');
  return JSON.parse(await text(response)) as Answer;
}

describe('Supervisor', () => {
  test('start() serves on the addresses that it gives, and is ready', async () => {
    const { supervisor, url, adminUrl } = await start(configOf());
    expect(await ask(url)).toMatchObject({ pid: supervisor.workerPids[0], baseDir: 'first' });
    const ready = await fetch(`${adminUrl}/readyz`);
    expect(ready.status).toBe(200);
  });

  test('start() rejects with the address and the reason when a port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const listeners = [{ host: '127.0.0.1', port }];
    await expect(start(configOf({ listeners }))).rejects.toMatchObject({
      code: 'EDGE_APP_LISTEN',
      message: `Cannot listen on 127.0.0.1:${port}: address already in use`,
    });
    other.close();
  });

  test('start() refuses a port that another isoedge has, although both share ports', async () => {
    const { url } = await start(configOf());
    const listeners = [{ host: '127.0.0.1', port: Number(new URL(url).port) }];
    await expect(start(configOf({ listeners }))).rejects.toMatchObject({ code: 'EDGE_APP_LISTEN' });
  });

  test('start() rejects with the error of a worker that cannot start', async () => {
    await expect(start(configOf({ baseDir: 'fails', workers: 2 }))).rejects.toMatchObject({
      code: 'EDGE_HOST_START',
      message: 'Cannot start: stub',
    });
  });

  test('a worker that is killed is replaced, and who connects meanwhile is answered', async () => {
    const { supervisor, logger, url, adminUrl } = await start(configOf());
    const [killed] = supervisor.workerPids;
    killWorker(killed);
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(url)));
    const pids = new Set(answers.map(({ pid }) => pid));
    expect(pids).toEqual(new Set(supervisor.workerPids));
    expect(pids).not.toContain(killed);
    expect(logger.lines).toContain(`Worker ${killed} ended (SIGKILL) and is replaced`);
    const metrics = await (await fetch(`${adminUrl}/metrics`)).text();
    expect(metrics).toContain('isoedge_worker_restarts_total{reason="SIGKILL"} 1');
  });

  test('the workers share a port, and each is replaced on it', async () => {
    const { supervisor, url } = await start(configOf({ workers: 2 }));
    const before = supervisor.workerPids;
    for (const pid of before) {
      killWorker(pid);
      await vi.waitFor(() => expect(supervisor.workerPids).not.toContain(pid));
    }
    const seen = new Set<number>();
    while (seen.size < 2) seen.add((await ask(url)).pid);
    expect(before.some((pid) => seen.has(pid))).toBe(false);
  });
});

describe('Supervisor.reload()', () => {
  test('gives every worker the new configuration', async () => {
    const { supervisor, url, write } = await start(configOf({ workers: 2 }));
    const pids = supervisor.workerPids;
    write({ kind: 'loaded', config: configOf({ workers: 2, baseDir: 'second' }) });
    expect(await supervisor.reload()).toEqual({ kind: 'reloaded' });
    const seen = new Map<number, string>();
    while (seen.size < 2) {
      const { pid, baseDir } = await ask(url);
      seen.set(pid, baseDir);
    }
    expect([...seen.values()]).toEqual(['second', 'second']);
    expect(supervisor.workerPids).toEqual(pids);
  });

  test('logs every problem of an invalid file and keeps the configuration', async () => {
    const { supervisor, logger, url, write } = await start(configOf());
    const problems = [
      { path: 'workers', found: '0', expected: 'a whole number from 1 to 1024' },
      { path: 'origin', found: '{}', expected: 'no such member', suggestion: 'origins' },
    ];
    write({ kind: 'invalid', problems });
    expect(await supervisor.reload()).toMatchObject({ kind: 'kept' });
    expect(logger.lines).toEqual([
      'workers: found 0, expected a whole number from 1 to 1024',
      'origin: found {}, expected no such member; did you mean "origins"?',
      'Configuration not reloaded, the previous one stays in use',
    ]);
    expect(await ask(url)).toMatchObject({ baseDir: 'first' });
  });

  test('one worker that refuses: the others are given the old configuration back', async () => {
    const { supervisor, url, write } = await start(configOf({ workers: 2 }));
    const [first, second] = supervisor.workerPids;
    write({ kind: 'loaded', config: configOf({ workers: 2, baseDir: `refuse:${second}` }) });
    const outcome = await supervisor.reload();
    expect(outcome).toMatchObject({ kind: 'kept', problems: [{ code: 'EDGE_FUNCTION_SYNTAX' }] });
    const seen = new Map<number, string>();
    while (seen.size < 2) {
      const { pid, baseDir } = await ask(url);
      seen.set(pid, baseDir);
    }
    expect(seen).toEqual(new Map([first, second].map((pid) => [pid, 'first'])));
  });

  test('a worker that dies after a reload comes back with the new configuration', async () => {
    const { supervisor, url, write } = await start(configOf());
    write({ kind: 'loaded', config: configOf({ baseDir: 'second' }) });
    await supervisor.reload();
    killWorker(supervisor.workerPids[0]);
    expect(await ask(url)).toMatchObject({ baseDir: 'second' });
  });

  test('changes the number of workers', async () => {
    const { supervisor, write } = await start(configOf());
    const [first] = supervisor.workerPids;
    write({ kind: 'loaded', config: configOf({ workers: 2 }) });
    await supervisor.reload();
    expect(supervisor.workerPids).toHaveLength(2);
    write({ kind: 'loaded', config: configOf({ workers: 1 }) });
    await supervisor.reload();
    expect(supervisor.workerPids).toEqual([first]);
  });

  test('changed listeners wait for the next start, and that is said', async () => {
    const { supervisor, logger, url, write } = await start(configOf());
    const listeners = [{ host: '127.0.0.1', port: 1 }];
    write({ kind: 'loaded', config: configOf({ listeners, baseDir: 'second' }) });
    await supervisor.reload();
    expect(logger.lines[0]).toBe(
      'Changes of listeners take effect at the next start, not at a reload',
    );
    expect(await ask(url)).toMatchObject({ baseDir: 'second' });
  });

  test('changed limits, cache and logs wait as well, also in a worker that comes later', async () => {
    const first = configOf();
    const { supervisor, logger, write } = await start(first);
    const changed = configOf({
      limits: { ...first.limits, maxUrlBytes: 100 },
      cache: { memory: { ...first.cache.memory, maxBytes: 4096 } },
      accessLog: { file: '/tmp/other.log', format: 'json' },
      baseDir: 'second',
    });
    write({ kind: 'loaded', config: changed });
    expect(await supervisor.reload()).toEqual({ kind: 'reloaded' });
    expect(logger.lines[0]).toBe(
      'Changes of limits and cache and accessLog take effect at the next start, not at a reload',
    );
    const { limits, cache, accessLog } = first;
    expect(supervisor.config).toEqual({ ...changed, limits, cache, accessLog });
  });
});

describe('Supervisor.drain()', () => {
  test('lets a request in flight finish, is not ready meanwhile, then frees the port', async () => {
    const { supervisor, url, adminUrl } = await start(configOf());
    const open = request(url, { method: 'POST', agent: false });
    const response = once(open, 'response');
    open.write('the first half');
    // The worker has the connection once it has answered a later one.
    await ask(url);
    const drained = supervisor.drain();
    const ready = await fetch(`${adminUrl}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ reasons: ['the edge is draining'] });
    open.end();
    const [message] = await response;
    expect(message.statusCode).toBe(200);
    message.resume();
    await drained;
    expect(supervisor.workerPids).toEqual([]);
    await expect(ask(url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('Supervisor.drain() during a reload', () => {
  test('that adds workers: leaves none behind', async () => {
    const { supervisor, write } = await start(configOf());
    write({ kind: 'loaded', config: configOf({ workers: 3 }) });
    const reloaded = supervisor.reload();
    await vi.waitFor(() => expect(supervisor.workerPids).toHaveLength(2));
    await supervisor.drain();
    await reloaded;
    await vi.waitFor(() => expect(supervisor.workerPids).toEqual([]));
  });
});

describe('the admin listener of a supervisor', () => {
  test('asks all workers and puts their answers together', async () => {
    const { adminUrl } = await start(configOf({ workers: 2 }));
    const metrics = await (await fetch(`${adminUrl}/metrics`)).text();
    expect(metrics).toContain('isoedge_cache_stored_total 2');
    expect(metrics).toContain('isoedge_workers 2');
    const purge = await fetch(`${adminUrl}/purge`, { method: 'POST', body: '{"prefix":"/"}' });
    expect(await purge.json()).toEqual({ purged: 2 });
    const functions = await fetch(`${adminUrl}/functions`);
    expect(await functions.json()).toEqual({
      functions: [{ name: 'f', version: 'v', state: 'ready' }],
    });
  });

  test('answers without a worker that is stuck', async () => {
    const { adminUrl } = await start(configOf({ baseDir: 'stuck' }));
    const metrics = await (await fetch(`${adminUrl}/metrics`)).text();
    expect(metrics).toContain('isoedge_workers 1');
    expect(metrics).toContain('isoedge_cache_stored_total 0');
  });
});
