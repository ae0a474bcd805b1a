import type { ChildProcess } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestEdge } from '../support/test-edge.ts';
import { type Attack, attack, printAttacks, startFaultEdge } from './fault-edge.ts';
import { childPids, residentMb, until } from './host-memory.ts';
import { HOSTILE_GROUPS, type HostileGroup, type HostileProgram } from './programs.ts';
import { startOriginProcess, startTraffic, type TrafficReport } from './traffic.ts';

/** How much longer than its limit a hostile call may take, beside what the machine adds. */
const KILL_MS = 100;
/** What an idle host may keep of what its functions had. */
const KEPT_MB = 96;

let origin: { port: number; child: ChildProcess };

beforeAll(async () => {
  origin = await startOriginProcess();
});

afterAll(() => {
  origin.child.disconnect();
});

/** What a hostile call must be like, whatever the program. */
function expectEnded(
  { ends }: HostileProgram,
  { limits }: HostileGroup,
  { reply, code, tookMs, sentMs, load }: Attack,
  report: TrafficReport,
): void {
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
  let report: TrafficReport;
  let baselineMb: number;
  const attacks = new Map<string, Attack>();

  beforeAll(async () => {
    const programs = group.programs.map(({ name }) => name);
    edge = await startFaultEdge({ originPort: origin.port, programs, limits: group.limits });
    baselineMb = Math.max(...edge.edge.hostPids().map(residentMb));
    const traffic = startTraffic({ edgePort: edge.port, originPort: origin.port });
    for (const name of programs) attacks.set(name, await attack(edge, name));
    report = await traffic.stop();
    printAttacks([...attacks.values()], group.limits.memoryMb);
    console.table(report.summary());
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
