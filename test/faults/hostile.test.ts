import type { ChildProcess } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Reply, startTestEdge, type TestEdge } from '../support/test-edge.ts';
import { childPids, type HostLoad, residentMb, until, watchHosts } from './host-memory.ts';
import { codeOf, HOSTILE_GROUPS, type HostileGroup, type HostileProgram } from './programs.ts';
import { startOriginProcess, startTraffic, type Traffic, type TrafficReport } from './traffic.ts';

/** How much longer than its limit a hostile call may take, beside what the machine adds. */
const KILL_MS = 100;
/** What an idle host may keep of what its functions had. */
const KEPT_MB = 96;

const INNOCENT = `exports.handler = async (event) => {
  const { request } = event.Records[0].cf;
  request.headers['x-seen'] = [{ key: 'X-Seen', value: 'yes' }];
  return request;
};`;
const INNOCENT_RESPONSE = `exports.handler = async (event) => {
  const { response } = event.Records[0].cf;
  response.headers['x-innocent'] = [{ key: 'X-Innocent', value: 'yes' }];
  return response;
};`;

/** One hostile call as it went. */
interface Attack {
  readonly name: string;
  readonly reply: Reply;
  readonly sentMs: number;
  readonly tookMs: number;
  readonly load: HostLoad;
}

let origin: { port: number; child: ChildProcess };

beforeAll(async () => {
  origin = await startOriginProcess();
});

afterAll(() => {
  origin.child.disconnect();
});

function startEdge({ programs, limits }: HostileGroup, trustGroup?: string): Promise<TestEdge> {
  const names = programs.map(({ name }) => name);
  const settings = { ...limits, ...(trustGroup !== undefined && { trustGroup }) };
  const innocent = trustGroup === undefined ? {} : { trustGroup };
  return startTestEdge({
    originUrl: `http://127.0.0.1:${origin.port}`,
    functions: {
      innocent: INNOCENT,
      'innocent-response': INNOCENT_RESPONSE,
      ...Object.fromEntries(names.map((name) => [name, codeOf(name)])),
    },
    functionSettings: {
      innocent,
      'innocent-response': innocent,
      ...Object.fromEntries(names.map((name) => [name, settings])),
    },
    config: {
      debug: true,
      log: { level: 'silent' },
      behaviors: [
        ...names.map((name) => ({
          path: `/attack/${name}`,
          origin: 'app',
          hooks: { 'viewer-request': name },
        })),
        {
          path: '/hooked',
          origin: 'app',
          hooks: { 'viewer-request': 'innocent', 'viewer-response': 'innocent-response' },
        },
        { path: '*', origin: 'app' },
      ],
    },
  });
}

async function attack(edge: TestEdge, name: string): Promise<Attack> {
  const hosts = watchHosts(() => edge.edge.hostPids());
  const sentMs = performance.timeOrigin + performance.now();
  const reply = await edge.get(`/attack/${name}`);
  const tookMs = performance.timeOrigin + performance.now() - sentMs;
  return { name, reply, sentMs, tookMs, load: hosts.stop() };
}

function codeIn(reply: Reply): string {
  const [code = ''] = String(reply.headers['x-isoedge-error'] ?? 'none').split(/[^A-Z_a-z]/, 1);
  return code;
}

/** What a hostile call must be like, whatever the program. */
function expectEnded(
  { ends }: HostileProgram,
  { limits }: HostileGroup,
  { reply, tookMs, sentMs, load }: Attack,
  report: TrafficReport,
): void {
  const code = codeIn(reply);
  expect(ends).toContain(code);
  if (code !== 'none') {
    const isRefused = code === 'EDGE_HOOK_VALIDATION';
    expect(reply.status).toBe(isRefused ? 502 : 503);
    const word = isRefused ? 'LambdaValidationError' : 'LambdaExecutionError';
    expect(reply.headers['x-cache']).toBe(`${word} from isoedge`);
  }
  const limitMs = code === 'EDGE_HOOK_CPU' ? limits.cpuMs : limits.timeoutMs;
  const machineMs = load.waitedMs + report.noiseMs(sentMs, tookMs);
  expect(tookMs).toBeLessThan(limitMs + KILL_MS + machineMs);
}

