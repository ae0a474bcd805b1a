import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createEdge } from '../../src/app/create-edge.ts';
import type { RunningEdge } from '../../src/app/running-edge.ts';
import type { Clock } from '../../src/base/clock.ts';
import type { Logger } from '../../src/telemetry/log.ts';

/** A clock that a test moves by hand. It starts at the real time, since origins write real Dates. */
export interface TestClock extends Clock {
  advance(seconds: number): void;
}

export function createTestClock(): TestClock {
  let offsetMs = 0;
  return {
    now: () => Date.now() + offsetMs,
    advance: (seconds) => {
      offsetMs += seconds * 1000;
    },
  };
}

/** One reply as a viewer sees it. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

export interface LogLine {
  readonly level: string;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly message: string;
}

export interface TestEdge {
  readonly edge: RunningEdge;
  readonly port: number;
  readonly clock: TestClock;
  readonly logs: readonly LogLine[];
  get(path: string, options?: GetOptions): Promise<Reply>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface GetOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

export interface TestEdgeOptions {
  readonly originUrl: string;
  /** Code of functions by name; a name ending in `.mjs`, `.ts` or `.cjs` keeps its ending, others are `.js`. */
  readonly functions?: Readonly<Record<string, string>>;
  /** More members of each function's configuration. */
  readonly functionSettings?: Readonly<Record<string, object>>;
  /** Hooks of the one behavior `*`, unless `config` has behaviors of its own. */
  readonly hooks?: Readonly<Record<string, unknown>>;
  /** Members that replace those of the configuration. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** The real edge in this process on a free port: real sockets, real hook hosts, a clock that can be moved. */
export async function startTestEdge(options: TestEdgeOptions): Promise<TestEdge> {
  const folder = await mkdtemp(join(tmpdir(), 'isoedge-test-'));
  const functions: Record<string, object> = {};
  for (const [name, code] of Object.entries(options.functions ?? {})) {
    await writeFile(join(folder, `${name}.js`), code);
    functions[name] = {
      code: `./${name}.js`,
      handler: `${name}.handler`,
      runtime: 'lambda-edge',
      ...options.functionSettings?.[name],
    };
  }
  const clock = createTestClock();
  const logs: LogLine[] = [];
  const edge = await createEdge(
    {
      listeners: [{ host: '127.0.0.1', port: 0 }],
      origins: { app: { url: options.originUrl } },
      functions,
      behaviors: [{ path: '*', origin: 'app', hooks: options.hooks ?? {} }],
      ...options.config,
    },
    { baseDir: folder, clock, logger: recordingLogger(logs) },
  );
  const [address] = await edge.listen();
  const port = address?.port ?? 0;
  return {
    edge,
    port,
    clock,
    logs,
    get: (path, getOptions) => send(port, path, getOptions),
    [Symbol.asyncDispose]: async () => {
      await edge.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function recordingLogger(logs: LogLine[]): Logger {
  const write =
    (level: string): Logger['info'] =>
    (facts, message) => {
      logs.push({ level, facts, message });
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

/** Sends one request on a connection of its own. Rejects when the connection breaks before the reply is complete. */
export function send(port: number, path: string, options: GetOptions = {}): Promise<Reply> {
  const { method = 'GET', headers = {}, body, signal } = options;
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: '127.0.0.1',
        port,
        path,
        method,
        headers: headers as Record<string, string>,
        agent: false,
        ...(signal && { signal }),
      },
      (response) => {
        text(response).then(
          (content) =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              rawHeaders: response.rawHeaders,
              body: content,
            }),
          reject,
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}
