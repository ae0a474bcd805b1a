import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fieldValue } from '../../src/http/fields.ts';
import { answerOf, loadExample, requestAfter } from '../../test/hook/hook-example.ts';

const handler = loadExample(import.meta.url, './index.cjs');

beforeEach(() => {
  vi.stubEnv('MAINTENANCE', 'on');
});
afterEach(() => {
  vi.unstubAllEnvs();
});

test('maintenance-page answers with its page', async () => {
  const answer = await answerOf(handler, 'viewer-request', { fields: ['Accept', 'text/html,*/*'] });
  expect(answer.status).toBe(503);
  expect(fieldValue(answer.fields, 'retry-after')).toBe('600');
  expect(fieldValue(answer.fields, 'content-type')).toBe('text/html; charset=utf-8');
  expect(answer.text).toContain('<h1>Back soon</h1>');
});

test('maintenance-page answers programs in JSON', async () => {
  const answer = await answerOf(handler, 'viewer-request', {
    fields: ['Accept', 'application/json'],
  });
  expect(fieldValue(answer.fields, 'content-type')).toBe('application/json');
  expect(JSON.parse(answer.text)).toEqual({ error: 'maintenance' });
});

test('maintenance-page lets those pass who may test', async () => {
  vi.stubEnv('MAINTENANCE_ALLOWED_IPS', '192.0.2.1, 203.0.113.178');
  expect((await requestAfter(handler, 'viewer-request', { path: '/a' })).path).toBe('/a');
});

test('maintenance-page does nothing when it is off', async () => {
  vi.stubEnv('MAINTENANCE', '');
  expect((await requestAfter(handler, 'viewer-request', { path: '/a' })).path).toBe('/a');
});
