import { readFileSync } from 'node:fs';

/** How one hostile program must end. */
export interface HostileProgram {
  readonly name: string;
  /**
   * Error codes that are right for it. `none`: a legal answer, because the attempt comes to
   * nothing.
   */
  readonly ends: readonly string[];
}

/** Programs that share their limits, and one edge. */
export interface HostileGroup {
  readonly title: string;
  readonly limits: {
    readonly cpuMs: number;
    readonly timeoutMs: number;
    readonly memoryMb: number;
  };
  readonly programs: readonly HostileProgram[];
}

const CPU = 'EDGE_HOOK_CPU';
const MEMORY = 'EDGE_HOOK_MEMORY';
const TIMEOUT = 'EDGE_HOOK_TIMEOUT';
const THREW = 'EDGE_HOOK_THREW';
const VALIDATION = 'EDGE_HOOK_VALIDATION';
const EXITED = 'EDGE_HOOK_EXITED';

function all(ends: readonly string[], names: readonly string[]): HostileProgram[] {
  return names.map((name) => ({ name, ends }));
}

/** Every program of `programs/`, by what it is after. */
export const HOSTILE_GROUPS: readonly HostileGroup[] = [
  {
    title: 'loops',
    limits: { cpuMs: 50, timeoutMs: 1000, memoryMb: 128 },
    programs: all(
      [CPU],
      [
        'loop',
        'promise-loop',
        'await-loop',
        'resumed-loop',
        'timer-loop',
        'immediate-storm',
        'tick-loop',
        'recursion',
        'spread',
        'wasm-loop',
        'atomics-wait',
        'regex',
      ],
    ),
  },
  {
    title: 'results and built-ins that never return',
    limits: { cpuMs: 50, timeoutMs: 1000, memoryMb: 128 },
    programs: all(
      [CPU],
      [
        'getter-loop',
        'json-hook',
        'thenable-loop',
        'proxy-loop',
        'error-loop',
        'patched-globals',
        'sort',
        'bigint',
        'bigint-text',
        'pbkdf2',
        'json-stringify',
        'spread-arguments',
        'clone-grow',
      ],
    ),
  },
  {
    title: 'memory',
    limits: { cpuMs: 3000, timeoutMs: 3000, memoryMb: 64 },
    programs: [
      ...all(
        [MEMORY],
        ['array-fill', 'array-grow', 'map-grow', 'string-split', 'promise-pile', 'wasm-memory'],
      ),
      ...all([MEMORY], ['json-parse', 'string-double', 'string-replace']),
      // These are refused with an error, before or after the limit is reached.
      ...all([MEMORY, THREW], ['scrypt', 'buffer-grow', 'zip-bomb']),
    ],
  },
  {
    title: 'calls that never end, or end too much',
    limits: { cpuMs: 50, timeoutMs: 300, memoryMb: 128 },
    programs: [
      ...all([TIMEOUT], ['never', 'interval']),
      // An event loop with nothing in it ends the call, as on Lambda: without a result.
      ...all([VALIDATION, EXITED], ['nothing']),
      ...all([EXITED], ['exit']),
      ...all([THREW], ['rejection', 'uncaught', 'throw-proxy']),
    ],
  },
  {
    title: 'floods of the edge worker',
    limits: { cpuMs: 500, timeoutMs: 1000, memoryMb: 128 },
    programs: [
      ...all([CPU, TIMEOUT], ['log-flood', 'log-many', 'fetch-flood']),
      ...all([THREW, MEMORY, CPU, TIMEOUT], ['huge-result', 'huge-error']),
      ...all([THREW, VALIDATION, CPU, TIMEOUT], ['wide-result', 'deep-result']),
      ...all(['none'], ['wasm-leak']),
    ],
  },
];

export function codeOf(name: string): string {
  return readFileSync(new URL(`programs/${name}.js`, import.meta.url), 'utf8');
}
