import type { ChildProcess } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestEdge } from '../support/test-edge.ts';
import { type Attack, attack, printAttacks, startFaultEdge } from './fault-edge.ts';
import { startOriginProcess, startTraffic, type TrafficReport } from './traffic.ts';

/** Native code that only SIGKILL ends, loops that the host ends itself, and memory; each the first time that its function is called. */
const PROGRAMS = ['loop', 'bigint', 'resumed-loop', 'pbkdf2', 'array-fill', 'string-split', 'exit'];
const LIMITS = { cpuMs: 50, timeoutMs: 1000, memoryMb: 128 };

let origin: { port: number; child: ChildProcess };

beforeAll(async () => {
  origin = await startOriginProcess();
});

afterAll(() => {
  origin.child.disconnect();
});

describe('hostile and innocent functions in one trust group', () => {
  let edge: TestEdge;
  let report: TrafficReport;
  const attacks: Attack[] = [];

  beforeAll(async () => {
    edge = await startFaultEdge({
      originPort: origin.port,
      programs: PROGRAMS,
      limits: LIMITS,
      trustGroup: 'shared',
    });
    const traffic = startTraffic({ edgePort: edge.port, originPort: origin.port });
    for (const name of PROGRAMS) attacks.push(await attack(edge, name));
    report = await traffic.stop();
    printAttacks(attacks, LIMITS.memoryMb);
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
    expect(report.late).toEqual([]);
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
      programs: PROGRAMS,
      limits: LIMITS,
    });
    const traffic = startTraffic({ edgePort: edge.port, originPort: origin.port });
    for (let round = 0; round < 3; round++) {
      const replies = await Promise.all(PROGRAMS.map((name) => edge.get(`/attack/${name}`)));
      expect(replies.map(({ status }) => status)).toEqual(PROGRAMS.map(() => 503));
    }
    const report = await traffic.stop();
    console.table(report.summary());
    await edge[Symbol.asyncDispose]();
    expect(report.failures).toEqual([]);
  });
});
