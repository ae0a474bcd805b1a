/** Results as JSON for machines and as a Markdown table for people. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadResult } from './load.ts';
import type { Machine } from './machine.ts';

/** One run of load against one side. CPU is in milliseconds by role. */
export interface Round extends LoadResult {
  readonly cpuMs: Readonly<Record<string, number>>;
}

/** One side of a story; rounds in the order of time. */
export interface SideResult {
  readonly side: string;
  readonly rounds: readonly Round[];
}

export interface StoryResult {
  readonly story: string;
  readonly does: string;
  readonly load: string;
  readonly sides: readonly SideResult[];
}

/** Start and idle memory of an edge with two functions. */
export interface StartResult {
  readonly side: string;
  /** The first start has no compiled sources to begin with, as after an install. */
  readonly firstServedMs: readonly number[];
  readonly rssMib: Readonly<Record<string, number>>;
  /** Supervisor, worker and the hosts of the two functions. */
  readonly rssMibWithoutSpare: number;
  readonly totalRssMib: number;
  readonly totalPssMib: number;
}

export interface Report {
  readonly machine: Machine;
  readonly commit: string;
  readonly takenAt: string;
  readonly rounds: number;
  readonly secondsPerRound: number;
  readonly sides: Readonly<Record<string, string>>;
  readonly stories: readonly StoryResult[];
  readonly starts: readonly StartResult[];
}

/** Figures of one side: medians of its rounds. CPU is in microseconds per request. */
export interface Figures {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly cpuUs: number;
  readonly cpuUsByRole: Readonly<Record<string, number>>;
  readonly failures: number;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

function cpuUsOf(round: Round): number {
  const totalMs = Object.values(round.cpuMs).reduce((sum, ms) => sum + ms, 0);
  return (totalMs * 1000) / round.replies;
}

export function figuresOf({ rounds }: SideResult): Figures {
  const of = (read: (round: Round) => number): number => median(rounds.map(read));
  const roles = [...new Set(rounds.flatMap(({ cpuMs }) => Object.keys(cpuMs)))].sort();
  const byRole = roles.map((role) => [
    role,
    of(({ cpuMs, replies }) => ((cpuMs[role] ?? 0) * 1000) / replies),
  ]);
  return {
    perSecond: of(({ replies, seconds }) => replies / seconds),
    p50: of(({ p50 }) => p50),
    p99: of(({ p99 }) => p99),
    p999: of(({ p999 }) => p999),
    cpuUs: of(cpuUsOf),
    cpuUsByRole: Object.fromEntries(byRole) as Record<string, number>,
    failures: rounds.reduce((sum, { failures }) => sum + failures, 0),
  };
}

/**
 * How much CPU per request one side takes beside another: the median of the ratios of rounds that ran one after the other, so
 * that a busy machine is busy for both.
 */
export function cpuRatio(side: SideResult, other: SideResult): number {
  return median(
    side.rounds.flatMap((round, index) => {
      const beside = other.rounds[index];
      return beside === undefined ? [] : [cpuUsOf(round) / cpuUsOf(beside)];
    }),
  );
}

const STORY_HEAD = [
  'Side',
  'CPU µs/request',
  'isoedge ÷ it',
  'req/s',
  'p50 ms',
  'p99 ms',
  'p99.9 ms',
  'CPU by process, µs/request',
  'failed',
];

function tableLine(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = head.map((_, index) => (index === 0 ? '---' : '---:'));
  return [head, rule, ...rows].map(tableLine).join('\n');
}

function milliseconds(us: number): string {
  return (us / 1000).toFixed(2);
}

/** The table of one story; the first side is isoedge. */
export function storyTable({ sides }: StoryResult): string {
  const [own] = sides;
  const rows = sides.map((side) => {
    const figures = figuresOf(side);
    const byRole = Object.entries(figures.cpuUsByRole)
      .filter(([, us]) => us >= 0.05)
      .map(([role, us]) => `${role} ${us.toFixed(1)}`);
    return [
      side.side,
      figures.cpuUs.toFixed(1),
      own === undefined || own === side ? '' : cpuRatio(own, side).toFixed(2),
      Math.round(figures.perSecond).toLocaleString('en'),
      milliseconds(figures.p50),
      milliseconds(figures.p99),
      milliseconds(figures.p999),
      byRole.join(', '),
      String(figures.failures),
    ];
  });
  return tableOf(STORY_HEAD, rows);
}

const START_HEAD = [
  'Side',
  'first start ms',
  'later starts ms',
  'RSS without spare MiB',
  'RSS MiB',
  'PSS MiB',
  'RSS by process, MiB',
];

export function startTable(starts: readonly StartResult[]): string {
  const rows = starts.map((start) => {
    const [first = Number.NaN, ...later] = start.firstServedMs;
    const byRole = Object.entries(start.rssMib).map(([role, mib]) => `${role} ${mib.toFixed(0)}`);
    return [
      start.side,
      first.toFixed(0),
      later.length === 0 ? '' : median(later).toFixed(0),
      start.rssMibWithoutSpare.toFixed(0),
      start.totalRssMib.toFixed(0),
      start.totalPssMib.toFixed(0),
      byRole.join(', '),
    ];
  });
  return tableOf(START_HEAD, rows);
}

/** The whole report as Markdown. */
export function markdownOf(report: Report): string {
  const { machine, commit, takenAt, rounds, secondsPerRound, sides, stories, starts } = report;
  const parts = [
    '# Load stories: latest results',
    `Commit ${commit}, ${takenAt}. ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGib} GiB, Linux ${machine.kernel}, Node.js ${machine.node}; load average ${machine.loadAverage} at the start.`,
    `Each figure is the median of ${rounds} rounds of ${secondsPerRound} s; the sides of a story take turns. The machine is shared and the load generator runs on it too: compare within a table, and go by CPU per request. "isoedge ÷ it" is the median ratio of CPU per request of neighbouring rounds; below 1 isoedge needs less.`,
    Object.entries(sides)
      .map(([side, version]) => `* ${side}: ${version}`)
      .join('\n'),
  ];
  for (const story of stories) {
    parts.push(`## ${story.story}`, `${story.does}; ${story.load}.`, storyTable(story));
  }
  if (starts.length > 0) {
    const text =
      'From the start of the process to the first reply through two hooks; memory some seconds later, with a warm spare host that is counted too.';
    parts.push('## start', text, startTable(starts));
  }
  return `${parts.join('\n\n')}\n`;
}

/** Writes `<date>-<commit>.json` and `latest.md`. Returns the paths. */
export function writeReport(folder: string, report: Report): readonly string[] {
  mkdirSync(folder, { recursive: true });
  const json = join(folder, `${report.takenAt.slice(0, 10)}-${report.commit}.json`);
  const markdown = join(folder, 'latest.md');
  writeFileSync(json, `${JSON.stringify(report, undefined, 1)}\n`);
  writeFileSync(markdown, markdownOf(report));
  return [json, markdown];
}
