import { checkFunctions } from '../../app/check-functions.ts';
import type { FunctionPackage } from '../../function/function-package.ts';
import { type Command, requiredOption } from '../command.ts';
import { readConfigFile } from '../config-file.ts';
import { INVALID, OK } from '../exit-codes.ts';
import { columns, print, printError, styled } from '../terminal.ts';

export const checkCommand: Command = {
  positionals: [],
  options: {
    config: { value: 'FILE', text: 'The configuration file', isRequired: true, short: 'c' },
  },
  notes: [
    'Every problem is a line on stderr: its place in the file, what is there, what is expected.',
    'Functions are loaded as for serving: bundled, and started in sealed hook hosts under their limits.',
  ],
  run: async (input) => {
    const file = requiredOption(input, checkCommand, 'config');
    const config = readConfigFile(file);
    if (config === undefined) return INVALID;
    const { loaded, failures, warnings } = await checkFunctions(config);
    for (const line of columns(loaded.map(loadedRow))) print(line);
    for (const warning of warnings) {
      printError(`${styled('yellow', 'warning', process.stderr)} ${warning}`);
    }
    for (const { code, message } of failures) {
      printError(`${styled('red', code, process.stderr)} ${message}`);
    }
    if (failures.length > 0) return INVALID;
    const { behaviors, origins } = config;
    const counts = [
      count(behaviors.length, 'behavior'),
      count(Object.keys(origins).length, 'origin'),
      count(loaded.length, 'function'),
    ];
    print(`${styled('green', 'ok')} ${file}: ${counts.join(', ')}`);
    return OK;
  },
};

function loadedRow(loaded: FunctionPackage): string[] {
  const { name, version, config } = loaded;
  return [`function ${name}`, config.runtime, version, sizeText(loaded)];
}

function sizeText({ program, files }: FunctionPackage): string {
  const packed = Object.values(files);
  const code = `${kilobytes(Buffer.byteLength(program.text))} of code`;
  if (packed.length === 0) return code;
  const bytes = packed.reduce((sum, base64) => sum + Buffer.byteLength(base64, 'base64'), 0);
  return `${code}, ${kilobytes(bytes)} in ${count(packed.length, 'file')}`;
}

function kilobytes(bytes: number): string {
  return bytes < 1024 ? `${bytes} bytes` : `${(bytes / 1024).toFixed(1)} KiB`;
}

function count(number: number, noun: string): string {
  return number === 1 ? `1 ${noun}` : `${number} ${noun}s`;
}
