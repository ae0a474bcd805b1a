import { HOOK_POINTS, type HookPoint } from '../src/hook/hook-point.ts';
import type { CacheResult } from '../src/pipeline/exchange.ts';
import { STEPS, type Step, type StepName } from '../src/pipeline/steps.ts';
import { markdownTable } from './markdown.ts';

/** One situation of a request: which hooks run in it, in their order, and what the viewer reads in X-Cache. */
export interface Situation {
  readonly situation: string;
  readonly hooks: readonly HookPoint[];
  readonly result: CacheResult;
  /** What the table does not say by itself. */
  readonly note?: string;
}

const [VREQ, OREQ, ORES, VRES] = HOOK_POINTS;

/**
 * Which hook runs when, for a behavior with a function at all four points. test/architecture/lifecycle.test.ts sends the
 * requests and sees that it is so.
 */
export const SITUATIONS = {
  miss: {
    situation: 'Miss, response below 400',
    hooks: [VREQ, OREQ, ORES, VRES],
    result: 'Miss',
  },
  hit: { situation: 'Fresh hit', hooks: [VREQ, VRES], result: 'Hit' },
  validated: {
    situation: 'Stale, the origin answers 304',
    hooks: [VREQ, OREQ, ORES, VRES],
    result: 'RefreshHit',
    note: 'origin-response sees the 304',
  },
  whileRevalidating: {
    situation: 'Stale, served while it is refreshed (stale-while-revalidate)',
    hooks: [VREQ, VRES, OREQ, ORES],
    result: 'Hit',
    note: 'the origin hooks run in the background',
  },
  staleIfError: {
    situation: 'Stale, the origin answers 5xx or not at all (stale-if-error)',
    hooks: [VREQ, OREQ, VRES],
    result: 'Hit',
    note: 'the answer of the origin is dropped unseen',
  },
  originError: {
    situation: 'Miss, response of 400 or above',
    hooks: [VREQ, OREQ, ORES],
    result: 'Error',
  },
  storedError: { situation: 'Hit on a stored error', hooks: [VREQ], result: 'Error' },
  originDown: { situation: 'Origin unreachable', hooks: [VREQ, OREQ], result: 'Error' },
  errorPage: {
    situation: 'Error with a custom error page',
    hooks: [VREQ, OREQ, ORES, OREQ, ORES],
    result: 'Error',
    note: 'the origin hooks run again for the page, unless it is stored',
  },
  viewerGenerated: {
    situation: 'viewer-request generates the response',
    hooks: [VREQ],
    result: 'LambdaGeneratedResponse',
    note: 'not stored',
  },
  originGenerated: {
    situation: 'origin-request generates the response, below 400',
    hooks: [VREQ, OREQ, VRES],
    result: 'LambdaGeneratedResponse',
    note: 'stored as if the origin had sent it',
  },
  generatedHit: {
    situation: 'Later hit on that response',
    hooks: [VREQ, VRES],
    result: 'Hit',
  },
  collapsed: {
    situation: 'Miss that waits for the response to another one',
    hooks: [VREQ, VRES],
    result: 'Hit',
    note: 'the origin hooks run once, for the one that leads',
  },
  unsafe: {
    situation: 'POST and other methods that are not cached',
    hooks: [VREQ, OREQ, ORES, VRES],
    result: 'Miss',
  },
  failover: {
    situation: 'Failover to the second origin of a group',
    hooks: [VREQ, OREQ, OREQ, ORES, VRES],
    result: 'Miss',
    note: 'the answer of the first origin is dropped unseen',
  },
  redirect: { situation: 'Redirect to HTTPS', hooks: [], result: 'Redirect' },
  method: { situation: 'Method not allowed', hooks: [], result: 'Error' },
  hookFailed: {
    situation: 'A hook fails (here viewer-request)',
    hooks: [VREQ],
    result: 'LambdaExecutionError',
    note: 'no hook runs on its error page',
  },
} as const satisfies Readonly<Record<string, Situation>>;

/** The whole of `docs/lifecycle.md`. */
export function lifecyclePage(): string {
  const parts = [
    '# The life of a request',
    '<!-- Made by build/generate-docs.ts from src/pipeline/steps.ts. Do not edit. -->',
    OPENING,
    chart(),
    FAILING,
    '## Steps',
    ...stepEntries().map(([name, step], index) => stepSection(name, step, index + 1)),
    '## Which hook runs when',
    'For a behavior with a function at all four hook points; each row is a test (`test/architecture/lifecycle.test.ts`).',
    situationTable(),
    ON_FAILURE,
  ];
  return `${parts.join('\n\n')}\n`;
}

const OPENING = `Every request of a viewer goes through these steps. Each is one file in
[src/pipeline/steps](../src/pipeline/steps); it does its part and names the step that follows. The table of all steps,
[src/pipeline/steps.ts](../src/pipeline/steps.ts), lists the successors that each may name, and this page is made from it.`;

const FAILING = `Dotted arrows lead to \`fail\` by name. Beside them, what any step throws leads to \`fail\`; only a fault in \`fail\` or
\`reply\` themselves leaves the steps: the listener then answers with a page of its own and status 500.`;

const ON_FAILURE = `When a hook fails, its \`onFailure\` decides: \`fail\` answers with an error page, \`continue\` goes on as if the hook
were absent, \`stale\` sends what is stored for the request, fresh or not, and fails if there is nothing (at
viewer-response the response goes out unchanged). What the viewer gets for each code is in the [error table](errors.md).`;

function stepEntries(): readonly (readonly [StepName, Step])[] {
  return Object.entries(STEPS) as [StepName, Step][];
}

function chart(): string {
  const lines = stepEntries().flatMap(([name, { next }]) =>
    next.map((successor) => `  ${name} ${arrowTo(successor)} ${successor}`),
  );
  const hooks = stepEntries().filter(([name]) => hookOf(name) !== undefined);
  return [
    '```mermaid',
    'flowchart TD',
    '  accepted([request accepted]) --> matchBehavior',
    ...lines,
    '  done([response sent])',
    ...hooks.map(([name]) => `  ${name}[["${name}<br/>hook: ${hookOf(name)}"]]`),
    '```',
  ].join('\n');
}

function arrowTo(successor: string): string {
  return successor === 'fail' ? '-.->' : '-->';
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The hook that a step runs; steps are named after their hook points. */
function hookOf(name: StepName): HookPoint | undefined {
  return HOOK_POINTS.find((point) => point === kebab(name));
}

function fileOf(name: StepName, position: number): string {
  if (name === 'fail') return 'src/pipeline/fail-exchange.ts';
  return `src/pipeline/steps/${String(position).padStart(2, '0')}-${kebab(name)}.ts`;
}

function stepSection(name: StepName, { does, next }: Step, position: number): string {
  const file = fileOf(name, position);
  const successors = next.map((successor) => `\`${successor}\``).join(', ');
  return [`### ${name}`, `${does}.`, `Next: ${successors}. Code: [${file}](../${file}).`].join(
    '\n\n',
  );
}

function situationTable(): string {
  const rows = Object.values<Situation>(SITUATIONS).map(
    ({ situation, hooks, result, note = '' }) => [
      situation,
      ...HOOK_POINTS.map((point) => timesText(hooks.filter((hook) => hook === point).length)),
      `\`${result}\``,
      note,
    ],
  );
  return markdownTable(['Situation', ...HOOK_POINTS, 'X-Cache', 'Note'], rows);
}

function timesText(times: number): string {
  if (times === 0) return '–';
  return times === 1 ? 'yes' : 'twice';
}
