/** One row of the catalogue of metrics. `help` says what is counted, and what is not. */
export interface MetricRow {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram's buckets. */
  readonly buckets?: readonly number[];
  /** How the values of several processes become one; sums by default. */
  readonly aggregate?: 'sum' | 'max';
}

function counter<const L extends readonly string[]>(name: string, labels: L, help: string) {
  return { type: 'counter', name: `isoedge_${name}`, help, labels } as const;
}

function gauge<const L extends readonly string[]>(name: string, labels: L, help: string) {
  return { type: 'gauge', name: `isoedge_${name}`, help, labels } as const;
}

function histogram<const L extends readonly string[]>(
  name: string,
  labels: L,
  [help, buckets]: readonly [string, readonly number[]],
) {
  return { type: 'histogram', name: `isoedge_${name}`, help, labels, buckets } as const;
}

const REQUEST_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30];
const ORIGIN_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30];
const HOOK_SECONDS = [
  0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1, 5,
];

/**
 * Every metric that isoedge exposes. The registry, docs/metrics.md and the typed handles are made from this one table. All
 * values are sums over the workers unless `aggregate` says otherwise.
 */
export const METRIC_TABLE = {
  requests: counter(
    'requests_total',
    ['status_class'],
    'Requests answered, by class of the status sent; requests refused by the parser and aborted ones count too, background revalidations do not',
  ),
  requestSeconds: histogram(
    'request_duration_seconds',
    [],
    [
      'Time from the first byte of a request to the last byte of its response, slow viewers included',
      REQUEST_SECONDS,
    ],
  ),
  responseBytes: counter(
    'response_bytes_total',
    [],
    'Bytes of content sent to viewers; header sections do not count',
  ),
  results: counter(
    'results_total',
    ['result'],
    'Requests answered, by the first word of their X-Cache; a stale response served in place of a failed origin counts as Hit',
  ),
  viewerConnections: gauge(
    'viewer_connections',
    [],
    'Viewer connections that are open, idle ones included',
  ),
  viewerConnectionsOpened: counter(
    'viewer_connections_total',
    [],
    'Viewer connections accepted; those closed at once because of maxConnections do not count',
  ),
  errors: counter(
    'errors_total',
    ['code'],
    'Failures by code of the error table, also those that a stale response or onFailure hid from the viewer',
  ),

  lookups: counter(
    'cache_lookups_total',
    ['result'],
    'Cache lookups by result (hit, stale, miss); requests that bypass the cache do not count',
  ),
  stored: counter(
    'cache_stored_total',
    [],
    'Origin responses stored; a 304 that freshens a stored response does not count',
  ),
  notStored: counter(
    'cache_not_stored_total',
    ['reason'],
    'Origin responses not stored, by reason; responses to methods that are never stored do not count',
  ),
  collapsed: counter(
    'cache_collapsed_total',
    [],
    'Requests that waited for the response to another one instead of going to the origin; the first one does not count',
  ),
  cacheBytes: gauge(
    'cache_bytes',
    [],
    'Size of the stored responses as the memory tier counts it against maxBytes',
  ),
  cacheEntries: gauge('cache_entries', [], 'Stored responses, variants counted one by one'),
  cacheEvictions: counter(
    'cache_evictions_total',
    [],
    'Stored responses that made room for others; purged, replaced and outdated ones do not count',
  ),
  purged: counter('cache_purged_total', [], 'Stored responses removed by purge requests'),

  originRequests: counter(
    'origin_requests_total',
    ['origin', 'outcome'],
    'Requests sent to an origin, retries and failover one by one, by status class or error code; collapsed requests do not count',
  ),
  originSeconds: histogram(
    'origin_response_seconds',
    ['origin'],
    [
      'Time from sending a request to the header section of its response; failed requests do not count',
      ORIGIN_SECONDS,
    ],
  ),

  hookCalls: counter(
    'hook_calls_total',
    ['function', 'point', 'outcome'],
    'Hook calls by outcome: ok, or the code of the error; calls refused before they started count too',
  ),
  hookSeconds: histogram(
    'hook_duration_seconds',
    ['function', 'point'],
    [
      'Wall-clock time of hook calls as the worker sees it: waiting for an environment, transport and awaits included',
      HOOK_SECONDS,
    ],
  ),
  hookCpuSeconds: histogram(
    'hook_cpu_seconds',
    ['function', 'point'],
    [
      'CPU time of hook calls inside the isolate; calls that were killed count with what was measured until then',
      HOOK_SECONDS,
    ],
  ),
  hookEnvironments: gauge(
    'hook_environments',
    ['function'],
    'Environments that are loaded, idle ones included',
  ),
  hookConcurrency: gauge('hook_calls_running', ['function'], 'Hook calls that have an environment'),
  hookQueue: gauge('hook_calls_queued', ['function'], 'Hook calls that wait for an environment'),
  hookCollateral: counter(
    'hook_collateral_total',
    ['function'],
    'Calls of the function that failed because another call ended their hook host',
  ),
  hookQuarantines: counter(
    'hook_quarantines_total',
    ['function'],
    'Times that a function was put in quarantine after it had killed its hook host',
  ),
  hookHostStarts: counter(
    'hook_host_starts_total',
    ['trust_group'],
    'Hook host processes started, warm spares included',
  ),
  hookHostKills: counter(
    'hook_host_kills_total',
    ['trust_group', 'reason'],
    'Hook host processes that ended before they were told to, by reason; a drained host does not count',
  ),
  hookHostRssBytes: gauge(
    'hook_host_rss_bytes',
    ['trust_group'],
    'Resident memory of the hook hosts of a trust group, spares included',
  ),
  egressRequests: counter(
    'egress_requests_total',
    ['function', 'outcome'],
    'Network requests of functions by status class, or the reason why they were refused or failed',
  ),

  workers: gauge(
    'workers',
    [],
    'Edge workers that are ready; starting and draining ones do not count',
  ),
  workerRestarts: counter(
    'worker_restarts_total',
    ['reason'],
    'Edge workers that ended without being told to, and were replaced',
  ),
  configReloads: counter(
    'config_reloads_total',
    ['outcome'],
    'Reloads of the configuration (loaded, invalid); the start does not count',
  ),
  configLoadedAt: {
    ...gauge('config_loaded_timestamp_seconds', [], 'When the configuration in use was loaded'),
    aggregate: 'max',
  },
} as const satisfies Record<string, MetricRow>;
