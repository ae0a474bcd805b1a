import { describe, expect, test } from 'vitest';
import {
  combinedValue,
  fieldValue,
  fieldValues,
  hasField,
  withField,
  withoutFields,
} from '../../src/http/fields.ts';

const FIELDS = ['Accept', 'a', 'X-One', '1', 'ACCEPT', 'b'] as const;

describe('fields', () => {
  test('fieldValue() is the first line in any case, or undefined', () => {
    expect(fieldValue(FIELDS, 'accept')).toBe('a');
    expect(fieldValue(FIELDS, 'x-two')).toBeUndefined();
  });

  test('fieldValues() and combinedValue() have all lines in order (RFC 9110 §5.3)', () => {
    expect(fieldValues(FIELDS, 'accept')).toEqual(['a', 'b']);
    expect(combinedValue(FIELDS, 'accept')).toBe('a, b');
    expect(combinedValue(FIELDS, 'x-two')).toBeUndefined();
  });

  test('hasField() looks at the name only', () => {
    expect(hasField(['A', ''], 'a')).toBe(true);
    expect(hasField(['A', ''], 'b')).toBe(false);
  });

  test('withoutFields() and withField() copy', () => {
    expect(withoutFields(FIELDS, new Set(['accept']))).toEqual(['X-One', '1']);
    expect(withField(FIELDS, 'Accept', 'c')).toEqual(['X-One', '1', 'Accept', 'c']);
    expect(FIELDS).toHaveLength(6);
  });
});
