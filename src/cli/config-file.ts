import type { EdgeConfig } from '../config/config.ts';
import { loadConfigFile } from '../config/load.ts';
import { type ConfigProblem, formatProblem } from '../config/problem.ts';
import { printError, styled } from './terminal.ts';

/** The compiled configuration file; `undefined` if it has problems, and then all of them are on stderr. */
export function readConfigFile(file: string): EdgeConfig | undefined {
  const loaded = loadConfigFile(file);
  if (loaded.kind === 'loaded') return loaded.config;
  reportProblems(file, loaded.problems);
  return undefined;
}

function reportProblems(file: string, problems: readonly ConfigProblem[]): void {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  printError(`${styled('red', 'isoedge:', process.stderr)} ${file} has ${count}`);
  for (const problem of problems) printError(`  ${formatProblem(problem)}`);
}
