import { expect, test } from 'vitest';
import { fieldValue } from '../../src/http/fields.ts';
import { answerOf, loadExample, requestAfter } from '../../test/hook/hook-example.ts';

const handler = loadExample(import.meta.url, './index.ts');

test.each([
  ['the first language', ['Accept-Language', 'de'], '/de/'],
  ['a region', ['Accept-Language', 'fr-CH, en;q=0.9'], '/fr/'],
  ['quality values', ['Accept-Language', 'en;q=0.5, de;q=0.8'], '/de/'],
  ['a language that is refused', ['Accept-Language', 'de;q=0, fr;q=0.1'], '/fr/'],
  ['no language of ours', ['Accept-Language', 'ja, ko'], '/en/'],
  ['no header', [], '/en/'],
  ['the cookie', ['Accept-Language', 'de', 'Cookie', 'a=1; language=fr'], '/fr/'],
  ['a cookie in a line of its own', ['Cookie', 'a=1', 'Cookie', 'language=fr'], '/fr/'],
  ['a cookie that is none of ours', ['Accept-Language', 'de', 'Cookie', 'language=xx'], '/de/'],
])('language-redirect follows %s', async (_name, fields, location) => {
  const answer = await answerOf(handler, 'viewer-request', { fields });
  expect(answer.status).toBe(302);
  expect(fieldValue(answer.fields, 'location')).toBe(location);
  expect(fieldValue(answer.fields, 'cache-control')).toContain('no-store');
});

test('language-redirect keeps the query', async () => {
  const answer = await answerOf(handler, 'viewer-request', { query: 'from=mail' });
  expect(fieldValue(answer.fields, 'location')).toBe('/en/?from=mail');
});

test('language-redirect leaves other pages alone', async () => {
  const request = await requestAfter(handler, 'viewer-request', { path: '/de/page' });
  expect(request.path).toBe('/de/page');
});
