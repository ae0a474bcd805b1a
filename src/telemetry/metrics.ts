import {
  CounterSeries,
  GaugeSeries,
  HistogramSeries,
  type LabelledSeries,
  type LabelValues,
  type Sample,
  type Series,
  SeriesFamily,
  type SeriesOf,
} from './metric-series.ts';
import { METRIC_TABLE, type MetricRow } from './metric-table.ts';

type Table = typeof METRIC_TABLE;

/** A metric without labels is its one series; one with labels gives its series by `of(…label values)`. */
type Handle<Row extends MetricRow> = Row['labels'] extends readonly []
  ? SeriesOf<Row>
  : SeriesFamily<SeriesOf<Row>, LabelValues<Row['labels']>>;

/** The metrics of one process: a handle for each row of the table, and what turns them into a snapshot. */
export type Metrics = { readonly [Name in keyof Table]: Handle<Table[Name]> } & {
  /** Registers a function that runs before each snapshot, to set gauges. Returns a function that removes it. */
  onCollect(setGauges: () => void): () => void;
  /** All values now, as plain data that can cross processes. */
  snapshot(): MetricsSnapshot;
};

/** The values of one process, in the form that prom-client merges. */
export type MetricsSnapshot = readonly MetricSnapshot[];

interface MetricSnapshot {
  readonly name: string;
  readonly help: string;
  readonly type: MetricRow['type'];
  readonly aggregator: 'sum' | 'max';
  readonly values: readonly MetricValue[];
}

interface MetricValue {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** Makes the metrics of one process, all zero. Metrics without labels are exposed from the start, others once they occur. */
export function createMetrics(): Metrics {
  const collectors = new Set<() => void>();
  const handles = Object.entries(METRIC_TABLE).map(([member, row]) => ({
    member,
    ...handleOf(row),
  }));
  const members = Object.fromEntries(handles.map(({ member, handle }) => [member, handle]));
  const own: Pick<Metrics, 'onCollect' | 'snapshot'> = {
    onCollect: (setGauges) => {
      collectors.add(setGauges);
      return () => {
        collectors.delete(setGauges);
      };
    },
    snapshot: () => {
      for (const setGauges of collectors) setGauges();
      return handles.map(({ row, labelled }) => snapshotOf(row, labelled()));
    },
  };
  // The members are made from the rows of the table, so they have the types that `Handle` derives from those rows.
  return { ...members, ...own } as Metrics;
}

/**
 * The snapshots of all processes as one page in Prometheus' text format (version 0.0.4): counters, histograms and most
 * gauges are added up. Serve it with `METRICS_CONTENT_TYPE`.
 */
export async function renderAggregated(snapshots: readonly MetricsSnapshot[]): Promise<string> {
  // Loaded when metrics are first asked for: only the supervisor renders, and it would cost every process some MB.
  const { AggregatorRegistry } = await import('prom-client');
  const merged = AggregatorRegistry.aggregate(snapshots.map((snapshot) => [...snapshot]));
  return await merged.metrics();
}

/** The media type of the text format (prom-client's `PROMETHEUS_CONTENT_TYPE`; a test holds them equal). */
export const METRICS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

function handleOf(row: MetricRow): {
  readonly row: MetricRow;
  readonly handle: unknown;
  readonly labelled: () => readonly LabelledSeries[];
} {
  if (row.labels.length > 0) {
    const family = new SeriesFamily(row.labels, () => seriesOf(row));
    return { row, handle: family, labelled: () => family.labelled() };
  }
  const series = seriesOf(row);
  return { row, handle: series, labelled: () => [{ labels: {}, series }] };
}

function seriesOf(row: MetricRow): Series {
  if (row.type === 'histogram') return new HistogramSeries(row.buckets ?? []);
  return row.type === 'counter' ? new CounterSeries() : new GaugeSeries();
}

function snapshotOf(row: MetricRow, labelled: readonly LabelledSeries[]): MetricSnapshot {
  const { name, help, type, aggregate } = row;
  const values = labelled.flatMap(({ labels, series }) =>
    series.samples().map((sample) => valueOf(name, labels, sample)),
  );
  return { name, help, type, aggregator: aggregate ?? 'sum', values };
}

function valueOf(name: string, labels: Record<string, string>, sample: Sample): MetricValue {
  const { suffix, le, value } = sample;
  return {
    metricName: `${name}${suffix}`,
    labels: le === undefined ? labels : { le, ...labels },
    value,
  };
}
