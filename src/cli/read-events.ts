import { readFileSync } from 'node:fs';
import { UsageError } from './command.ts';

const STDIN = 0;

/** The events of a file: one JSON value, or one in each line. `-` is stdin. Throws a UsageError for anything else. */
export function readEvents(file: string): readonly unknown[] {
  const text = readText(file).replace(/^\uFEFF/, '');
  const whole = parsed(text);
  if (whole.kind === 'json') return [whole.value];
  return text
    .split('\n')
    .map((line, index) => ({ line: line.trim(), number: index + 1 }))
    .filter(({ line }) => line !== '')
    .map(({ line, number }) => eventOfLine(file, line, number));
}

function eventOfLine(file: string, line: string, number: number): unknown {
  const event = parsed(line);
  if (event.kind === 'json') return event.value;
  const expected = 'one JSON value, or one in each line';
  throw new UsageError(
    `Cannot read events of "${file}": line ${number}: ${event.problem}, expected ${expected}`,
  );
}

function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? STDIN : file, 'utf8');
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    throw new UsageError(`Cannot read events of "${file}": ${found}`);
  }
}

type Parsed =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'notJson'; readonly problem: string };

function parsed(text: string): Parsed {
  try {
    return { kind: 'json', value: JSON.parse(text) };
  } catch (error) {
    return { kind: 'notJson', problem: error instanceof Error ? error.message : String(error) };
  }
}
