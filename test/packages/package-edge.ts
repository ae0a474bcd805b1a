import { fileURLToPath } from 'node:url';
import { type ScriptedOrigin, startOrigin } from '../support/scripted-origin.ts';
import {
  type GetOptions,
  type LogLine,
  startTestEdge,
  type TestEdge,
} from '../support/test-edge.ts';

export interface JsonReply {
  readonly status: number;
  // Tests compare it with what they expect.
  readonly value: ReturnType<typeof JSON.parse>;
}

/** The edge with functions that use npm packages, and the origin behind it. */
export interface PackageEdge {
  readonly edge: TestEdge;
  readonly origin: ScriptedOrigin;
  /**
   * Status and JSON content of a reply; rejects with what the edge logged when the function failed.
   */
  getJson(path: string, options?: GetOptions): Promise<JsonReply>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts one edge for functions of `test/packages/functions`, which take their packages from
 * `test/packages/node_modules`. Keys are file names, values further settings; function `x.js` is
 * the viewer-request hook of `/x/*`. Fails when one of them cannot be loaded.
 */
export async function startPackageEdge(
  functions: Readonly<Record<string, object>>,
): Promise<PackageEdge> {
  const origin = await startOrigin((request, response) => {
    response.end(`origin saw ${request.url}`);
  });
  const named = Object.entries(functions).map(([file, settings]) => ({ file, settings }));
  const edge = await startTestEdge({
    originUrl: origin.url,
    config: {
      functions: Object.fromEntries(
        named.map(({ file, settings }) => [nameOf(file), functionOf(file, settings)]),
      ),
      behaviors: [
        ...named.map(({ file }) => ({
          path: `/${nameOf(file)}/*`,
          origin: 'app',
          allowedMethods: 'all',
          hooks: { 'viewer-request': nameOf(file) },
        })),
        { path: '*', origin: 'app' },
      ],
    },
  });
  const failed = edge.edge.functions().filter(({ state }) => state !== 'ready');
  if (failed.length > 0) console.error(failed.map(({ error }) => error).join('\n'));
  return {
    edge,
    origin,
    getJson: async (path, options) => {
      const { status, headers, body } = await edge.get(path, options);
      if (headers['content-type'] === 'application/json')
        return { status, value: JSON.parse(body) };
      throw new Error(`${status}: ${edge.logs.map(textOf).join('\n')}`);
    },
    [Symbol.asyncDispose]: async () => {
      await edge[Symbol.asyncDispose]();
      await origin.close();
    },
  };
}

function textOf({ message, facts }: LogLine): string {
  return `${message} ${JSON.stringify(facts)}`;
}

function nameOf(file: string): string {
  return file.replace(/\.\w+$/, '');
}

function functionOf(file: string, settings: object): object {
  return {
    code: fileURLToPath(new URL(`functions/${file}`, import.meta.url)),
    handler: `${nameOf(file)}.handler`,
    trustGroup: 'packages',
    // A first call compiles a package; on a machine that runs other tests beside this one that
    // takes a while.
    cpuMs: 3000,
    timeoutMs: 10_000,
    ...settings,
  };
}
