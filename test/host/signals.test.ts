import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ScriptedOrigin, startOrigin } from '../support/scripted-origin.ts';
import { startTestEdge, type TestEdge } from '../support/test-edge.ts';

let origin: ScriptedOrigin;
let edge: TestEdge;

beforeAll(async () => {
  origin = await startOrigin((_request, response) => response.end('content'));
  edge = await startTestEdge({
    originUrl: origin.url,
    functions: { same: 'exports.handler = async (event) => event.Records[0].cf.request;' },
    hooks: { 'viewer-request': 'same' },
  });
});

afterAll(async () => {
  await edge[Symbol.asyncDispose]();
  await origin.close();
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'a host goes on serving after %s, which a terminal sends to the whole group',
  async (signal) => {
    // The host of the function comes first; the spare may still be booting.
    const [pid = 0] = edge.edge.hostPids();
    process.kill(pid, signal);
    expect((await edge.get('/')).body).toBe('content');
    expect(edge.edge.hostPids()[0]).toBe(pid);
  },
);
