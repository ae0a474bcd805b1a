/**
 * The messages of the channel. The comment of each type is its body, in order. Numbers are f64,
 * texts UTF-8. `id` is the call for `invoke`, `result`, `failed`, `suspended`, `log` and the
 * operation for `op…`; for `load…` it is the function.
 */

/** Edge worker → hook host. */
export const TO_HOST = {
  /** guest script text · cached bytecode bytes (empty = none). First message of the channel. */
  boot: 1,
  /**
   * settings JSON (`FunctionSettings`) · program text. Starts an environment; `loaded` or
   * `loadFailed` follows.
   */
  load: 2,
  /** (no body) */
  unload: 3,
  /**
   * function id · CPU limit ms · wall limit ms · deadline epoch ms · guarded 0/1 · AWS request id ·
   * event text.
   */
  invoke: 4,
  /** (no body) The caller is gone: the environment is ended. */
  cancel: 5,
  /** ok 0/1 · result JSON · content bytes. */
  opResult: 6,
  /**
   * As `load`, for a function that has loaded before: nothing starts before its first call, and no
   * answer follows.
   */
  keep: 7,
} as const;

/** Hook host → edge worker. */
export const FROM_HOST = {
  /** cached bytecode of the guest script. The host has booted and holds no user code yet. */
  ready: 1,
  /** init ms · heap bytes of the first environment. */
  loaded: 2,
  /** failure kind (`LoadFailure`) · error JSON · ms. */
  loadFailed: 3,
  /** cpu ms · wall ms · heap MiB (-1 = not sampled) · result text. */
  result: 4,
  /**
   * failure kind (`CallFailure`) · cpu ms · wall ms · heap MiB · error JSON (FunctionError, or
   * `""`).
   */
  failed: 5,
  /** (no body) The call awaits something; it has left the CPU. */
  suspended: 6,
  /** function id · level · message. */
  log: 7,
  /**
   * call id (0 = while loading) · function id · operation name · arguments JSON · content bytes.
   */
  op: 8,
  /** (no body) The answer to the operation is not wanted any more; it is given all the same. */
  opCancel: 9,
} as const;

/** Why a module could not be loaded. */
export type LoadFailure = 'init' | 'handler' | 'timeout' | 'memory' | 'exit';

/**
 * Why a call gave no result, as seen by the hook host. `starved`: it was stopped on the wall clock
 * although it had not used its CPU limit, as happens on an overloaded machine; the edge worker runs
 * it again where that is safe.
 */
export type CallFailure = 'error' | 'cpu' | 'starved' | 'timeout' | 'memory' | 'exit' | 'init';

/**
 * What a hook host must know of a function beside its program. Sent as JSON: once per function and
 * host.
 */
export interface FunctionSettings {
  readonly name: string;
  readonly version: string;
  readonly format: 'cjs' | 'esm';
  readonly filename: string;
  readonly exportPath: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
  readonly memoryMb: number;
  readonly initTimeoutMs: number;
}

/**
 * Bytes of the status block, a small shared file into which the host writes whose code is about to
 * run. The edge worker reads it when it must decide whom to blame: a host that is stuck cannot be
 * asked.
 */
export const STATUS_BLOCK_BYTES = 20;

/** Indexes of the u32 words of the status block. */
export const STATUS = {
  /** Stretch counter; 0 = nothing on the CPU. */
  stretch: 0,
  /** Call on the CPU; 0 = no call, a module is loaded ahead of any. */
  call: 1,
  /** Function on the CPU. */
  function: 2,
  /** How many `invoke` frames were begun since the start of the host, modulo 2^32. */
  begun: 3,
  /** 1 = a module is being loaded, for the call or ahead of any: the limits of loading hold. */
  loading: 4,
} as const;
