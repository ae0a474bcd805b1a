import type { FunctionRuntime } from '../config/config.ts';

/**
 * Most bytes of code and files that a function may have (CloudFront developer guide). Lambda@Edge's
 * 50 MB count the zipped package. Differs: ours count what is read from disk, unpacked, because
 * that is what travels to a hook host.
 */
export const CODE_LIMIT_BYTES = {
  'lambda-edge': 50 * 1024 * 1024,
  'cloudfront-function': 10 * 1024,
} as const satisfies Record<FunctionRuntime, number>;

/**
 * Most bytes of a function's folder that are packed for `fs`; what is over stays out, with a
 * warning.
 */
export const FOLDER_FILES_LIMIT_BYTES = 10 * 1024 * 1024;

/** The same for the data files beside a function that is a single file. */
export const SIBLING_FILES_LIMIT_BYTES = 1024 * 1024;

/**
 * Most entries of a folder that are looked at: a `code` that names a whole source tree must not
 * stall the start.
 */
export const FOLDER_ENTRIES_LIMIT = 5_000;
