import { afterEach, expect, test, vi } from 'vitest';
import { fieldValue, fieldValues } from '../../src/http/fields.ts';
import { loadExample, responseFieldsAfter } from '../../test/hook/hook-example.ts';

const handler = loadExample(import.meta.url, './index.mjs');

afterEach(() => {
  vi.unstubAllEnvs();
});

test('security-headers adds the headers and hides the server', async () => {
  const fields = await responseFieldsAfter(handler, 'viewer-response', {
    responseFields: [
      'Server',
      'nginx/1.2',
      'X-Powered-By',
      'PHP',
      'Set-Cookie',
      'a',
      'Set-Cookie',
      'b',
    ],
  });
  expect(fieldValue(fields, 'strict-transport-security')).toContain('max-age=63072000');
  expect(fieldValue(fields, 'x-content-type-options')).toBe('nosniff');
  expect(fieldValue(fields, 'content-security-policy')).toBe("default-src 'self'");
  expect(fieldValue(fields, 'server')).toBeUndefined();
  expect(fieldValue(fields, 'x-powered-by')).toBeUndefined();
  expect(fieldValues(fields, 'set-cookie')).toEqual(['a', 'b']);
});

test('security-headers keeps what the origin says', async () => {
  const fields = await responseFieldsAfter(handler, 'viewer-response', {
    responseFields: ['X-Frame-Options', 'SAMEORIGIN'],
  });
  expect(fieldValues(fields, 'x-frame-options')).toEqual(['SAMEORIGIN']);
});

test('security-headers takes the policy from the environment', async () => {
  vi.stubEnv('CONTENT_SECURITY_POLICY', "default-src 'none'");
  const fields = await responseFieldsAfter(handler, 'viewer-response');
  expect(fieldValue(fields, 'content-security-policy')).toBe("default-src 'none'");
});
