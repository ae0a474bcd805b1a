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

function readOption(parser: Parser, arg: string): void {
  const [, dashes = '', rest = '', inline] = /^(--?)([^=]+)(?:=(.*))?$/s.exec(arg) ?? [];
  const isShort = dashes === '-';
  const name = isShort ? (parser.byShort.get(rest[0]) ?? rest) : rest;
  const option = parser.options[name];
  if (option === undefined && parser.isStrict) {
    const message = `Unknown option '${dashes}${rest}'`;
    throw nodeError(TypeError, 'ERR_PARSE_ARGS_UNKNOWN_OPTION', message);
  }
  const attached = isShort && rest.length > 1 ? rest.slice(1) : undefined;
  const isText = option?.type === 'string';
  const value = isText ? (inline ?? attached ?? parser.queue.shift()) : (inline ?? true);
  store(parser.values, name, value, option?.multiple);
}

function addDefaults({ options, values }: Parser): void {
  for (const [name, option] of Object.entries(options)) {
    if (option.default !== undefined && !(name in values)) values[name] = option.default;
  }
}

/** The common part of util.parseArgs: long and short options, values, positionals, `--`. */
export function parseArgs(config: Config = {}): Parsed {
  const { options = {}, strict = true, allowPositionals = !strict } = config;
  const queue = [...(config.args ?? [])];
  const values = Object.create(null) as Values;
  const byShort = new Map(Object.entries(options).map(([name, { short }]) => [short, name]));
  const parser: Parser = { values, positionals: [], queue, options, byShort, isStrict: strict };
  const { positionals } = parser;
  for (let arg = queue.shift(); arg !== undefined; arg = queue.shift()) {
    if (arg === '--') positionals.push(...queue.splice(0));
    else if (!arg.startsWith('-') || arg === '-') positionals.push(arg);
    else readOption(parser, arg);
  }
  if (positionals.length > 0 && !allowPositionals) {
    const message = `Unexpected argument '${positionals[0] ?? ''}'. This command does not take positional arguments`;
    throw nodeError(TypeError, 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL', message);
  }
  addDefaults(parser);
  return { values, positionals };
}
