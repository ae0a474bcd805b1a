import { expect, test } from 'vitest';
import { fieldValues } from '../../src/http/fields.ts';
import { loadExample, requestAfter } from '../../test/hook/hook-example.ts';

const handler = loadExample(import.meta.url, './index.cjs');

test.each([
  ['adds the id', []],
  ['replaces an id of the viewer', ['x-request-id', 'mine', 'X-Request-Id', 'mine too']],
])('request-id %s', async (_name, fields) => {
  const request = await requestAfter(handler, 'origin-request', { fields });
  expect(fieldValues(request.fields, 'x-request-id')).toEqual([
    '4TyzHTaYWb1GX1qTfsHhEqV6HUDd_BzoBZnwfnvQc_1oF26ClkoUSEQ==',
  ]);
});
