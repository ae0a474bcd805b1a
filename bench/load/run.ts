/** `npm run bench`: loads isoedge and its peers with the same stories in one run, and says what each request costs. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commitOf, machineFacts } from './machine.ts';
import { HELP, type RunOptions, readOptions } from './options.ts';
import { httpProxy } from './peers/http-proxy.ts';
import { isoedge } from './peers/isoedge.ts';
import { nginx, nginxNjs, nginxTuned } from './peers/nginx.ts';
import { INSTALL_COMMAND } from './peers/npm-peers.ts';
import type { Peer, PeerName, RunningPeer } from './peers/peer.ts';
import { varnish } from './peers/varnish.ts';
import { workerd } from './peers/workerd.ts';
import {
  type Report,
  type Round,
  type SideResult,
  type StartResult,
  type StoryResult,
  startTable,
  storyTable,
  writeReport,
} from './report.ts';
import { Surroundings } from './sides.ts';
import { measureStarts } from './start-story.ts';
import type { Load, Story } from './stories.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const RESULTS = join(ROOT, 'bench', 'results');
/** JIT compilers go on for some seconds; the first story warms the sides for all that follow. */
const WARM_UP_SECONDS = 2;
const OWN = 'isoedge';
const BASELINE = 'isoedge (baseline)';

const PEERS: Readonly<Record<PeerName, Peer>> = {
  nginx,
  'nginx-tuned': nginxTuned,
  'nginx-njs': nginxNjs,
  varnish,
  workerd,
  'http-proxy': httpProxy,
};

/** A side that runs. */
interface Side {
  readonly name: string;
  readonly label: string;
  readonly version: string;
  readonly running: RunningPeer;
}

function wordsOf(load: Load): string {
  const connections = `${load.connections} connections`;
  return load.kind === 'closed' ? connections : `${connections}, ${load.perSecond} requests/s`;
}

/** Isoedge first, then the baseline, then every peer that is asked for, needed and there. */
async function startSides(surroundings: Surroundings, options: RunOptions): Promise<Side[]> {
  const { baseline, entry } = options;
  const wanted: [name: string, peer: Peer][] = [[OWN, isoedge({ root: ROOT, entry }, OWN)]];
  if (baseline !== undefined) {
    wanted.push([BASELINE, isoedge({ root: baseline, entry }, BASELINE)]);
  }
  for (const [name, peer] of Object.entries(PEERS)) {
    const isNeeded = options.stories.some(({ peers }) => peers.includes(name as PeerName));
    if (isNeeded && options.peers.includes(name)) wanted.push([name, peer]);
  }
  const sides: Side[] = [];
  for (const [name, peer] of wanted) {
    const presence = await peer.presence();
    if (presence.kind === 'absent') {
      console.log(`Without ${name}: ${presence.reason}`);
      continue;
    }
    const running = await surroundings.start(name, (context) => peer.start(context));
    sides.push({ name, label: peer.label, version: presence.version, running });
  }
  return sides;
}

/** A B A B …: what disturbs the machine disturbs all sides alike. */
async function runStory(
  surroundings: Surroundings,
  story: Story,
  sides: readonly Side[],
  options: RunOptions,
): Promise<StoryResult> {
  const names: readonly string[] = [OWN, BASELINE, ...story.peers];
  const taking = sides.filter(({ name }) => names.includes(name));
  const { path, load } = story;
  const rounds = new Map<Side, Round[]>(taking.map((side) => [side, []]));
  const warmUp = Math.min(WARM_UP_SECONDS, options.seconds);
  for (const side of taking) await surroundings.load(side.running, { path, load, seconds: warmUp });
  for (let round = 0; round < options.rounds; round += 1) {
    // Every other round the other way round, so that nobody always follows the same neighbour.
    for (const side of round % 2 === 0 ? taking : taking.toReversed()) {
      const { seconds } = options;
      const measured = await surroundings.measure(side.running, { path, load, seconds });
      rounds.get(side)?.push(measured);
    }
  }
  const results = taking.map(({ label }, index): SideResult => {
    const side = taking[index];
    return { side: label, rounds: side === undefined ? [] : (rounds.get(side) ?? []) };
  });
  return { story: story.name, does: story.does, load: wordsOf(load), sides: results };
}

async function runStories(
  surroundings: Surroundings,
  options: RunOptions,
): Promise<Pick<Report, 'stories' | 'sides'>> {
  const sides = options.stories.length === 0 ? [] : await startSides(surroundings, options);
  try {
    const stories: StoryResult[] = [];
    for (const story of options.stories) {
      const result = await runStory(surroundings, story, sides, options);
      stories.push(result);
      console.log(`\n${story.name}: ${story.does}; ${result.load}\n\n${storyTable(result)}`);
    }
    return {
      stories,
      sides: Object.fromEntries(sides.map(({ label, version }) => [label, version])),
    };
  } finally {
    await Promise.all(sides.map(({ running }) => running.stop()));
  }
}

async function runStarts(
  surroundings: Surroundings,
  { hasStarts, rounds, baseline, entry }: RunOptions,
): Promise<readonly StartResult[]> {
  if (!hasStarts) return [];
  const starts = [await measureStarts(surroundings, { root: ROOT, entry, label: OWN }, rounds)];
  if (baseline !== undefined) {
    const side = { root: baseline, entry, label: BASELINE };
    starts.push(await measureStarts(surroundings, side, rounds));
  }
  console.log(
    `\nstart: to the first reply through two hooks; memory when idle\n\n${startTable(starts)}`,
  );
  return starts;
}

async function runBench(options: RunOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'isoedge-bench-'));
  const machine = machineFacts();
  const takenAt = new Date().toISOString();
  const surroundings = new Surroundings(folder);
  try {
    const starts = await runStarts(surroundings, options);
    const { stories, sides } = await runStories(surroundings, options);
    const { rounds, seconds: secondsPerRound } = options;
    const commit = commitOf(ROOT);
    const report = { machine, commit, takenAt, rounds, secondsPerRound, sides, stories, starts };
    if (!options.writes) return;
    for (const file of writeReport(RESULTS, report)) console.log(`Written: ${file}`);
  } finally {
    surroundings.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

const options = readOptions(process.argv.slice(2));
if (options === 'help') console.log(`${HELP}\n\nPeers from npm: ${INSTALL_COMMAND}`);
else await runBench(options);
