/** Starts the sides of a run and their origin, and loads one side at a time. */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LoadOrder, LoadResult } from './load.ts';
import type { Peer, RunningPeer } from './peers/peer.ts';
import { cpuByRole, namedProcesses, processTree } from './process-cpu.ts';
import type { Round } from './report.ts';

function programFile(name: string): string {
  return fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
}

/** A child that ends with us. */
function forkProgram(name: string): ChildProcess {
  return fork(programFile(name), [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
}

/** Origin and load generator, which all sides share. */
export class Surroundings {
  readonly folder: string;
  readonly #origin = forkProgram('origin');
  readonly #generator = forkProgram('generator');
  readonly #originPort: Promise<number>;
  #runs = 0;

  /** `folder` is empty and ours. */
  constructor(folder: string) {
    this.folder = folder;
    this.#originPort = once(this.#origin, 'message').then(([port]) => port as number);
  }

  /** Starts a side in a folder of its own. */
  async start(name: string, start: Peer['start']): Promise<RunningPeer> {
    const folder = join(this.folder, name);
    mkdirSync(folder, { recursive: true });
    return await start({ folder, originPort: await this.#originPort });
  }

  /** Loads a side and reads what its processes used meanwhile. */
  async measure(side: RunningPeer, order: Omit<LoadOrder, 'port' | 'run'>): Promise<Round> {
    const before = processTree(side.pid);
    const result = await this.load(side, order);
    const after = processTree(side.pid);
    const roles = namedProcesses(after, side.roleOf);
    return { ...result, cpuMs: cpuByRole(before, after, roles) };
  }

  /** Loads a side. */
  async load(side: RunningPeer, order: Omit<LoadOrder, 'port' | 'run'>): Promise<LoadResult> {
    this.#runs += 1;
    const full: LoadOrder = { ...order, port: side.port, run: this.#runs };
    this.#generator.send(full);
    const [result] = (await once(this.#generator, 'message')) as [LoadResult];
    return result;
  }

  dispose(): void {
    this.#origin.disconnect();
    this.#generator.disconnect();
  }
}
