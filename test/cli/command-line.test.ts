import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { runCommand } from './run-cli.ts';

describe('isoedge', () => {
  test.each([
    ['a command', ['srve'], /^isoedge: Command "srve" is not known, .*; did you mean "serve"\?\n$/],
    [
      'an option',
      ['serve', '--confg', 'a'],
      /^isoedge: Option --confg .*; did you mean "--config"\?\n$/,
    ],
    ['an option before the command', ['--confg'], /^isoedge: Option "--confg" is not known, .*\n$/],
    ['a missing option', ['serve'], /^isoedge: Option --config FILE is required\n$/],
    [
      'a missing value',
      ['serve', '--config'],
      /^isoedge: Option --config .* needs a value: FILE\n$/,
    ],
    [
      'a missing argument',
      ['invoke', '--config', 'a', '--event', 'b'],
      /^isoedge: .*needs FUNCTION\n$/,
    ],
    ['one argument too many', ['check', 'a', '--config', 'b'], /^isoedge: Argument "a" .*\n$/],
    [
      'a port that is none',
      ['demo-origin', '--port', '65536'],
      /^isoedge: Cannot use --port "65536".*\n$/,
    ],
  ])('a mistake in %s is one line and exit code 2', async (_case, args, line) => {
    const { code, stdout, stderr } = await runCommand(args);
    expect(stderr).toMatch(line);
    expect(code).toBe(2);
    expect(stdout).toBe('');
  });

  test('--help lists every command and exit code', async () => {
    const { code, stdout } = await runCommand(['--help']);
    expect(code).toBe(0);
    for (const name of Object.keys(COMMANDS))
      expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect(stdout).toMatch(/^ {2}130 /m);
  });

  test.each(Object.keys(COMMANDS))('%s --help shows its options', async (name) => {
    const { code, stdout } = await runCommand([name, '--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^Usage: isoedge ${name}`));
    expect(stdout).toContain('-h, --help');
  });

  test('--version prints the version of the package', async () => {
    const { stdout } = await runCommand(['--version']);
    const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    expect(stdout).toBe(`${(JSON.parse(text) as { version: string }).version}\n`);
  });
});
