import { METRICS_CONTENT_TYPE } from '../telemetry/metrics.ts';
import type { AdminBackend } from './backend.ts';
import { readPurgeCommand } from './purge-command.ts';

/** What a route answers; `content` is JSON unless `contentType` says otherwise. */
export interface AdminAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly content: string;
}

/** One row of the table of admin routes. */
export interface AdminRoute {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly text: string;
  /** Probes of orchestrators have no token, and these answers hold no secret. */
  readonly withoutToken?: true;
  /** `content` is the content of the request, decoded. */
  answer(backend: AdminBackend, content: string): Promise<AdminAnswer>;
}

const JSON_TYPE = 'application/json';

/** Everything the admin listener can do. */
export const ADMIN_ROUTES: readonly AdminRoute[] = [
  {
    method: 'GET',
    path: '/healthz',
    text: 'Whether the supervisor runs',
    withoutToken: true,
    answer: async () => jsonAnswer(200, { status: 'ok' }),
  },
  {
    method: 'GET',
    path: '/readyz',
    text: 'Whether all workers take requests; 503 with reasons if not',
    withoutToken: true,
    answer: async (backend) => {
      const readiness = backend.ready();
      return readiness.kind === 'ready'
        ? jsonAnswer(200, { status: 'ready' })
        : jsonAnswer(503, { status: 'not ready', reasons: readiness.reasons });
    },
  },
  {
    method: 'GET',
    path: '/metrics',
    text: 'Metrics of all workers in Prometheus text format',
    answer: async (backend) => ({
      status: 200,
      contentType: METRICS_CONTENT_TYPE,
      content: await backend.metrics(),
    }),
  },
  {
    method: 'POST',
    path: '/purge',
    text: 'Removes stored responses: { "url": … }, { "prefix": … } or { "all": true }',
    answer: async (backend, content) => {
      const purged = await backend.purge(readPurgeCommand(content));
      return jsonAnswer(200, { purged });
    },
  },
  {
    method: 'GET',
    path: '/functions',
    text: 'Functions with their version, state and last error',
    answer: async (backend) => jsonAnswer(200, { functions: await backend.functions() }),
  },
];

/** An answer with JSON content. */
export function jsonAnswer(status: number, value: unknown): AdminAnswer {
  return { status, contentType: JSON_TYPE, content: `${JSON.stringify(value)}\n` };
}
