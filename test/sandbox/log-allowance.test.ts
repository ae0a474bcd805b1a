import { beforeEach, describe, expect, test } from 'vitest';
import {
  LOG_CHARS_PER_CALL,
  LOG_LINE_CHARS,
  LOG_LINES_PER_CALL,
} from '../../src/sandbox/limits.ts';
import { LogAllowance, type LogLine } from '../../src/sandbox/log-allowance.ts';

let allowance: LogAllowance;

beforeEach(() => {
  allowance = new LogAllowance();
});

/** All that goes out when a call logs `message` so many times. */
function logged(message: string, times: number): LogLine[] {
  const lines: LogLine[] = [];
  for (let i = 0; i < times; i++) lines.push(...allowance.take({ level: 'info', message }));
  return lines;
}

describe('LogAllowance', () => {
  test('passes ordinary lines as they are', () => {
    expect(logged('hello', 2)).toEqual([
      { level: 'info', message: 'hello' },
      { level: 'info', message: 'hello' },
    ]);
  });

  test('cuts a line that is too long and says how long it was', () => {
    const [line] = logged('x'.repeat(LOG_LINE_CHARS + 1), 1);
    expect(line?.message.length).toBeLessThan(LOG_LINE_CHARS + 100);
    expect(line?.message).toContain(`(${LOG_LINE_CHARS + 1} characters)`);
  });

  test.each([
    ['lines', 'x', LOG_LINES_PER_CALL],
    ['characters', 'x'.repeat(LOG_CHARS_PER_CALL / 4), 4],
  ])('tells once when a call has used up its %s, and drops the rest', (_what, message, allowed) => {
    const lines = logged(message, allowed + 10);
    expect(lines).toHaveLength(allowed + 1);
    expect(lines.at(-1)).toMatchObject({ level: 'warn' });
    expect(lines.at(-1)?.message).toContain('dropped');
  });

  test('begins anew with the next call', () => {
    logged('x', LOG_LINES_PER_CALL + 10);
    allowance.renew();
    expect(logged('again', 1)).toEqual([{ level: 'info', message: 'again' }]);
  });
});
