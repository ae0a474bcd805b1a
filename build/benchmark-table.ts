import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cpuRatio, figuresOf, type Report, type SideResult } from '../bench/load/report.ts';
import { markdownTable } from './markdown.ts';

const RESULTS = fileURLToPath(new URL('../bench/results', import.meta.url));

const NO_RESULTS =
  'No results have been committed for this version yet; run the command to get them for your machine.';

/** The benchmark section of `README.md`: the latest results in `bench/results`, or the plain fact that there are none. */
export function benchmarkSection(): string {
  const report = latestReport();
  return report === undefined ? NO_RESULTS : sectionOf(report);
}

function latestReport(): Report | undefined {
  const reports = globSync('*.json', { cwd: RESULTS }).map(
    (file) => JSON.parse(readFileSync(`${RESULTS}/${file}`, 'utf8')) as Report,
  );
  return reports.toSorted((a, b) => (a.takenAt < b.takenAt ? 1 : -1))[0];
}

const HEAD = ['Story', 'Side', 'CPU µs/request', 'isoedge ÷ it', 'req/s', 'p50 ms', 'p99 ms'];

function sectionOf({ machine, commit, takenAt, rounds, secondsPerRound, stories }: Report): string {
  const rows = stories.flatMap(({ story, sides }) =>
    sides.map((side, index) => storyRow(index === 0 ? story : '', side, sides[0] ?? side)),
  );
  const origin =
    `Commit ${commit}, ${takenAt.slice(0, 10)}: ${machine.cpu}, ${machine.cores} cores, Node.js ${machine.node}; ` +
    `medians of ${rounds} rounds of ${secondsPerRound} s, the sides of a story taking turns on one machine with their load generator. ` +
    'Compare within a story, and go by CPU per request. All figures: [bench/results/latest.md](bench/results/latest.md).';
  return `${markdownTable(HEAD, rows)}\n\n${origin}`;
}

function storyRow(story: string, side: SideResult, own: SideResult): string[] {
  const { cpuUs, perSecond, p50, p99 } = figuresOf(side);
  return [
    story,
    side.side,
    cpuUs.toFixed(1),
    side === own ? '' : cpuRatio(own, side).toFixed(2),
    Math.round(perSecond).toLocaleString('en-US'),
    (p50 / 1000).toFixed(2),
    (p99 / 1000).toFixed(2),
  ];
}
