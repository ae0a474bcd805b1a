/** Milliseconds since the epoch. Every point in time in the code has this type and a name that ends in `At`. */
export type EpochMs = number;

/** The only source of time. Policy functions take `now`; whoever calls them asks a clock. */
export interface Clock {
  /** Wall-clock time, for HTTP dates, ages and logs. */
  now(): EpochMs;
}

export const systemClock: Clock = { now: () => Date.now() };
