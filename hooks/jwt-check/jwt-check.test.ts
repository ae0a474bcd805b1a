import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fieldValue, fieldValues } from '../../src/http/fields.ts';
import { answerOf, loadExample, requestAfter } from '../../test/hook/hook-example.ts';

const handler = loadExample(import.meta.url, './index.cjs');
const NOW_SECONDS = 1_800_000_000;
const GOOD = { sub: 'alice', exp: NOW_SECONDS + 60 };

beforeEach(() => {
  vi.stubEnv('JWT_SECRET', 'secret');
  vi.spyOn(Date, 'now').mockReturnValue(NOW_SECONDS * 1000);
  vi.spyOn(console, 'warn').mockReturnValue();
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function token(
  claims: unknown,
  secret = 'secret',
  head: unknown = { alg: 'HS256', typ: 'JWT' },
): string {
  const content = `${part(head)}.${part(claims)}`;
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`;
}

function bearer(text: string): string[] {
  return ['Authorization', `Bearer ${text}`];
}

test.each([
  ['a bearer token', bearer(token(GOOD))],
  ['a cookie', ['Cookie', `a=1; token=${token(GOOD)}`]],
  ['a token within the leeway', bearer(token({ ...GOOD, exp: NOW_SECONDS - 10 }))],
])('jwt-check lets %s pass and names the user', async (_name, fields) => {
  const request = await requestAfter(handler, 'viewer-request', {
    fields: [...fields, 'X-User', 'mallory'],
  });
  expect(fieldValues(request.fields, 'x-user')).toEqual(['alice']);
});

test('jwt-check removes a user that the viewer made up', async () => {
  const fields = [...bearer(token({ exp: GOOD.exp })), 'X-User', 'mallory'];
  const request = await requestAfter(handler, 'viewer-request', { fields });
  expect(fieldValue(request.fields, 'x-user')).toBeUndefined();
});

test.each([
  ['no token', [], 'no token'],
  ['a token of two parts', bearer('a.b'), 'no token'],
  ['a token that is no JSON', bearer('a.b.c'), 'malformed token'],
  ['claims that are no object', bearer(token(null)), 'malformed token'],
  ['another secret', bearer(token(GOOD, 'other')), 'bad signature'],
  ['no signature', bearer(`${part({ alg: 'HS256' })}.${part(GOOD)}.`), 'bad signature'],
  [
    'the algorithm none',
    bearer(token(GOOD, 'secret', { alg: 'none' })),
    'another algorithm than HS256',
  ],
  ['an old token', bearer(token({ ...GOOD, exp: NOW_SECONDS - 31 })), 'expired'],
  ['a token without end', bearer(token({ sub: 'alice' })), 'expired'],
  ['a token of tomorrow', bearer(token({ ...GOOD, nbf: NOW_SECONDS + 86_400 })), 'not valid yet'],
])('jwt-check refuses %s', async (_name, fields, reason) => {
  const answer = await answerOf(handler, 'viewer-request', { fields });
  expect(answer.status).toBe(401);
  expect(fieldValue(answer.fields, 'www-authenticate')).toContain('Bearer');
  expect(console.warn).toHaveBeenCalledWith(`jwt-check: ${reason}`);
});

test.each([
  ['JWT_ISSUER', 'https://login.example.com', { iss: 'https://login.example.com' }],
  ['JWT_AUDIENCE', 'shop', { aud: ['blog', 'shop'] }],
])('jwt-check compares %s when it is set', async (name, value, claims) => {
  vi.stubEnv(name, value);
  const good = await requestAfter(handler, 'viewer-request', {
    fields: bearer(token({ ...GOOD, ...claims })),
  });
  expect(fieldValue(good.fields, 'x-user')).toBe('alice');
  expect((await answerOf(handler, 'viewer-request', { fields: bearer(token(GOOD)) })).status).toBe(
    401,
  );
});

test('jwt-check lets nobody in without a secret', async () => {
  vi.stubEnv('JWT_SECRET', '');
  const fields = bearer(token(GOOD, ''));
  expect((await answerOf(handler, 'viewer-request', { fields })).status).toBe(401);
});
