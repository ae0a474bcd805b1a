import { afterEach, expect, test, vi } from 'vitest';
import { fieldValues } from '../../src/http/fields.ts';
import { loadExample, requestAfter, responseFieldsAfter } from '../../test/hook/hook-example.ts';

const handler = loadExample(import.meta.url, './index.ts');

afterEach(() => {
  vi.unstubAllEnvs();
});

test.each([
  ['a', '/page'],
  ['b', '/b/page'],
])('ab-cookie shows version %s to those who saw it before', async (version, path) => {
  const fields = ['Cookie', `x=1; experiment=${version}`];
  const request = await requestAfter(handler, 'viewer-request', { path: '/page', fields });
  expect(request.path).toBe(path);
  expect(await responseFieldsAfter(handler, 'viewer-response', { fields })).toEqual([]);
});

test('ab-cookie sets the cookie of the version that it showed, beside those of the origin', async () => {
  for (let i = 0; i < 20; i++) {
    const question = {
      path: '/',
      clientIp: `203.0.113.${i}`,
      responseFields: ['Set-Cookie', 'own=1'],
    };
    const { path } = await requestAfter(handler, 'viewer-request', question);
    const cookies = fieldValues(
      await responseFieldsAfter(handler, 'viewer-response', question),
      'set-cookie',
    );
    expect(cookies[0]).toBe('own=1');
    expect(cookies[1]).toContain(`experiment=${path === '/' ? 'a' : 'b'}; Path=/`);
  }
});

test.each([
  ['0', 0],
  ['100', 50],
])('ab-cookie gives version b its share of %s %%', async (share, expected) => {
  vi.stubEnv('EXPERIMENT_SHARE', share);
  let shown = 0;
  for (let i = 0; i < 50; i++) {
    const { path } = await requestAfter(handler, 'viewer-request', { clientIp: `198.51.100.${i}` });
    if (path === '/b/') shown++;
  }
  expect(shown).toBe(expected);
});
