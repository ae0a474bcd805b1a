import type { FunctionPackage } from '../../function/function-package.ts';
import { type FunctionLoad, loadFunctions } from '../../function/load-function.ts';
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
    'Functions are bundled as for serving, but none of their code is run.',
  ],
  run: async (input) => {
    const file = requiredOption(input, checkCommand, 'config');
    const config = readConfigFile(file);
    if (config === undefined) return INVALID;
    const functions = Object.values(config.functions);
    const loads = await loadFunctions(functions, { baseDir: config.baseDir });
    for (const line of columns(loads.flatMap(loadedRow))) print(line);
    const failures = loads.flatMap(reportLoad);
    if (failures.length > 0) return INVALID;
    const { behaviors, origins } = config;
    const counts = [
      count(behaviors.length, 'behavior'),
      count(Object.keys(origins).length, 'origin'),
      count(functions.length, 'function'),
    ];
    print(`${styled('green', 'ok')} ${file}: ${counts.join(', ')}`);
    return OK;
  },
};

function loadedRow(load: FunctionLoad): string[][] {
  if (load.kind === 'failed') return [];
  const { name, version, config } = load.package;
  return [[`function ${name}`, config.runtime, version, sizeText(load.package)]];
}

function sizeText({ program, files }: FunctionPackage): string {
  const packed = Object.values(files);
  const code = `${kilobytes(Buffer.byteLength(program.text))} of code`;
  if (packed.length === 0) return code;
  const bytes = packed.reduce((sum, base64) => sum + Buffer.byteLength(base64, 'base64'), 0);
  return `${code}, ${kilobytes(bytes)} in ${count(packed.length, 'file')}`;
}

function reportLoad(load: FunctionLoad): FunctionLoad[] {
  if (load.kind === 'failed') {
    const { code, message } = load.error;
    printError(`${styled('red', code, process.stderr)} ${message}`);
    return [load];
  }
  const { name } = load.package;
  for (const warning of load.warnings) {
    printError(`${styled('yellow', 'warning', process.stderr)} function "${name}": ${warning}`);
  }
  return [];
}

function kilobytes(bytes: number): string {
  return bytes < 1024 ? `${bytes} bytes` : `${(bytes / 1024).toFixed(1)} KiB`;
}

function count(number: number, noun: string): string {
  return number === 1 ? `1 ${noun}` : `${number} ${noun}s`;
}
