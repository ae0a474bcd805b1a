import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fieldValue } from '../../src/http/fields.ts';
import { loadExample, requestAfter } from '../../test/hook/hook-example.ts';
import { CUSTOM_ORIGIN } from '../../test/hook/lambda-edge/events.ts';

const handler = loadExample(import.meta.url, './index.ts');

beforeEach(() => {
  vi.stubEnv('ORIGIN_BY_COUNTRY', JSON.stringify({ DE: 'eu.example.com', JP: 'ap.example.com' }));
});
afterEach(() => {
  vi.unstubAllEnvs();
});

test.each([
  ['DE', 'eu.example.com'],
  ['JP', 'ap.example.com'],
])('origin-by-country sends %s to %s', async (country, domainName) => {
  const fields = ['CloudFront-Viewer-Country', country];
  const { origin, fields: returned } = await requestAfter(handler, 'origin-request', { fields });
  expect(origin).toMatchObject({ kind: 'custom', domainName, port: 443, path: CUSTOM_ORIGIN.path });
  expect(origin?.customHeaders).toEqual(CUSTOM_ORIGIN.customHeaders);
  expect(fieldValue(returned, 'host')).toBe(domainName);
});

test.each([
  ['a country without an origin', ['CloudFront-Viewer-Country', 'US']],
  ['a name that objects inherit', ['CloudFront-Viewer-Country', 'constructor']],
  ['no country', []],
])('origin-by-country keeps the configured origin for %s', async (_name, fields) => {
  const { origin, fields: returned } = await requestAfter(handler, 'origin-request', { fields });
  expect(origin).toBe(CUSTOM_ORIGIN);
  expect(fieldValue(returned, 'host')).toBe('www.example.com');
});
