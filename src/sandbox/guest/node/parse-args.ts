import { nodeError } from '../core/node-error.ts';

interface OptionConfig {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly multiple?: boolean;
  readonly default?: unknown;
}

interface Config {
  readonly args?: readonly string[];
  readonly options?: Readonly<Record<string, OptionConfig>>;
  readonly strict?: boolean;
  readonly allowPositionals?: boolean;
}

type Values = Record<string, unknown>;

function store(values: Values, name: string, value: unknown, isMultiple = false): void {
  if (!isMultiple) values[name] = value;
  else values[name] = [...((values[name] as unknown[] | undefined) ?? []), value];
}

/** What one pass over the arguments fills. */
interface Parsed {
  readonly values: Values;
  readonly positionals: string[];
}

interface Parser extends Parsed {
  readonly queue: string[];
  readonly options: Readonly<Record<string, OptionConfig>>;
  readonly byShort: ReadonlyMap<string | undefined, string>;
  readonly isStrict: boolean;
}

interface Written {
  readonly dashes: string;
  readonly rest: string;
  readonly inline: string | undefined;
}

function written(arg: string): Written {
  const [, dashes = '', rest = '', inline] = /^(--?)([^=]+)(?:=(.*))?$/s.exec(arg) ?? [];
  return { dashes, rest, inline };
}

function readOption(parser: Parser, arg: string): void {
  const { dashes, rest, inline } = written(arg);
  const isShort = dashes === '-';
  const name = isShort ? (parser.byShort.get(rest[0]) ?? rest) : rest;
  const option = parser.options[name];
  if (option !== undefined) {
    const attached = inline ?? (isShort ? rest.slice(1) || undefined : undefined);
    const value = option.type === 'string' ? (attached ?? parser.queue.shift()) : true;
    store(parser.values, name, value, option.multiple);
  } else if (parser.isStrict) {
    const message = `Unknown option '${dashes}${rest}'`;
    throw nodeError(TypeError, 'ERR_PARSE_ARGS_UNKNOWN_OPTION', message);
  } else {
    store(parser.values, name, inline ?? true);
  }
}

function addDefaults({ options, values }: Parser): void {
  for (const [name, option] of Object.entries(options)) {
    if (option.default !== undefined && !(name in values)) values[name] = option.default;
  }
}

function readArgument(parser: Parser, arg: string): void {
  if (arg === '--') parser.positionals.push(...parser.queue.splice(0));
  else if (!arg.startsWith('-') || arg === '-') parser.positionals.push(arg);
  else readOption(parser, arg);
}

/** The common part of util.parseArgs: long and short options, values, positionals, `--`. */
export function parseArgs(config: Config = {}): Parsed {
  const { args = [], options = {}, strict = true, allowPositionals = !strict } = config;
  const queue = args.slice();
  const values = Object.create(null) as Values;
  const byShort = new Map(Object.entries(options).map(([name, { short }]) => [short, name]));
  const parser: Parser = { values, positionals: [], queue, options, byShort, isStrict: strict };
  const { positionals } = parser;
  for (let arg = queue.shift(); arg !== undefined; arg = queue.shift()) readArgument(parser, arg);
  if (positionals.length > 0 && !allowPositionals) {
    const unexpected = `Unexpected argument '${positionals[0] ?? ''}'`;
    const message = `${unexpected}. This command does not take positional arguments`;
    throw nodeError(TypeError, 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL', message);
  }
  addDefaults(parser);
  return { values, positionals };
}
