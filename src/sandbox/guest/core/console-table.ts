import { inspect } from './inspect.ts';

const VALUES = 'Values';
const INDEX = '(index)';

function cell(value: unknown): string {
  const depth =
    typeof value === 'object' && value !== null && Object.keys(value).length > 0 ? -1 : 0;
  return inspect(value, { maxArrayLength: 3, breakLength: Number.POSITIVE_INFINITY, depth });
}

function line(cells: readonly string[], widths: readonly number[]): string {
  const padded = cells.map((text, i) => ` ${text}${' '.repeat((widths[i] ?? 0) - text.length)} `);
  return `│${padded.join('│')}│`;
}

function draw(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((text, i) =>
    Math.max(text.length, ...rows.map((row) => (row[i] ?? '').length)),
  );
  const bars = widths.map((width) => '─'.repeat(width + 2));
  return [
    `┌${bars.join('┬')}┐`,
    line(head, widths),
    `├${bars.join('┼')}┤`,
    ...rows.map((row) => line(row, widths)),
    `└${bars.join('┴')}┘`,
  ].join('\n');
}

/** The text of console.table, or `undefined` when the data is not tabular. */
export function renderTable(data: unknown, only?: readonly string[]): string | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const entries: [string, unknown][] =
    data instanceof Map
      ? [...data].map(([key, value], i) => [String(i), { Key: key, Values: value }])
      : data instanceof Set
        ? [...data].map((value, i) => [String(i), value])
        : Object.entries(data);
  const columns = new Set<string>();
  let hasValues = false;
  for (const [, row] of entries) {
    if (typeof row === 'object' && row !== null)
      Object.keys(row).forEach((key) => columns.add(key));
    else hasValues = true;
  }
  const shown = only ?? [...columns];
  const head = [INDEX, ...shown, ...(hasValues ? [VALUES] : [])];
  const rows = entries.map(([key, row]) => {
    const isObject = typeof row === 'object' && row !== null;
    const cells = shown.map((column) =>
      isObject && Object.hasOwn(row, column) ? cell((row as Record<string, unknown>)[column]) : '',
    );
    return [key, ...cells, ...(hasValues ? [isObject ? '' : cell(row)] : [])];
  });
  return draw(head, rows);
}
