import type { MetricRow } from './metric-table.ts';

/**
 * The values behind the metrics. Plain numbers: counting an event on the hot path is one addition, where prom-client would
 * hash the labels each time. prom-client sees them only when somebody asks (see metrics.ts).
 */

/** A number that only grows, until the process ends. */
export class CounterSeries {
  #value = 0;

  add(amount = 1): void {
    this.#value += amount;
  }

  samples(): readonly Sample[] {
    return [{ suffix: '', value: this.#value }];
  }
}

/** A number that is what it is now. */
export class GaugeSeries {
  #value = 0;

  set(value: number): void {
    this.#value = value;
  }

  add(amount: number): void {
    this.#value += amount;
  }

  samples(): readonly Sample[] {
    return [{ suffix: '', value: this.#value }];
  }
}

/** Observations by size. */
export class HistogramSeries {
  readonly #bounds: readonly number[];
  /** One more than bounds: the last one is for what is above them all. */
  readonly #counts: number[];
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  /** Counts one observation, in the unit of the metric's name. */
  observe(value: number): void {
    const bounds = this.#bounds;
    let index = 0;
    while (index < bounds.length && value > (bounds[index] ?? 0)) index += 1;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#sum += value;
  }

  /** Buckets are cumulative, as Prometheus wants them. */
  samples(): readonly Sample[] {
    let total = 0;
    const buckets = this.#counts.map((count, index): Sample => {
      total += count;
      return { suffix: '_bucket', le: this.#bounds[index] ?? '+Inf', value: total };
    });
    return [...buckets, { suffix: '_sum', value: this.#sum }, { suffix: '_count', value: total }];
  }
}

/** One line of the exposition, without name and labels. */
export interface Sample {
  readonly suffix: '' | '_bucket' | '_sum' | '_count';
  readonly value: number;
  /** Upper bound of a bucket. */
  readonly le?: number | '+Inf';
}

export type Series = CounterSeries | GaugeSeries | HistogramSeries;

interface SeriesOfType {
  readonly counter: CounterSeries;
  readonly gauge: GaugeSeries;
  readonly histogram: HistogramSeries;
}

export type SeriesOf<Row extends MetricRow> = SeriesOfType[Row['type']];

/** A value for each label name of a row. */
export type LabelValues<Names extends readonly string[]> = { [I in keyof Names]: string };

/** Series by the value of one label; under it by the next label, and so on to the series themselves. */
type Branch<S> = Map<string, Branch<S> | S>;

/** The series of one metric, one for each combination of label values. */
export class SeriesFamily<S extends Series, Values extends readonly string[]> {
  readonly #labelNames: readonly string[];
  readonly #create: () => S;
  readonly #tree: Branch<S> = new Map();
  readonly #all: { readonly values: Values; readonly series: S }[] = [];

  constructor(labelNames: readonly string[], create: () => S) {
    this.#labelNames = labelNames;
    this.#create = create;
  }

  /**
   * The series with these label values, in the order of the table: a map lookup for each label. On the path of every
   * request ask once and keep the series.
   */
  of(...values: Values): S {
    let branch = this.#tree;
    for (const value of values) {
      const next = branch.get(value);
      if (next === undefined) return this.#add(values);
      if (!(next instanceof Map)) return next;
      branch = next;
    }
    return this.#add(values);
  }

  /** Forgets all series; for gauges whose labels come and go with the configuration. */
  clear(): void {
    this.#tree.clear();
    this.#all.length = 0;
  }

  /** Every series with its labels by name. */
  labelled(): readonly LabelledSeries[] {
    return this.#all.map(({ values, series }) => {
      const labels = this.#labelNames.map((name, index) => [name, values[index] ?? '']);
      return { labels: Object.fromEntries(labels), series };
    });
  }

  #add(values: Values): S {
    const series = this.#create();
    let branch = this.#tree;
    for (const value of values.slice(0, -1)) {
      const known = branch.get(value);
      const next: Branch<S> = known instanceof Map ? known : new Map();
      branch.set(value, next);
      branch = next;
    }
    branch.set(values.at(-1) ?? '', series);
    this.#all.push({ values, series });
    return series;
  }
}

/** A series on its way to a snapshot. */
export interface LabelledSeries {
  readonly labels: Record<string, string>;
  readonly series: Series;
}
