interface LimitRow {
  readonly value: number;
  readonly unit: 'bytes' | 'characters' | 'count' | 'ms';
  readonly reason: string;
}

const KIB = 1024;
const MIB = 1024 * KIB;

/**
 * What network requests of functions may take from an edge worker. All of it is memory or sockets
 * of the edge worker.
 */
export const EGRESS_LIMITS = {
  requestContentBytes: {
    value: 6 * MIB,
    unit: 'bytes',
    reason:
      'The largest content of a synchronous Lambda call, so calls from function to function fit',
  },
  responseContentBytes: {
    value: 16 * MIB,
    unit: 'bytes',
    reason: 'Far above what fits into a response of a hook, far below what an environment may hold',
  },
  responseHeaderBytes: {
    value: 16 * KIB,
    unit: 'bytes',
    reason: 'What the http module of Node accepts unless it is told otherwise',
  },
  argumentsChars: {
    value: 128 * KIB,
    unit: 'characters',
    reason:
      'Method, URL and header section of a request as JSON: several times what servers accept',
  },
  functionHeldBytes: {
    value: 64 * MIB,
    unit: 'bytes',
    reason: 'Content of one function that waits in the edge worker, all its requests together',
  },
  workerHeldBytes: {
    value: 256 * MIB,
    unit: 'bytes',
    reason: 'The same for all functions: what an edge worker can spare beside its cache',
  },
  requestsPerFunction: {
    value: 1024,
    unit: 'count',
    reason: 'Requests and open streams of one function at once: ten for each of its environments',
  },
  serversPerFunction: {
    value: 256,
    unit: 'count',
    reason: 'A wildcard entry must not let a function open pools without end',
  },
  connectionsPerServer: {
    value: 64,
    unit: 'count',
    reason: 'Connections of one function to one server; more requests wait for a free one',
  },
  functions: {
    value: 512,
    unit: 'count',
    reason: 'Functions whose connections are kept; those of replaced configurations go first',
  },
  connectTimeoutMs: {
    value: 10_000,
    unit: 'ms',
    reason: 'Name, TCP and TLS of one connection; the deadline of the call ends the wait sooner',
  },
  keepAliveMs: {
    value: 30_000,
    unit: 'ms',
    reason: 'Idle connections live on between invocations, shorter than common servers keep them',
  },
  wholeContentBytes: {
    value: 256 * KIB,
    unit: 'bytes',
    reason: 'A response that may be streamed is answered whole up to here; also the size of a read',
  },
  wholeContentWaitMs: {
    value: 10,
    unit: 'ms',
    reason: 'How long the end of such a response is waited for once its header section is there',
  },
} as const satisfies Record<string, LimitRow>;

export type EgressLimits = Readonly<Record<keyof typeof EGRESS_LIMITS, number>>;

/** The limits of the table, some of them replaced (tests use small ones). */
export function egressLimits(replaced: Partial<EgressLimits> = {}): EgressLimits {
  const rows = Object.entries(EGRESS_LIMITS).map(([name, row]) => [name, row.value]);
  return { ...(Object.fromEntries(rows) as EgressLimits), ...replaced };
}
