import type { EdgeConfig } from '../../config/config.ts';
import { suggestName } from '../../config/suggest.ts';
import { loadFunction } from '../../function/load-function.ts';
import { type Command, type CommandInput, requiredOption, UsageError } from '../command.ts';
import { readConfigFile } from '../config-file.ts';
import { INVALID, OK } from '../exit-codes.ts';
import { startFunction } from '../invoke-function.ts';
import { readEvents } from '../read-events.ts';
import type { RepeatableSources } from '../repeatable.ts';
import { print, printError } from '../terminal.ts';

export const invokeCommand: Command = {
  positionals: ['FUNCTION'],
  options: {
    config: { value: 'FILE', text: 'The configuration file', isRequired: true, short: 'c' },
    event: {
      value: 'FILE',
      text: 'One event as JSON, or one per line; - is stdin',
      isRequired: true,
    },
    now: { value: 'ISO', text: 'The time that the function sees, such as 2026-01-31T12:00:00Z' },
    random: { value: 'LIST', text: 'What Math.random gives, in turn, such as 0.1,0.7' },
  },
  notes: [
    'Prints one JSON line per event: outcome, result or error, verdict and reason, logs, wallMs, cpuMs, memoryMb.',
    'The function runs in a sealed host with its limits, as at the edge. Stacks of errors go to stderr.',
    'Exits with 0 when every event has its line, whatever the function did with it.',
  ],
  run: async (input) => {
    const sources = sourcesOf(input);
    const events = readEvents(requiredOption(input, invokeCommand, 'event'));
    const config = readConfigFile(requiredOption(input, invokeCommand, 'config'));
    if (config === undefined) return INVALID;
    const load = await loadFunction(functionOf(config, input), { baseDir: config.baseDir });
    if (load.kind === 'failed') throw load.error;
    const running = await startFunction(load.package, sources, (trace) => {
      for (const line of trace) printError(line);
    });
    try {
      for (const event of events) print(JSON.stringify(await running.invoke(event)));
    } finally {
      await running.dispose();
    }
    return OK;
  },
};

function functionOf(
  config: EdgeConfig,
  { positionals }: CommandInput,
): EdgeConfig['functions'][string] {
  const [name = ''] = positionals;
  const names = Object.keys(config.functions);
  const found = Object.hasOwn(config.functions, name) ? config.functions[name] : undefined;
  if (found !== undefined) return found;
  const meant = suggestName(name, names);
  const expected =
    names.length === 0 ? 'but the file has no functions' : `expected one of ${names.join(', ')}`;
  const hint = meant === undefined ? '' : `; did you mean "${meant}"?`;
  throw new UsageError(`Function "${name}" is not known, ${expected}${hint}`);
}

function sourcesOf({ options }: CommandInput): RepeatableSources {
  const { now, random } = options;
  return {
    ...(now === undefined ? {} : { nowMs: pointInTime(now) }),
    ...(random === undefined ? {} : { randoms: random.split(',').map(randomNumber) }),
  };
}

function pointInTime(text: string): number {
  const nowMs = Date.parse(text);
  if (Number.isFinite(nowMs)) return nowMs;
  throw new UsageError(`Cannot use --now "${text}": expected a time such as 2026-01-31T12:00:00Z`);
}

function randomNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value < 1) return value;
  throw new UsageError(`Cannot use --random with "${text}": expected numbers from 0 to below 1`);
}
