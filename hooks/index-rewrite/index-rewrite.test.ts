import { expect, test } from 'vitest';
import { loadExample, requestAfter } from '../../test/hook/hook-example.ts';

const handler = loadExample(import.meta.url, './index.cjs');

test.each([
  ['/', '/index.html'],
  ['/docs/', '/docs/index.html'],
  ['/docs', '/docs/index.html'],
  ['/docs/v1.2/', '/docs/v1.2/index.html'],
  ['/docs/page.html', '/docs/page.html'],
  ['/a.b/c', '/a.b/c/index.html'],
  ['/caf%C3%A9/', '/caf%C3%A9/index.html'],
])('index-rewrite makes of %s the path %s', async (path, expected) => {
  const request = await requestAfter(handler, 'viewer-request', { path, query: 'a=1' });
  expect([request.path, request.query]).toEqual([expected, 'a=1']);
});
