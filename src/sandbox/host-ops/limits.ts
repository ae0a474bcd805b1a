/** What one operation may ask of the host beside time, which the limits of the call bound. */
export const OPERATION_LIMITS = {
  /** Most random bytes of one call; more than any protocol needs at once. */
  randomBytes: 16 * 2 ** 20,
  /** Longest derived key or digest. */
  derivedBytes: 2 ** 20,
  /** Memory of scrypt (`maxmem`); Node's own default is 32 MiB. */
  scryptBytes: 128 * 2 ** 20,
  /** Longest RSA modulus and prime. */
  modulusBits: 8192,
  /** Output of one conversion by zlib where the function's memory allows more; a bomb ends here. */
  zlibBytes: 64 * 2 ** 20,
} as const;

/** Refuses a size that a host must not be asked for. `what` names it in the message. */
export function checkLimit(what: string, actual: number, limit: number): number {
  if (actual > limit)
    throw new RangeError(`Cannot make ${what} of ${actual}: the limit is ${limit}`);
  return actual;
}
