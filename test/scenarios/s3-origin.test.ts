import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ScriptedOrigin, startOrigin } from '../support/scripted-origin.ts';
import { startTestEdge, type TestEdge } from '../support/test-edge.ts';

const DOMAIN = 'bucket.s3.eu-west-1.amazonaws.com';

let origin: ScriptedOrigin;
let edge: TestEdge;

beforeAll(async () => {
  origin = await startOrigin((_request, response) => response.end('content'));
  edge = await startTestEdge({
    originUrl: origin.url,
    functions: {
      folder: `exports.handler = async (event) => {
        const { request } = event.Records[0].cf;
        const { s3, custom } = request.origin;
        request.headers['x-seen'] = [{ key: 'X-Seen', value: [s3.domainName, s3.region, s3.authMethod, typeof custom].join(' ') }];
        s3.path = '/versions/2';
        return request;
      };`,
    },
    config: {
      origins: { app: { url: origin.url, s3: { domainName: DOMAIN, region: 'eu-west-1' } } },
      behaviors: [{ path: '*', origin: 'app', hooks: { 'origin-request': 'folder' } }],
    },
  });
});

afterAll(async () => {
  await edge[Symbol.asyncDispose]();
  await origin.close();
});

test('functions see a bucket, and a changed path still goes to the url of the configuration', async () => {
  expect((await edge.get('/a')).body).toBe('content');
  const [seen] = origin.requests;
  expect(seen?.url).toBe('/versions/2/a');
  expect(seen?.headers['x-seen']).toBe(`${DOMAIN} eu-west-1 none undefined`);
});