test('every program of the folder is in the table', () => {
  const files = readdirSync(new URL('programs', import.meta.url))
    .filter((file) => !file.startsWith('escape-'))
    .map((file) => file.slice(0, -'.js'.length));
  const listed = HOSTILE_GROUPS.flatMap(({ programs }) => programs.map(({ name }) => name));
  expect(files.sort()).toEqual(listed.sort());
});

describe.each(HOSTILE_GROUPS)('$title', (group) => {
  let edge: TestEdge;
  let traffic: Traffic;
  let report: TrafficReport;
  let baselineMb: number;
  const attacks = new Map<string, Attack>();

  beforeAll(async () => {
    edge = await startEdge(group);
    await Promise.all(['/hooked', '/plain/hit'].map((path) => edge.get(path)));
    baselineMb = Math.max(...edge.edge.hostPids().map(residentMb));
    traffic = startTraffic({ edgePort: edge.port, originPort: origin.port });
    for (const { name } of group.programs) attacks.set(name, await attack(edge, name));
    report = await traffic.stop();
    console.table(
      [...attacks.values()].map(({ name, reply, tookMs, load }) => ({
        program: name,
        code: codeIn(reply),
        tookMs: Math.round(tookMs),
        waitedMs: Math.round(load.waitedMs),
        peakMb: load.peakMb,
        limitMb: group.limits.memoryMb,
      })),
    );
    console.table(report.summary());
    if (process.env.DBG) {
      console.log(
        JSON.stringify(report.failures.slice(0, 5)),
        JSON.stringify(
          edge.logs
            .filter((l) => JSON.stringify(l).includes('innocent'))
            .map((l) => l.message + JSON.stringify(l.facts))
            .slice(0, 30),
          null,
          1,
        ),
      );
      const by = {};
      for (const s of report.samples)
        if (s.stream === 'hooked' && s.waitMs > 600)
          by[Math.round(s.sentMs / 100)] = Math.round(s.waitMs);
      console.log(JSON.stringify(by));
      console.log(
        [...attacks.values()].map((a) => a.name + ' ' + Math.round(a.sentMs / 100)).join(', '),
      );
    }
  }, 60_000);

  afterAll(async () => {
    await edge[Symbol.asyncDispose]();
  });

  test.each(group.programs)('$name ends at its limit', (program) => {
    const made = attacks.get(program.name);
    expect(made).toBeDefined();
    if (made !== undefined) expectEnded(program, group, made, report);
  });

  test('no ordinary request fails', () => {
    expect(report.samples.length).toBeGreaterThan(40);
    expect(report.failures).toEqual([]);
  });

  test('no ordinary request waits longer than 250 ms beyond what the machine adds', () => {
    expect(report.late).toEqual([]);
  });

  test('hosts give their memory back', async () => {
    if (process.env.DBG)
      console.log(
        edge.edge
          .hostPids()
          .map((p) => p + ':' + Math.round(residentMb(p)))
          .join(' '),
      );
    const largestMb = (): number => Math.max(...edge.edge.hostPids().map(residentMb));
    await until(
      () => largestMb() < baselineMb + KEPT_MB,
      () => `the largest host has ${largestMb()} MiB, it had ${baselineMb}`,
    );
  });

  test('no process is left that is not a host', async () => {
    const extra = (): readonly number[] => {
      const known = [...edge.edge.hostPids(), origin.child.pid];
      return childPids().filter((pid) => !known.includes(pid));
    };
    await until(
      () => extra().length === 0,
      () => `processes ${extra().join(', ')} are still there`,
    );
  });
});
