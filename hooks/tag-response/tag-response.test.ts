import { expect, test } from 'vitest';
import { loadExample, responseFieldsAfter } from '../../test/hook/hook-example.ts';

const handler = loadExample(import.meta.url, './index.mjs');

test('tag-response adds one header and keeps the others', async () => {
  const fields = await responseFieldsAfter(handler, 'origin-response', {
    responseFields: ['Content-Length', '5', 'ETag', '"a"'],
  });
  expect(fields.slice(0, 5)).toEqual(['Content-Length', '5', 'ETag', '"a"', 'X-Tagged-By']);
  expect(fields[5]).toMatch(/^us-east-1\.example; fetched=\d{4}-\d\d-\d\dT[\d:.]+Z$/);
});
