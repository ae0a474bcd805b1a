/** Memory of a tree of processes, from /proc. */

import { readFileSync } from 'node:fs';
import type { ProcessFacts } from './process-cpu.ts';

const MIB_KIB = 1024;

/** Memory of one process in MiB. `pss` counts pages that several processes share in parts. */
export interface ResidentMib {
  readonly pid: number;
  readonly rss: number;
  readonly pss: number;
}

/** Resident memory of each process of a tree; one that has ended is left out. */
export function residentMib(tree: readonly ProcessFacts[]): readonly ResidentMib[] {
  return tree.flatMap(({ pid }) => {
    try {
      const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
      return [{ pid, rss: mib(text, 'Rss'), pss: mib(text, 'Pss') }];
    } catch {
      return [];
    }
  });
}

function mib(rollup: string, name: string): number {
  const found = new RegExp(`^${name}:\\s+(?<kib>\\d+) kB`, 'm').exec(rollup);
  return Number(found?.groups?.['kib'] ?? 0) / MIB_KIB;
}
