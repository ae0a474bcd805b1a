import { METRIC_TABLE, type MetricRow } from '../src/telemetry/metric-table.ts';
import { markdownTable } from './markdown.ts';

/** The table of `docs/metrics.md`: one row for each metric. */
export function metricsTable(): string {
  const rows: readonly MetricRow[] = Object.values(METRIC_TABLE);
  return markdownTable(['Metric', 'Type', 'Labels', 'What it counts'], rows.map(metricRow));
}

function metricRow(row: MetricRow): string[] {
  const labels = row.labels.map((label) => `\`${label}\``).join(', ');
  const note = row.aggregate === 'max' ? ' (the largest of all processes)' : '';
  return [`\`${row.name}\``, row.type, labels, `${row.help}${note}.`];
}
