/**
 * `npm run soak`: hours of ordinary load in rounds of ten seconds, to see that nothing fails and that memory does not grow. Ends with code 1
 * when a request failed, or when the processes hold a third more than after the first tenth of the time.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isoedge } from './peers/isoedge.ts';
import { processTree } from './process-cpu.ts';
import { residentMib } from './rss.ts';
import { Surroundings } from './sides.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ROUND_SECONDS = 10;
const WARM_UP_SHARE = 0.1;
const ALLOWED_GROWTH = 4 / 3;
/** Hits, hits with hooks, and misses that fill the cache and evict what is in it. */
const PATHS = ['/hit', '/two-hooks/hit', '/four-hooks/*', '/miss/*'];

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    connections: { type: 'string', default: '32' },
  },
});
const minutes = Number(values.minutes);
const connections = Number(values.connections);
const folder = mkdtempSync(join(tmpdir(), 'isoedge-soak-'));
const surroundings = new Surroundings(folder);

try {
  process.exitCode = (await soak()) ? 0 : 1;
} finally {
  surroundings.dispose();
  rmSync(folder, { recursive: true, force: true });
}

async function soak(): Promise<boolean> {
  const clone = { root: ROOT, entry: 'src/cli/main.ts' };
  const side = await surroundings.start('isoedge', (context) =>
    isoedge(clone, 'isoedge').start(context),
  );
  const rounds = Math.max(PATHS.length, Math.ceil((minutes * 60) / ROUND_SECONDS));
  let failures = 0;
  let warmMib = 0;
  let heldMib = 0;
  for (let round = 1; round <= rounds; round += 1) {
    const path = PATHS[round % PATHS.length] ?? '/hit';
    const result = await surroundings.load(side, {
      path,
      load: { kind: 'closed', connections },
      seconds: ROUND_SECONDS,
    });
    failures += result.failures;
    heldMib = residentMib(processTree(side.pid)).reduce((sum, { pss }) => sum + pss, 0);
    if (round <= Math.max(PATHS.length, rounds * WARM_UP_SHARE))
      warmMib = Math.max(warmMib, heldMib);
    console.log(
      `${round}/${rounds} ${path}: ${result.replies} replies, ${failures} failures so far, ${heldMib.toFixed(0)} MiB`,
    );
  }
  await side.stop();
  const grew = heldMib > warmMib * ALLOWED_GROWTH;
  if (grew) console.log(`Memory grew from ${warmMib.toFixed(0)} to ${heldMib.toFixed(0)} MiB`);
  return failures === 0 && !grew;
}
