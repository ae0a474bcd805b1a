import { ERROR_TABLE, type ErrorRow } from '../src/base/error-codes.ts';
import { markdownTable } from './markdown.ts';

/** Codes by room: `EDGE_HOOK_TIMEOUT` belongs to `HOOK`. In the order of the table. */
export function errorGroups(): ReadonlyMap<string, readonly (readonly [string, ErrorRow])[]> {
  return Map.groupBy(Object.entries<ErrorRow>(ERROR_TABLE), ([code]) => code.split('_')[1] ?? '');
}

/** One table of `docs/errors.md`. */
export function errorsTable(rows: readonly (readonly [string, ErrorRow])[]): string {
  return markdownTable(
    ['Code', 'Status', 'Source', 'Retryable', 'What happened'],
    rows.map(([code, row]) => [
      `\`${code}\``,
      String(row.status),
      row.source,
      row.retryable ? 'yes' : 'no',
      `${row.text}.`,
    ]),
  );
}
