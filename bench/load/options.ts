import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { STORIES, type Story } from './stories.ts';

/** What a run is asked to do. */
export interface RunOptions {
  readonly stories: readonly Story[];
  /** Names of the peers that may take part. */
  readonly peers: readonly string[];
  readonly rounds: number;
  readonly seconds: number;
  readonly hasStarts: boolean;
  /** Another clone, measured beside this one. */
  readonly baseline: string | undefined;
  /** What is started, relative to the clone. */
  readonly entry: string;
  readonly writes: boolean;
}

export const HELP = `npm run bench -- [options]

  --quick            three stories of one second a round; under a minute, writes no results
  --stories A,B      only these; names: ${STORIES.map(({ name }) => name).join(', ')}, start
  --peers A,B        only these peers; "none" for isoedge alone; default: all that are installed
  --seconds N        length of a round; default 4
  --rounds N         rounds of each side; default 3
  --baseline FOLDER  another clone of isoedge, measured as a side of every story
  --entry FILE       what is started of a clone; default src/cli/main.ts, after a build also dist/cli/main.js
  --no-results       prints only, and leaves bench/results alone`;

const ALL_PEERS = ['nginx', 'nginx-tuned', 'nginx-njs', 'varnish', 'workerd', 'http-proxy'];

/** Reads the arguments; `help` when that is what was asked for. Throws TypeError for what is not known. */
export function readOptions(args: readonly string[]): RunOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      stories: { type: 'string' },
      peers: { type: 'string' },
      seconds: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      baseline: { type: 'string' },
      entry: { type: 'string', default: 'src/cli/main.ts' },
      'no-results': { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const { quick } = values;
  const quickNames = STORIES.filter((story) => story.quick).map(({ name }) => name);
  const allNames = [...STORIES.map(({ name }) => name), 'start'];
  const fallback = quick ? [...quickNames, 'start'] : allNames;
  const names = values.stories === undefined ? fallback : listed(values.stories, allNames);
  return {
    stories: STORIES.filter(({ name }) => names.includes(name)),
    hasStarts: names.includes('start'),
    peers: values.peers === undefined ? ALL_PEERS : listed(values.peers, [...ALL_PEERS, 'none']),
    rounds: positive('rounds', values.rounds),
    seconds: positive('seconds', values.seconds ?? (quick ? '1' : '4')),
    baseline: values.baseline === undefined ? undefined : resolve(values.baseline),
    entry: values.entry,
    writes: !quick && !values['no-results'],
  };
}

function listed(text: string, known: readonly string[]): readonly string[] {
  const names = text.split(',');
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  throw new TypeError(`Name "${unknown}" is not known, expected one of ${known.join(', ')}`);
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  throw new TypeError(`Option --${name} is "${text}", expected a number above 0`);
}
