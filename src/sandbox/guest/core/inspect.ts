import * as extracted from 'node-inspect-extracted';

/**
 * Node's own util.inspect and util.format, extracted from Node (package node-inspect-extracted).
 */
export const inspect = extracted.inspect as ((value: unknown, options?: unknown) => string) & {
  readonly custom: symbol;
  defaultOptions: object;
};
export const format = extracted.format as (...args: unknown[]) => string;
export const formatWithOptions = extracted.formatWithOptions as (
  options: object,
  ...args: unknown[]
) => string;
export const stripVTControlCharacters = extracted.stripVTControlCharacters as (
  text: string,
) => string;
