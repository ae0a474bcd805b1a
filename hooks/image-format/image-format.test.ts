import { afterEach, expect, test, vi } from 'vitest';
import { loadExample, requestAfter } from '../../test/hook/hook-example.ts';

const handler = loadExample(import.meta.url, './index.ts');

afterEach(() => {
  vi.unstubAllEnvs();
});

async function pathAfter(path: string, accept: string): Promise<string> {
  const fields = accept === '' ? [] : ['Accept', accept];
  return (await requestAfter(handler, 'origin-request', { path, fields })).path;
}

test.each([
  ['image/avif,image/webp,*/*', '/cat.jpg.avif'],
  ['image/webp,*/*;q=0.8', '/cat.jpg.webp'],
  ['IMAGE/WEBP', '/cat.jpg.webp'],
  ['image/avif;q=0, image/webp', '/cat.jpg.webp'],
  ['*/*', '/cat.jpg'],
  ['', '/cat.jpg'],
])('image-format of Accept "%s" is %s', async (accept, expected) => {
  expect(await pathAfter('/cat.jpg', accept)).toBe(expected);
});

test.each(['/cat.gif', '/cat.jpg.txt', '/', '/jpg'])(
  'image-format leaves %s alone',
  async (path) => {
    expect(await pathAfter(path, 'image/avif')).toBe(path);
  },
);

test('image-format offers the formats of the environment', async () => {
  vi.stubEnv('IMAGE_FORMATS', 'webp');
  expect(await pathAfter('/cat.PNG', 'image/avif,image/webp')).toBe('/cat.PNG.webp');
});
