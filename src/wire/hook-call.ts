/** What a call to a hook host can end with. The edge worker's view; the host's frames are in `frame.ts`. */

/** One captured `console.*` line or write to stdout/stderr of a function. */
export interface FunctionLogLine {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';
  readonly message: string;
}

/** What a call cost. `cpuMs` is the sum of its synchronous stretches. */
export interface CallCost {
  readonly wallMs: number;
  readonly cpuMs: number;
  /** Heap and external memory of the environment after the call, in MiB; absent when it was not sampled. */
  readonly memoryMb?: number;
}

/** An error that the function itself produced: thrown, rejected, or given to the callback. Lambda's error payload. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  /** Stack lines; positions are those of the bundle until `function/` maps them back. */
  readonly trace: readonly string[];
}
