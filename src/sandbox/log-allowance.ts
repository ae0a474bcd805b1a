import { LOG_CHARS_PER_CALL, LOG_LINE_CHARS, LOG_LINES_PER_CALL } from './limits.ts';

export interface LogLine {
  readonly level: string;
  readonly message: string;
}

/**
 * What one call may still log. A call that has logged too much is told so in the log, once, and is
 * silent from then on.
 */
export class LogAllowance {
  #lines = LOG_LINES_PER_CALL;
  #chars = LOG_CHARS_PER_CALL;
  #isSpent = false;

  /** A new call begins. */
  renew(): void {
    this.#lines = LOG_LINES_PER_CALL;
    this.#chars = LOG_CHARS_PER_CALL;
    this.#isSpent = false;
  }

  /** Takes one line; gives the lines that go out for it. */
  take({ level, message }: LogLine): readonly LogLine[] {
    if (this.#isSpent) return [];
    this.#lines -= 1;
    this.#chars -= Math.min(message.length, LOG_LINE_CHARS);
    if (this.#lines < 0 || this.#chars < 0) {
      this.#isSpent = true;
      const limits = `${LOG_LINES_PER_CALL} lines, ${LOG_CHARS_PER_CALL} characters`;
      return [{ level: 'warn', message: `Further log lines of this call are dropped: ${limits}` }];
    }
    return [{ level, message: cut(message) }];
  }
}

function cut(message: string): string {
  if (message.length <= LOG_LINE_CHARS) return message;
  return `${message.slice(0, LOG_LINE_CHARS)}… (${message.length} characters)`;
}
