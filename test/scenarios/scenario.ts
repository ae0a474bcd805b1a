import type { IncomingMessage, ServerResponse } from 'node:http';
import { Recorder } from '../support/recorder.ts';
import {
  type OriginHandler,
  type ScriptedOrigin,
  type SeenRequest,
  startOrigin,
} from '../support/scripted-origin.ts';
import { startTestEdge, type TestEdge, type TestEdgeOptions } from '../support/test-edge.ts';

/** One exchange as the origin holds it: the test writes the response when it wants to. */
export interface OriginTurn {
  readonly seen: SeenRequest;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Resolves when the edge closes the connection before the response is complete. */
  readonly aborted: Promise<void>;
}

/** An origin and an edge in front of it, shared by the tests of one file; each test has paths of its own. */
export interface Scenario {
  readonly origin: ScriptedOrigin;
  readonly edge: TestEdge;
  /** Answers requests for `path` with `handler`. Without a handler a path is answered by hand: see `turn`. */
  serve(path: string, handler: OriginHandler): void;
  /** The next request for `path`, which has no handler, that was not taken yet. */
  turn(path: string): Promise<OriginTurn>;
  /** What the origin saw for a path, whatever its query. */
  seen(path: string): readonly SeenRequest[];
  close(): Promise<void>;
}

function pathOf(url: string | undefined): string {
  return (url ?? '/').split('?', 1)[0] ?? '/';
}

function turnOf(seen: SeenRequest, request: IncomingMessage, response: ServerResponse): OriginTurn {
  const aborted = new Promise<void>((resolve) => {
    response.once('close', () => {
      if (!response.writableFinished) resolve();
    });
  });
  return { seen, request, response, aborted };
}

/** Starts both. `config(originUrl)` replaces members of the configuration. */
export async function startScenario(
  options: Omit<TestEdgeOptions, 'originUrl' | 'config'> & {
    readonly config?: (origin: ScriptedOrigin) => NonNullable<TestEdgeOptions['config']>;
  } = {},
): Promise<Scenario> {
  const handlers = new Map<string, OriginHandler>();
  const turns = new Map<string, Recorder<OriginTurn>>();
  const turnsOf = (path: string): Recorder<OriginTurn> => {
    const recorder = turns.get(path) ?? new Recorder<OriginTurn>();
    turns.set(path, recorder);
    return recorder;
  };
  const taken = new Map<string, number>();
  const origin = await startOrigin((request, response, seen) => {
    // No Date: tests move the clock of the edge, and the origin does not know of it.
    response.sendDate = false;
    const path = pathOf(request.url);
    const handler = handlers.get(path);
    if (handler === undefined) turnsOf(path).add(turnOf(seen, request, response));
    else handler(request, response, seen);
  });
  const { config, ...rest } = options;
  const edge = await startTestEdge({
    originUrl: origin.url,
    ...rest,
    ...(config && { config: config(origin) }),
  });
  return {
    origin,
    edge,
    serve: (path, handler) => {
      handlers.set(path, handler);
    },
    turn: async (path) => {
      const index = taken.get(path) ?? 0;
      taken.set(path, index + 1);
      const recorder = turnsOf(path);
      await recorder.waitForCount(index + 1);
      const turn = recorder.all[index];
      if (turn === undefined) throw new Error(`No turn ${index} for "${path}"`);
      return turn;
    },
    seen: (path) => origin.requests.filter(({ url }) => pathOf(url) === path),
    close: async () => {
      await edge[Symbol.asyncDispose]();
      await origin.close();
    },
  };
}

/** Fields of a response that is fresh for a minute. */
export const FRESH = { 'Cache-Control': 'max-age=60' } as const;
