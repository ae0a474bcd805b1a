/** What the process ends with. The one table; `isoedge --help` prints it. */
export const EXIT_CODES = {
  ok: { code: 0, text: 'success; a server was asked to stop and has drained' },
  failed: { code: 1, text: 'it could not be done, the reason is on stderr' },
  invalid: { code: 2, text: 'wrong command line, or a configuration with problems' },
  interrupted: { code: 130, text: 'interrupted a second time, without draining' },
} as const;

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES]['code'];

export const OK = EXIT_CODES.ok.code;
export const FAILED = EXIT_CODES.failed.code;
export const INVALID = EXIT_CODES.invalid.code;
export const INTERRUPTED = EXIT_CODES.interrupted.code;
