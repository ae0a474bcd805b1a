import { existsSync, renameSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Clone, startWithTwoFunctions } from './peers/isoedge.ts';
import type { RunningPeer } from './peers/peer.ts';
import { namedProcesses, processTree } from './process-cpu.ts';
import type { StartResult } from './report.ts';
import { residentMib } from './rss.ts';
import type { Surroundings } from './sides.ts';

const IDLE_MS = 3000;

/**
 * Starts an edge with two functions some times: how long until the first reply through both, and
 * what it holds when idle. The first start finds nothing compiled, as after an install; memory is
 * that of the last one.
 */
export async function measureStarts(
  surroundings: Surroundings,
  side: Clone & { readonly label: string },
  times: number,
): Promise<StartResult> {
  const firstServedMs: number[] = [];
  let memory: Omit<StartResult, 'side' | 'firstServedMs'> | undefined;
  for (let i = 0; i < times; i += 1) {
    const putBack = i === 0 ? setCompiledAside(side.root) : () => undefined;
    const startedMs = performance.now();
    const edge = await surroundings.start(`${side.label}-start-${i}`, (context) =>
      startWithTwoFunctions(side, context),
    );
    await firstReply(edge.port);
    firstServedMs.push(performance.now() - startedMs);
    if (i === times - 1) {
      await sleep(IDLE_MS);
      memory = memoryOf(edge);
    }
    await edge.stop();
    putBack();
  }
  if (memory === undefined) throw new Error('Cannot measure no start');
  return { side: side.label, firstServedMs, ...memory };
}

/** Hides what earlier starts have compiled. Returns what puts it back. */
function setCompiledAside(root: string): () => void {
  const folder = join(root, 'node_modules', '.cache', 'isoedge');
  const aside = `${folder}-aside`;
  if (!existsSync(folder)) return () => undefined;
  rmSync(aside, { recursive: true, force: true });
  renameSync(folder, aside);
  return () => {
    rmSync(folder, { recursive: true, force: true });
    renameSync(aside, folder);
  };
}

async function firstReply(port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  get({ port, host: '127.0.0.1', path: '/two-hooks/hit' }, (response) => {
    response.resume();
    if (response.statusCode === 200) response.once('end', resolve);
    else reject(new Error(`Cannot measure the start: the first reply is ${response.statusCode}`));
  }).once('error', reject);
  await promise;
}

function memoryOf(edge: RunningPeer): Omit<StartResult, 'side' | 'firstServedMs'> {
  const tree = processTree(edge.pid);
  const roles = namedProcesses(tree, edge.roleOf);
  const resident = residentMib(tree);
  const needed = resident.filter(({ pid }) => roles.get(pid) !== 'host:spare');
  return {
    rssMibWithoutSpare: needed.reduce((sum, { rss }) => sum + rss, 0),
    rssMib: Object.fromEntries(resident.map(({ pid, rss }) => [roles.get(pid) ?? 'other', rss])),
    totalRssMib: resident.reduce((sum, { rss }) => sum + rss, 0),
    totalPssMib: resident.reduce((sum, { pss }) => sum + pss, 0),
  };
}
