import { afterEach, expect, test, vi } from 'vitest';
import { loadExample, requestAfter } from '../../test/hook/hook-example.ts';

const handler = loadExample(import.meta.url, './index.mjs');

afterEach(() => {
  vi.unstubAllEnvs();
});

async function queryAfter(query: string): Promise<string> {
  return (await requestAfter(handler, 'viewer-request', { query })).query;
}

test.each([
  ['b=2&a=1', 'a=1&b=2'],
  ['a=2&a=1', 'a=2&a=1'],
  ['b=1&a=2&b=0&a=1', 'a=2&a=1&b=1&b=0'],
  ['utm_source=x&a=1&gclid=y', 'a=1'],
  ['utm_source=x', ''],
  ['', ''],
  ['&&a=1&', 'a=1'],
  ['b&a', 'a&b'],
  ['q=%20%C3%A9+x', 'q=%20%C3%A9+x'],
  ['B=1&a=1', 'B=1&a=1'],
])('query-normalise makes of "%s" the query "%s"', async (query, expected) => {
  expect(await queryAfter(query)).toBe(expected);
});

test('query-normalise takes the ignored names from the environment', async () => {
  vi.stubEnv('IGNORED_PARAMETERS', 'ref, x_*');
  expect(await queryAfter('x_1=1&utm_source=a&ref=b')).toBe('utm_source=a');
});
