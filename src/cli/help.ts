import type { Command } from './command.ts';
import { COMMANDS } from './commands.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { columns } from './terminal.ts';

/** `isoedge --help`. */
export function generalHelp(): readonly string[] {
  const commands = Object.entries(COMMANDS).map(([name, { text }]) => [`  ${name}`, text]);
  const codes = Object.values(EXIT_CODES).map(({ code, text }) => [`  ${code}`, text]);
  return [
    'Usage: isoedge COMMAND [OPTIONS]',
    '',
    'Commands:',
    ...columns(commands),
    '',
    'isoedge COMMAND --help says more about one; isoedge --version prints the version.',
    '',
    'Exit codes:',
    ...columns(codes),
  ];
}

/** `isoedge COMMAND --help`. */
export function commandHelp(name: string, command: Command): readonly string[] {
  const options = Object.entries(command.options).map(([option, row]) => {
    const short = row.short === undefined ? '' : `-${row.short}, `;
    return [`  ${short}--${option} ${row.value}`, row.text];
  });
  const notes = command.notes ?? [];
  return [
    usageOf(name, command),
    '',
    `${COMMANDS[name]?.text ?? ''}.`,
    '',
    'Options:',
    ...columns([...options, ['  -h, --help', 'Prints this']]),
    ...(notes.length === 0 ? [] : ['', ...notes]),
  ];
}

/** The line that shows how a command is called. */
export function usageOf(name: string, command: Command): string {
  const options = Object.entries(command.options).map(([option, { value, isRequired }]) =>
    isRequired === true ? `--${option} ${value}` : `[--${option} ${value}]`,
  );
  return ['Usage: isoedge', name, ...command.positionals, ...options].join(' ');
}
