import { type Reply, startTestEdge, type TestEdge } from '../support/test-edge.ts';
import { type HostLoad, watchHosts } from './host-memory.ts';
import { codeOf } from './programs.ts';

const INNOCENT = `exports.handler = async (event) => {
  const { request } = event.Records[0].cf;
  request.headers['x-seen'] = [{ key: 'X-Seen', value: 'yes' }];
  return request;
};`;
const INNOCENT_RESPONSE = `exports.handler = async (event) => {
  const { response } = event.Records[0].cf;
  response.headers['x-innocent'] = [{ key: 'X-Innocent', value: 'yes' }];
  return response;
};`;

export interface FaultEdgeOptions {
  readonly originPort: number;
  /** Hostile programs; each answers `/attack/<name>`. */
  readonly programs: readonly string[];
  readonly limits: object;
  /** One trust group for all functions, the innocent ones too; default: one for each. */
  readonly trustGroup?: string;
}

/** An edge with hostile functions, and innocent ones: two hooks on `/hooked`, none elsewhere. */
export async function startFaultEdge(options: FaultEdgeOptions): Promise<TestEdge> {
  const { programs, limits, trustGroup } = options;
  const innocent = trustGroup === undefined ? {} : { trustGroup };
  const hostile = { ...limits, ...innocent };
  const edge = await startTestEdge({
    originUrl: `http://127.0.0.1:${options.originPort}`,
    functions: {
      innocent: INNOCENT,
      'innocent-response': INNOCENT_RESPONSE,
      ...Object.fromEntries(programs.map((name) => [name, codeOf(name)])),
    },
    functionSettings: {
      innocent,
      'innocent-response': innocent,
      ...Object.fromEntries(programs.map((name) => [name, hostile])),
    },
    config: {
      debug: true,
      behaviors: [
        ...programs.map((name) => ({
          path: `/attack/${name}`,
          origin: 'app',
          hooks: { 'viewer-request': name },
        })),
        {
          path: '/hooked',
          origin: 'app',
          hooks: { 'viewer-request': 'innocent', 'viewer-response': 'innocent-response' },
        },
        { path: '*', origin: 'app' },
      ],
    },
  });
  await Promise.all(['/hooked', '/plain/hit'].map((path) => edge.get(path)));
  return edge;
}

/** One hostile call as it went. */
export interface Attack {
  readonly name: string;
  readonly reply: Reply;
  readonly code: string;
  /** Epoch ms. */
  readonly sentMs: number;
  readonly tookMs: number;
  readonly load: HostLoad;
}

export async function attack(edge: TestEdge, name: string): Promise<Attack> {
  const hosts = watchHosts(() => edge.edge.hostPids());
  const sentMs = performance.timeOrigin + performance.now();
  const reply = await edge.get(`/attack/${name}`);
  const tookMs = performance.timeOrigin + performance.now() - sentMs;
  return { name, reply, code: codeIn(reply), sentMs, tookMs, load: hosts.stop() };
}

/** The code of the failure that a reply tells of; `none` when there was none. */
function codeIn(reply: Reply): string {
  const [code = ''] = String(reply.headers['x-isoedge-error'] ?? 'none').split(/[^A-Z_a-z]/, 1);
  return code;
}

export function printAttacks(attacks: readonly Attack[], limitMb: number): void {
  console.table(
    attacks.map(({ name, code, tookMs, load }) => ({
      program: name,
      code,
      tookMs: Math.round(tookMs),
      waitedMs: Math.round(load.waitedMs),
      peakMb: load.peakMb,
      limitMb,
    })),
  );
}
