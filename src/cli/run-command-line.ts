import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { toEdgeError } from '../base/edge-error.ts';
import { suggestName } from '../config/suggest.ts';
import { type Command, type CommandInput, parseArgsOptions, UsageError } from './command.ts';
import { COMMANDS } from './commands.ts';
import { type ExitCode, FAILED, INVALID, OK } from './exit-codes.ts';
import { commandHelp, generalHelp } from './help.ts';
import { print, printError, styled } from './terminal.ts';

/** Runs the command that the arguments name. Resolves with the exit code; every failure is one line on stderr. */
export async function runCommandLine(args: readonly string[]): Promise<ExitCode> {
  // Whoever read our output may have gone, as `head` does; a server goes on all the same.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  try {
    return await run(args);
  } catch (thrown) {
    if (thrown instanceof UsageError) {
      report(thrown.message);
      return INVALID;
    }
    const { code, message, cause } = toEdgeError(thrown);
    // A fault of ours: the stack is what its report needs.
    report(code === 'EDGE_INTERNAL' && cause instanceof Error ? (cause.stack ?? message) : message);
    return FAILED;
  }
}

async function run([name, ...rest]: readonly string[]): Promise<ExitCode> {
  switch (name) {
    case undefined:
      for (const line of generalHelp()) printError(line);
      return INVALID;
    case '--help':
    case '-h':
      return printLines(generalHelp());
    case 'help':
      return rest[0] === undefined ? printLines(generalHelp()) : await run([rest[0], '--help']);
    case '--version':
    case '-v':
      return printLines([packageVersion()]);
    default:
      return await runCommand(name, rest);
  }
}

async function runCommand(name: string, args: readonly string[]): Promise<ExitCode> {
  const row = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (row === undefined) throw unknownCommand(name);
  const command = await row.load();
  const input = inputOf(name, command, args);
  return input === 'help' ? printLines(commandHelp(name, command)) : await command.run(input);
}

function unknownCommand(name: string): UsageError {
  const names = Object.keys(COMMANDS);
  const what = name.startsWith('-') ? 'Option' : 'Command';
  const expected = `expected one of ${names.join(', ')}`;
  return new UsageError(`${what} "${name}" is not known, ${expected}${hint(name, names)}`);
}

function inputOf(name: string, command: Command, args: readonly string[]): CommandInput | 'help' {
  const { tokens } = parseArgs({
    args: [...args],
    options: parseArgsOptions(command),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const options: Record<string, string> = {};
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    if (token.name === 'help') return 'help';
    options[token.name] = optionValue(name, command, token);
  }
  checkPositionals(name, command, positionals);
  return { options, positionals };
}

function optionValue(
  name: string,
  command: Command,
  token: { readonly name: string; readonly rawName: string; readonly value?: string | undefined },
): string {
  const names = Object.keys(command.options);
  if (!Object.hasOwn(command.options, token.name)) {
    const known = [...names, 'help'].map((option) => `--${option}`);
    const expected = `expected one of ${known.join(', ')}`;
    throw new UsageError(
      `Option ${token.rawName} of isoedge ${name} is not known, ${expected}${hint(token.rawName, known)}`,
    );
  }
  if (token.value === undefined || token.value === '') {
    const { value } = command.options[token.name] ?? { value: 'VALUE' };
    throw new UsageError(`Option ${token.rawName} of isoedge ${name} needs a value: ${value}`);
  }
  return token.value;
}

function checkPositionals(name: string, command: Command, positionals: readonly string[]): void {
  const missing = command.positionals[positionals.length];
  if (missing !== undefined) throw new UsageError(`isoedge ${name} needs ${missing}`);
  const extra = positionals[command.positionals.length];
  if (extra !== undefined) {
    throw new UsageError(`Argument "${extra}" of isoedge ${name} is not understood`);
  }
}

function hint(word: string, names: readonly string[]): string {
  const meant = suggestName(word, names);
  return meant === undefined ? '' : `; did you mean "${meant}"?`;
}

function printLines(lines: readonly string[]): ExitCode {
  for (const line of lines) print(line);
  return OK;
}

function report(message: string): void {
  printError(`${styled('red', 'isoedge:', process.stderr)} ${message}`);
}

/** The package of this file: two folders up, from sources and from `dist/` alike. */
function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
