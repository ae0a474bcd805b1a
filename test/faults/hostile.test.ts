import type { ChildProcess } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestEdge } from '../support/test-edge.ts';
import { type Attack, attack, printAttacks, startFaultEdge } from './fault-edge.ts';
import { childPids, residentMb, until, watchOthers } from './host-memory.ts';
import { HOSTILE_GROUPS, type HostileGroup, type HostileProgram } from './programs.ts';
import { startOriginProcess, startTraffic, type TrafficReport } from './traffic.ts';

/** How much longer than its limit a hostile call may take, beside what the machine adds. */
const KILL_MS = 100;
/**
 * Between two attacks, for the machine to start the next spare: what is measured is the edge, not
 * how many hosts two cores can start.
 */
const RESPITE_MS = 100;
/**
 * What an idle host may keep beside what a warm environment may hold: garbage, and what the C
 * library does not give back.
 */
const KEPT_MB = 96;

/**
 * Native code that only SIGKILL ends, loops that the host ends itself, and memory; each the first
 * time that its function is called.
 */
const SHARING = ['loop', 'bigint', 'resumed-loop', 'pbkdf2', 'array-fill', 'string-split', 'exit'];
const SHARED_LIMITS = { cpuMs: 50, timeoutMs: 1000, memoryMb: 128 };
/**
 * Between two attacks on a shared host: without a pause they would keep it busy for ever, as they
 * may.
 */
const PAUSE_MS = 250;

/**
 * Others that use more than so many cores keep the edge from its own; what it waited for them is
 * then not its fault.
 */
const BUSY_CORES = 0.25;

/** What the machine's other work may have made ordinary requests wait, by itself. */
function excusedMs(attacks: Iterable<Attack>, othersCores: number): number {
  if (othersCores < BUSY_CORES) return 0;
  return Math.max(...[...attacks].map(({ load }) => load.ownWaitedMs));
}

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

function largestMb(edge: TestEdge): number {
  return Math.max(...edge.edge.hostPids().map(residentMb));
}

/** Children of this process that nobody should have left. */
function strays(edge: TestEdge): readonly number[] {
  const known = [...edge.edge.hostPids(), origin.child.pid];
  return childPids().filter((pid) => !known.includes(pid));
}

describe.each(HOSTILE_GROUPS)('$title', (group) => {
  let edge: TestEdge;
  let report: TrafficReport;
  let baselineMb: number;
  let othersCores: number;
  const attacks = new Map<string, Attack>();

  beforeAll(async () => {
    const programs = group.programs.map(({ name }) => name);
    edge = await startFaultEdge({ originPort: origin.port, programs, limits: group.limits });
    baselineMb = largestMb(edge);
    const others = watchOthers();
    const traffic = startTraffic({ edgePort: edge.port, originPort: origin.port });
    for (const name of programs) {
      attacks.set(name, await attack(edge, name));
      await pause(RESPITE_MS);
    }
    report = await traffic.stop();
    othersCores = others.stop();
    printAttacks([...attacks.values()], group.limits.memoryMb);
    console.table(report.summary());
    console.log(`others used ${othersCores.toFixed(2)} cores meanwhile`);
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
    expect(report.late(excusedMs(attacks.values(), othersCores))).toEqual([]);
  });

  test('hosts give their memory back', async () => {
    const allowedMb = baselineMb + group.limits.memoryMb + KEPT_MB;
    await until(
      () => largestMb(edge) < allowedMb,
      () => `the largest host has ${largestMb(edge)} MiB, it had ${baselineMb}`,
    );
  });

  test('no process is left that is not a host', async () => {
    await until(
      () => strays(edge).length === 0,
      () => `processes ${strays(edge).join(', ')} are still there`,
    );
  });
});

describe('hostile and innocent functions in one trust group', () => {
  let edge: TestEdge;
  let report: TrafficReport;
  const attacks: Attack[] = [];

  beforeAll(async () => {
    edge = await startFaultEdge({
      originPort: origin.port,
      programs: SHARING,
      limits: SHARED_LIMITS,
      trustGroup: 'shared',
    });
    const traffic = startTraffic({ edgePort: edge.port, originPort: origin.port });
    for (const name of SHARING) {
      attacks.push(await attack(edge, name));
      await pause(PAUSE_MS);
    }
    report = await traffic.stop();
    printAttacks(attacks, SHARED_LIMITS.memoryMb);
    console.table(report.summary());
  }, 60_000);

  afterAll(async () => {
    await edge[Symbol.asyncDispose]();
  });

  test('each hostile call fails with its own code', () => {
    for (const { reply, code } of attacks) {
      expect(reply.status).toBe(503);
      expect(['EDGE_HOOK_CPU', 'EDGE_HOOK_MEMORY', 'EDGE_HOOK_EXITED']).toContain(code);
    }
  });

  test('no call of the innocent functions fails: those that had not begun run in the next host', () => {
    expect(report.failures).toEqual([]);
  });

  test('no ordinary request waits longer than 250 ms beyond what the machine adds', () => {
    // They share a host with the attacker: what kept it from the CPU kept them waiting too.
    expect(report.late(Math.max(...attacks.map(({ load }) => load.waitedMs)))).toEqual([]);
  });

  test('a function that killed the host has one of its own from then on', () => {
    const killers = edge.edge.functions().filter(({ kills }) => kills > 0);
    expect(killers.map(({ name }) => name)).toEqual(expect.arrayContaining(['bigint', 'pbkdf2']));
    expect(killers.map(({ name }) => name)).not.toContain('innocent');
  });
});

describe('everything at once', () => {
  test('no ordinary request fails while all hostile functions run at the same time, again and again', async () => {
    const edge = await startFaultEdge({
      originPort: origin.port,
      programs: SHARING,
      limits: SHARED_LIMITS,
    });
    const traffic = startTraffic({ edgePort: edge.port, originPort: origin.port });
    for (let round = 0; round < 3; round++) {
      const replies = await Promise.all(SHARING.map((name) => edge.get(`/attack/${name}`)));
      expect(replies.map(({ status }) => status)).toEqual(SHARING.map(() => 503));
    }
    const report = await traffic.stop();
    console.table(report.summary());
    await edge[Symbol.asyncDispose]();
    expect(report.failures).toEqual([]);
  });
});
