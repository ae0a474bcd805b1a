import { expect, test } from 'vitest';
import { configJsonSchema } from '../../src/config/json-schema.ts';

test('configJsonSchema() asks only for what has no default, and allows no other members', () => {
  expect(configJsonSchema()).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    required: ['origins', 'behaviors'],
    additionalProperties: false,
  });
});

test('configJsonSchema() gives editors type, range, default and a sentence with the unit', () => {
  expect(configJsonSchema()).toMatchObject({
    properties: {
      drainTimeoutMs: {
        type: 'integer',
        minimum: 0,
        maximum: 3_600_000,
        default: 30_000,
        description: expect.stringMatching(/ Unit: ms\.$/),
      },
    },
  });
});

test('configJsonSchema() has no keywords that are not of JSON Schema', () => {
  const text = JSON.stringify(configJsonSchema());
  for (const own of ['unit', 'form', 'source']) expect(text).not.toContain(`"${own}":"`);
});
