import type { ParseArgsOptionsConfig } from 'node:util';
import type { ExitCode } from './exit-codes.ts';

/** One option of a command. All take a value; `--help` is added to every command. */
export interface OptionRow {
  /** Stands for the value in the help, such as `FILE`. */
  readonly value: string;
  readonly text: string;
  readonly isRequired?: true;
  readonly short?: string;
}

/** What a command was called with, checked against its tables. */
export interface CommandInput {
  readonly options: Readonly<Record<string, string | undefined>>;
  readonly positionals: readonly string[];
}

/** One command of the command line. What it does is said in `commands.ts`. */
export interface Command {
  /** Names of the arguments that are no options; all are required. */
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, OptionRow>>;
  /** Lines after the options in the help. */
  readonly notes?: readonly string[];
  /** Rejects with a UsageError for a value that cannot be, with an EdgeError if it cannot be done. */
  run(input: CommandInput): Promise<ExitCode>;
}

/** A command line that is not understood. The message is one line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The options in the form that `parseArgs` takes. */
export function parseArgsOptions(command: Command): ParseArgsOptionsConfig {
  const rows = Object.entries(command.options).map(([name, { short }]) => [
    name,
    { type: 'string', ...(short === undefined ? {} : { short }) } as const,
  ]);
  return { ...Object.fromEntries(rows), help: { type: 'boolean', short: 'h' } };
}

/** The value of an option that the table says is required. */
export function requiredOption(input: CommandInput, command: Command, name: string): string {
  const value = input.options[name];
  if (value !== undefined) return value;
  throw new UsageError(`Option --${name} ${command.options[name]?.value ?? ''} is required`);
}

/** The port that an option gives, or the default. */
export function portOption({ options }: CommandInput, name: string, fallback: number): number {
  const text = options[name];
  if (text === undefined) return fallback;
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new UsageError(`Cannot use --${name} "${text}": expected a port from 0 to 65535`);
}
