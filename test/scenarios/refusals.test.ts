import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HOOK_POINTS } from '../../src/hook/hook-point.ts';
import { type ScriptedOrigin, startOrigin } from '../support/scripted-origin.ts';
import { startTestEdge, type TestEdge } from '../support/test-edge.ts';

import { MESSAGE_CASES } from './refusal-cases.ts';
import { HEADER_CASES } from './refusal-header-cases.ts';

const CASES = [...MESSAGE_CASES, ...HEADER_CASES].flatMap((one) =>
  one.points.map((point) => ({ ...one, point })),
);

describe('what CloudFront refuses is refused at the same point (CloudFront developer guide)', () => {
  let app: ScriptedOrigin;
  let edge: TestEdge;

  beforeAll(async () => {
    app = await startOrigin((_request, response) => {
      response.setHeader('Content-Length', '7');
      response.writeHead(200, { 'Content-Type': 'text/plain', Warning: '199 - "old"' });
      response.end('content');
    });
    const cases = CASES.map(({ code }) => `(event, request, response, pass) => { ${code} }`);
    const code = `
      const cases = [${cases.join(',\n')}];
      exports.handler = async (event) => {
        const { request, response } = event.Records[0].cf;
        const index = request.uri.slice(request.uri.lastIndexOf('/') + 1);
        return cases[index](event, request, response, response ?? request);
      };`;
    edge = await startTestEdge({
      originUrl: app.url,
      functions: { wrong: code },
      config: {
        debug: true,
        behaviors: [
          ...HOOK_POINTS.map((point) => ({
            path: `/${point}/*`,
            origin: 'app',
            hooks: { [point]: 'wrong' },
          })),
          { path: '*', origin: 'app' },
        ],
      },
    });
  });

  afterAll(async () => {
    await edge[Symbol.asyncDispose]();
    await app.close();
  });

  test.each(CASES.map((one, index) => ({ ...one, index })))(
    '$point: $rule: $code',
    async ({ point, index, rule, names }) => {
      const reply = await edge.get(`/${point}/${index}`, {
        headers: { 'Accept-Encoding': 'gzip', 'If-None-Match': '"1"' },
      });
      const error = String(reply.headers['x-isoedge-error']);
      expect(error).toContain('EDGE_HOOK_VALIDATION');
      expect(reply.status).toBe(502);
      expect(reply.headers['x-cache']).toBe('LambdaValidationError from isoedge');
      expect(error).toContain(`function "wrong" at ${point}`);
      expect(error).toContain(`rule=${rule}`);
      for (const name of names) expect(error).toContain(name);
    },
  );
});

test('a refusal names the line of the author that sets the header', async () => {
  await using app = await startOrigin((_request, response) => response.end('content'));
  await using edge = await startTestEdge({
    originUrl: app.url,
    functions: {
      moves: `exports.handler = async (event) => {
  const { request } = event.Records[0].cf;
  request.uri = '/moved';
  request.headers['host'] = [{ key: 'Host', value: 'other.example.com' }];
  return request;
};`,
    },
    hooks: { 'viewer-request': 'moves' },
    config: { debug: true },
  });
  const reply = await edge.get('/');
  const error = String(reply.headers['x-isoedge-error']);
  expect(error).toContain('header "Host" is read-only and was changed');
  expect(error).toContain('(at /var/task/moves.js:4)');
  expect(edge.logs.some(({ message }) => message.includes('/var/task/moves.js:4'))).toBe(true);
});
