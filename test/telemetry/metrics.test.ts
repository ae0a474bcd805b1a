import { expect, test } from 'vitest';
import { METRIC_TABLE, type MetricRow } from '../../src/telemetry/metric-table.ts';
import {
  createMetrics,
  METRICS_CONTENT_TYPE,
  renderAggregated,
} from '../../src/telemetry/metrics.ts';

const ROWS: readonly (readonly [string, MetricRow])[] = Object.entries(METRIC_TABLE);

test.each(ROWS)('the row of %s follows the naming rules of Prometheus', (_, row) => {
  expect(row.name).toMatch(/^isoedge_[a-z][a-z_]*[a-z]$/);
  expect(row.name.endsWith('_total')).toBe(row.type === 'counter');
  expect(row.help).toMatch(/^[A-Z].*[^.]$/);
  for (const label of row.labels) expect(label).toMatch(/^[a-z_]+$/);
  const bounds = row.buckets ?? [];
  expect(bounds).toEqual(bounds.toSorted((a, b) => a - b));
  expect(bounds.length > 0).toBe(row.type === 'histogram');
});

test('no two rows have the same name', () => {
  expect(new Set(ROWS.map(([, row]) => row.name)).size).toBe(ROWS.length);
});

test('renderAggregated() adds up counters and gauges over processes, label by label', async () => {
  const [first, second] = [createMetrics(), createMetrics()];
  first.requests.of('2xx').add();
  first.requests.of('5xx').add(2);
  second.requests.of('2xx').add(3);
  first.cacheBytes.set(100);
  second.cacheBytes.set(11);
  const page = await renderAggregated([first.snapshot(), second.snapshot()]);
  expect(page).toContain('\nisoedge_requests_total{status_class="2xx"} 4\n');
  expect(page).toContain('\nisoedge_requests_total{status_class="5xx"} 2\n');
  expect(page).toContain('\nisoedge_cache_bytes 111\n');
});

test('renderAggregated() takes the largest value where a sum means nothing', async () => {
  const [first, second] = [createMetrics(), createMetrics()];
  first.configLoadedAt.set(1000);
  second.configLoadedAt.set(2000);
  const page = await renderAggregated([first.snapshot(), second.snapshot()]);
  expect(page).toContain('\nisoedge_config_loaded_timestamp_seconds 2000\n');
});

test('renderAggregated() shows histograms with cumulative buckets', async () => {
  const metrics = createMetrics();
  const series = metrics.originSeconds.of('app');
  for (const seconds of [0.001, 0.002, 99]) series.observe(seconds);
  const page = await renderAggregated([metrics.snapshot()]);
  const name = 'isoedge_origin_response_seconds';
  expect(page).toContain(`\n${name}_bucket{le="0.001",origin="app"} 1\n`);
  expect(page).toContain(`\n${name}_bucket{le="0.0025",origin="app"} 2\n`);
  expect(page).toContain(`\n${name}_bucket{le="30",origin="app"} 2\n`);
  expect(page).toContain(`\n${name}_bucket{le="+Inf",origin="app"} 3\n`);
  expect(page).toContain(`\n${name}_sum{origin="app"} 99.003\n`);
  expect(page).toContain(`\n${name}_count{origin="app"} 3\n`);
});

test('renderAggregated() shows every metric with its help, and those without labels from the start', async () => {
  const page = await renderAggregated([createMetrics().snapshot()]);
  for (const [, row] of ROWS) {
    expect(page).toContain(`# HELP ${row.name} ${row.help}\n# TYPE ${row.name} ${row.type}\n`);
    if (row.labels.length === 0 && row.type !== 'histogram') {
      expect(page).toContain(`\n${row.name} 0\n`);
    }
  }
});

test('snapshot() survives the way between processes', async () => {
  const metrics = createMetrics();
  metrics.hookCalls.of('auth', 'viewer-request', 'continue').add(7);
  const received = JSON.parse(JSON.stringify(metrics.snapshot()));
  expect(await renderAggregated([received])).toContain(
    '\nisoedge_hook_calls_total{function="auth",point="viewer-request",outcome="continue"} 7\n',
  );
});

test('of() gives the same series for the same labels', () => {
  const { hookCalls } = createMetrics();
  expect(hookCalls.of('a', 'b', 'c')).toBe(hookCalls.of('a', 'b', 'c'));
  expect(hookCalls.of('a', 'b', 'c')).not.toBe(hookCalls.of('a', 'c', 'b'));
});

test('label values are escaped', async () => {
  const metrics = createMetrics();
  metrics.errors.of('a"\n\\b').add();
  expect(await renderAggregated([metrics.snapshot()])).toContain('{code="a\\"\\n\\\\b"} 1');
});

test('onCollect() sets gauges right before each snapshot, until it is removed', () => {
  const metrics = createMetrics();
  let entries = 1;
  const remove = metrics.onCollect(() => {
    metrics.cacheEntries.set(entries);
  });
  const entriesNow = (): unknown =>
    metrics.snapshot().find((metric) => metric.name === 'isoedge_cache_entries')?.values[0]?.value;
  expect(entriesNow()).toBe(1);
  entries = 2;
  expect(entriesNow()).toBe(2);
  remove();
  entries = 3;
  expect(entriesNow()).toBe(2);
});

test('clear() forgets series whose labels are gone', async () => {
  const metrics = createMetrics();
  metrics.hookQueue.of('old').set(1);
  metrics.hookQueue.clear();
  metrics.hookQueue.of('new').set(2);
  const page = await renderAggregated([metrics.snapshot()]);
  expect(page).not.toContain('function="old"');
  expect(page).toContain('isoedge_hook_calls_queued{function="new"} 2');
});

test('METRICS_CONTENT_TYPE is that of prom-client', async () => {
  const { AggregatorRegistry } = await import('prom-client');
  expect(METRICS_CONTENT_TYPE).toBe(AggregatorRegistry.PROMETHEUS_CONTENT_TYPE);
});
