import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RunningEdge } from '../../src/app/running-edge.ts';
import { runWorker } from '../../src/app/worker.ts';
import { EdgeError } from '../../src/base/edge-error.ts';
import type { EdgeConfig } from '../../src/config/config.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';

/**
 * A worker process with a stand-in for the edge: it answers with its pid and configuration once a request is complete. What it
 * does otherwise is told by `baseDir`: `fails` = it cannot start, `refuse:<pid>` = that worker refuses a reload, `stuck` =
 * it never tells its metrics.
 */
runWorker(process, async (config, { listenFds }) => {
  if (config.baseDir === 'fails') throw new EdgeError('EDGE_HOST_START', 'Cannot start: stub');
  return stubEdge(config, listenFds);
});

function stubEdge(first: EdgeConfig, listenFds: readonly number[]): RunningEdge {
  let config = first;
  const servers = listenFds.map(
    (): Server =>
      createServer((request, response) => {
        request.resume().once('end', () => {
          const { workers } = config;
          response.end(JSON.stringify({ pid: process.pid, baseDir: config.baseDir, workers }));
        });
      }),
  );
  const drain = async (): Promise<void> => {
    await Promise.all(
      servers.map(async (server) => {
        const closed = once(server, 'close');
        server.close();
        server.closeIdleConnections();
        await closed;
      }),
    );
  };
  return {
    listen: async () => {
      const opened = servers.map(async (server, index) => {
        server.listen({ fd: listenFds[index] });
        await once(server, 'listening');
        return server.address() as AddressInfo;
      });
      return await Promise.all(opened);
    },
    reload: async (next) => {
      if (next.baseDir === `refuse:${process.pid}`) {
        return { kind: 'kept', problems: [new EdgeError('EDGE_FUNCTION_SYNTAX', 'Stub refuses')] };
      }
      config = next;
      return { kind: 'reloaded' };
    },
    functions: () => [
      { name: 'f', version: 'v', state: 'ready', inFlight: 0, queued: 0, kills: 0, initMs: 1 },
    ],
    purge: async () => 1,
    metrics: async () => {
      if (config.baseDir === 'stuck') await new Promise(() => undefined);
      const metrics = createMetrics();
      metrics.stored.add(1);
      return metrics.snapshot();
    },
    hostPids: () => [],
    drain,
    close: drain,
  };
}
