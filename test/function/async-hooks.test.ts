import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ScriptedOrigin, startOrigin } from '../support/scripted-origin.ts';
import { startTestEdge, type TestEdge } from '../support/test-edge.ts';

let origin: ScriptedOrigin;
let edge: TestEdge;

beforeAll(async () => {
  origin = await startOrigin((_request, response) => response.end());
  edge = await startTestEdge({
    originUrl: origin.url,
    functions: {
      storage: `const { AsyncLocalStorage } = require('node:async_hooks');
        const storage = new AsyncLocalStorage();
        const read = async () => { await null; return storage.getStore(); };
        exports.handler = (event) => storage.run('kept', async () => {
          await new Promise((resolve) => setTimeout(resolve, 1));
          return { status: '200', body: String(await read()) };
        });`,
    },
    hooks: { 'viewer-request': 'storage' },
  });
});

afterAll(async () => {
  await edge[Symbol.asyncDispose]();
  await origin.close();
});

test('a function that imports async_hooks keeps its store across native await', async () => {
  expect((await edge.get('/')).body).toBe('kept');
});
