import { ERROR_TABLE, type ErrorCode, type ErrorRow, type ErrorSource } from './error-codes.ts';

/** Facts about one failure, for the log line and the debug header: function, limit, budget, actual, path, … */
export type ErrorFacts = Readonly<Record<string, string | number | boolean>>;

export interface EdgeErrorOptions {
  readonly cause?: unknown;
  readonly facts?: ErrorFacts;
}

/** The one error class. Callers match on `code`, never on `message`; status and source come from the error table. */
export class EdgeError extends Error {
  readonly code: ErrorCode;
  readonly facts: ErrorFacts;

  constructor(code: ErrorCode, message: string, options: EdgeErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'EdgeError';
    this.code = code;
    this.facts = options.facts ?? {};
  }

  get source(): ErrorSource {
    return ERROR_TABLE[this.code].source;
  }

  get status(): number {
    return ERROR_TABLE[this.code].status;
  }

  get retryable(): boolean {
    const row: ErrorRow = ERROR_TABLE[this.code];
    return row.retryable;
  }
}

/** Wraps what was thrown, so that one type leaves every room. An `EdgeError` passes unchanged. */
export function toEdgeError(thrown: unknown): EdgeError {
  if (thrown instanceof EdgeError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new EdgeError('EDGE_INTERNAL', message, { cause: thrown });
}
