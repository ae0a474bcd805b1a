import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fieldValue } from '../../src/http/fields.ts';
import { answerOf, loadExample, requestAfter } from '../../test/hook/hook-example.ts';

const handler = loadExample(import.meta.url, './index.cjs');

beforeEach(() => {
  vi.stubEnv('BASIC_AUTH_USER', 'alice');
  vi.stubEnv('BASIC_AUTH_PASSWORD', 'pässword:1');
});
afterEach(() => {
  vi.unstubAllEnvs();
});

function authorization(credentials: string, scheme = 'Basic'): string[] {
  return ['Authorization', `${scheme} ${Buffer.from(credentials).toString('base64')}`];
}

test.each(['Basic', 'basic'])(
  'basic-auth lets the right password pass with the scheme %s',
  async (scheme) => {
    const fields = authorization('alice:pässword:1', scheme);
    const request = await requestAfter(handler, 'viewer-request', { path: '/a', fields });
    expect(request.path).toBe('/a');
    expect(fieldValue(request.fields, 'authorization')).toBeUndefined();
  },
);

test.each([
  ['nothing', []],
  ['a wrong password', authorization('alice:wrong')],
  ['a wrong user', authorization('bob:pässword:1')],
  ['a part of the password', authorization('alice:pässword')],
  ['another scheme', ['Authorization', 'Bearer abc']],
  ['no base64', ['Authorization', 'Basic ???']],
])('basic-auth asks again after %s', async (_name, fields) => {
  const answer = await answerOf(handler, 'viewer-request', { fields });
  expect(answer.status).toBe(401);
  expect(fieldValue(answer.fields, 'www-authenticate')).toBe(
    'Basic realm="Restricted", charset="UTF-8"',
  );
});

test('basic-auth lets nobody in without configuration', async () => {
  vi.stubEnv('BASIC_AUTH_USER', '');
  vi.stubEnv('BASIC_AUTH_PASSWORD', '');
  const answer = await answerOf(handler, 'viewer-request', { fields: authorization(':') });
  expect(answer.status).toBe(401);
});
