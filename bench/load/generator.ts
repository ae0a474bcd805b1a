/** The program of the load generator: takes one order after the other by IPC and answers each with its result. */

import { createHistogram } from 'node:perf_hooks';
import autocannon, { type Request } from 'autocannon';
import type { LoadOrder, LoadResult } from './load.ts';
import { PacedLoad } from './paced-load.ts';

async function runLoad(order: LoadOrder): Promise<LoadResult> {
  const histogram = createHistogram();
  const startedMs = performance.now();
  const { replies, failures } =
    order.load.kind === 'fixed-rate'
      ? await new PacedLoad({ ...order, ...order.load, histogram }).run()
      : await runClosed(order, histogram);
  return {
    replies,
    failures,
    seconds: (performance.now() - startedMs) / 1000,
    p50: histogram.percentile(50),
    p99: histogram.percentile(99),
    p999: histogram.percentile(99.9),
  };
}

async function runClosed(
  { port, path, load, seconds, run }: LoadOrder,
  histogram: ReturnType<typeof createHistogram>,
): Promise<Pick<LoadResult, 'replies' | 'failures'>> {
  let number = 0;
  const request: Request = path.includes('*')
    ? {
        setupRequest: (given) => {
          number += 1;
          return { ...given, path: path.replace('*', `${run}-${number}`) };
        },
      }
    : { path };
  const instance = autocannon({
    url: `http://127.0.0.1:${port}`,
    connections: load.connections,
    duration: seconds,
    sampleInt: 50,
    requests: [request],
  });
  let replies = 0;
  instance.on('response', (_client, status, _bytes, responseTimeMs) => {
    if (status === 200) replies += 1;
    histogram.record(Math.max(1, Math.round(responseTimeMs * 1000)));
  });
  const { errors, timeouts, non2xx } = await instance;
  return { replies, failures: errors + timeouts + non2xx };
}

process.on('message', (order: LoadOrder) => {
  void runLoad(order).then((result) => process.send?.(result));
});
process.once('disconnect', () => process.exit());
