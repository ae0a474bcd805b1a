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

/** The common part of util.parseArgs: long and short options, values, positionals, `--`. */
export function parseArgs(config: Config = {}): { values: Values; positionals: string[] } {
  const { options = {}, strict = true, allowPositionals = !strict } = config;
  const queue = [...(config.args ?? [])];
  const values = Object.create(null) as Values;
  const positionals: string[] = [];
  const byShort = new Map(Object.entries(options).map(([name, { short }]) => [short, name]));
  for (let arg = queue.shift(); arg !== undefined; arg = queue.shift()) {
    if (arg === '--') {
      positionals.push(...queue.splice(0));
    } else if (!arg.startsWith('-') || arg === '-') {
      positionals.push(arg);
    } else {
      const [, dashes = '', rest = '', inline] = /^(--?)([^=]+)(?:=(.*))?$/s.exec(arg) ?? [];
      const name = dashes === '-' ? (byShort.get(rest[0]) ?? rest) : rest;
      const option = options[name];
      if (option === undefined && strict) {
        throw nodeError(TypeError, 'ERR_PARSE_ARGS_UNKNOWN_OPTION', `Unknown option '${dashes}${rest}'`);
      }
      const attached = inline ?? (dashes === '-' && rest.length > 1 ? rest.slice(1) : undefined);
      const value = option?.type === 'string' ? (attached ?? queue.shift()) : (inline ?? true);
      store(values, name, value, option?.multiple);
    }
  }
  if (positionals.length > 0 && !allowPositionals) {
    const message = `Unexpected argument '${positionals[0] ?? ''}'. This command does not take positional arguments`;
    throw nodeError(TypeError, 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL', message);
  }
  for (const [name, option] of Object.entries(options)) {
    if (option.default !== undefined && !(name in values)) values[name] = option.default;
  }
  return { values, positionals };
}
