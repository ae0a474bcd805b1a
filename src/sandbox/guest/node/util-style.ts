import { inspect } from '../core/inspect.ts';
import { invalidArgValue } from '../core/node-error.ts';

/** util.styleText. */
export function styleText(given: string | readonly string[], text: string): string {
  const { colors } = inspect as unknown as {
    colors: Record<string, readonly [number, number] | undefined>;
  };
  let styled = text;
  for (const name of typeof given === 'string' ? [given] : given.toReversed()) {
    const codes = colors[name];
    if (codes === undefined) throw invalidArgValue('format', name);
    styled = `\u001B[${codes[0]}m${styled}\u001B[${codes[1]}m`;
  }
  return styled;
}
