import { EdgeError } from '../base/edge-error.ts';
import { compileConfig } from '../config/compile.ts';
import { formatProblem } from '../config/problem.ts';
import type { RunningEdge } from './running-edge.ts';
import { type StartOptions, startEdge } from './start-edge.ts';

/** Options of `createEdge`. */
export interface CreateEdgeOptions extends StartOptions {
  /** Folder that relative paths in the configuration are relative to; default: the working directory. */
  readonly baseDir?: string;
}

/**
 * The programmatic entry: one edge in this process, from the same configuration as the file, without supervisor and admin listener. Call
 * `listen` on the result, and `drain` or `close` at the end. Rejects with EDGE_CONFIG_INVALID, whose message has one line
 * for each problem.
 */
export async function createEdge(
  input: unknown,
  options: CreateEdgeOptions = {},
): Promise<RunningEdge> {
  const compiled = compileConfig(input, options.baseDir ?? process.cwd());
  if (compiled.kind === 'invalid') {
    const lines = compiled.problems.map((problem) => `  ${formatProblem(problem)}`);
    throw new EdgeError(
      'EDGE_CONFIG_INVALID',
      ['Cannot use the configuration:', ...lines].join('\n'),
    );
  }
  return startEdge(compiled.config, options);
}

export type { ReloadOutcome, RunningEdge } from './running-edge.ts';
