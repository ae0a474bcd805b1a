/** One thing that is wrong with a configuration. All texts are ready to print. */
export interface ConfigProblem {
  /** JSON path such as `behaviors[1].hooks.viewer-request`; `line 3, column 5` for text that is not JSON. */
  readonly path: string;
  /** What is there, as JSON and shortened, or in words. */
  readonly found: string;
  /** A noun phrase: what has to be there. */
  readonly expected: string;
  /** The name that was probably meant. */
  readonly suggestion?: string;
}

export type PathSegment = string | number;
export type ConfigPath = readonly PathSegment[];

const LONGEST_FOUND = 80;
const PLAIN_SEGMENT = /^[A-Za-z_$][\w$-]*$/;

/** One problem as `isoedge check` prints it. */
export function formatProblem(problem: ConfigProblem): string {
  const hint =
    problem.suggestion === undefined ? '' : `; did you mean ${JSON.stringify(problem.suggestion)}?`;
  return `${problem.path}: found ${problem.found}, expected ${problem.expected}${hint}`;
}

/** `['behaviors', 1, 'path']` as `behaviors[1].path`. */
export function formatPath(path: ConfigPath): string {
  let text = '';
  for (const segment of path) {
    if (typeof segment === 'number') text += `[${segment}]`;
    else if (!PLAIN_SEGMENT.test(segment)) text += `[${JSON.stringify(segment)}]`;
    else text += text === '' ? segment : `.${segment}`;
  }
  return text === '' ? 'the configuration' : text;
}

/** A value of the file as a message shows it. */
export function formatFound(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? `a ${typeof value}`;
  return text.length <= LONGEST_FOUND ? text : `${text.slice(0, LONGEST_FOUND - 3)}...`;
}

/** What a check reports: `found` is the value itself. */
export interface Finding {
  readonly path: ConfigPath;
  readonly found: unknown;
  readonly expected: string;
  readonly suggestion?: string | undefined;
}

export function problemOf(finding: Finding): ConfigProblem {
  const { path, found, expected, suggestion } = finding;
  const problem = { path: formatPath(path), found: formatFound(found), expected };
  return suggestion === undefined ? problem : { ...problem, suggestion };
}
