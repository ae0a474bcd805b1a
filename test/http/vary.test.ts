import { describe, expect, test } from 'vitest';
import {
  parseVary,
  sameSelection,
  selectingValue,
  selectionMatches,
  selectionOf,
} from '../../src/http/vary.ts';

describe('parseVary()', () => {
  test.each([
    [[], []],
    [
      ['Vary', 'Foo, bar ,FOO'],
      ['bar', 'foo'],
    ],
    [
      ['Vary', 'b', 'vary', 'a'],
      ['a', 'b'],
    ],
    [['Vary', '*'], '*'],
    [['Vary', ', *'], '*'],
    [['Vary', '', 'Vary', '*'], '*'],
    [['Vary', 'Foo, *'], '*'],
    [['Vary', '*, Foo'], '*'],
  ])('of %j is %j (RFC 9110 §12.5.5)', (fields, expected) => {
    expect(parseVary(fields)).toEqual(expected);
  });
});

describe('selectingValue()', () => {
  test.each([
    ['foo', ['Foo', '1, 2'], ['Foo', '1', 'foo', '2'], true],
    ['foo', ['Foo', '1,2'], ['Foo', ' 1, 2 '], true],
    ['foo', ['Foo', '1'], ['Foo', '2'], false],
    ['foo', ['Foo', 'a'], ['Foo', 'A'], false],
    ['foo', ['Foo', '1, 2'], ['Foo', '2, 1'], false],
    ['foo', [], ['Foo', ''], false],
    ['foo', [], ['Bar', '1'], true],
    ['accept-language', ['Accept-Language', 'en, de'], ['Accept-Language', 'de, EN'], true],
    ['accept-language', ['Accept-Language', 'en, de'], ['Accept-Language', 'en ,, de'], true],
    ['accept-language', ['Accept-Language', 'en;q=1.0'], ['Accept-Language', 'en'], true],
    ['accept-language', ['Accept-Language', 'en;q=0.50'], ['Accept-Language', 'en; q=0.5'], true],
    ['accept-language', ['Accept-Language', 'en;q=0.5'], ['Accept-Language', 'en;q=0.4'], false],
    ['accept-encoding', ['Accept-Encoding', 'gzip, br'], ['accept-encoding', 'br,gzip'], true],
    ['accept-encoding', ['Accept-Encoding', 'gzip'], ['accept-encoding', 'br'], false],
  ])('%s of %j and %j (RFC 9111 §4.1, %#)', (name, a, b, same) => {
    expect(selectingValue(a, name) === selectingValue(b, name)).toBe(same);
  });
});

describe('selectionMatches()', () => {
  test('needs every selecting field to match', () => {
    const selection = selectionOf(['A', '1', 'B', '2'], ['a', 'b']);
    expect(selectionMatches(selection, ['b', '2', 'a', '1', 'c', '3'])).toBe(true);
    expect(selectionMatches(selection, ['a', '1'])).toBe(false);
    expect(selectionMatches([], ['a', '1'])).toBe(true);
  });
});

describe('sameSelection()', () => {
  test('compares names and values', () => {
    const one = selectionOf(['A', '1'], ['a']);
    expect(sameSelection(one, selectionOf(['a', ' 1'], ['a']))).toBe(true);
    expect(sameSelection(one, selectionOf(['a', '2'], ['a']))).toBe(false);
    expect(sameSelection(one, selectionOf(['a', '1'], ['b']))).toBe(false);
    expect(sameSelection(one, [])).toBe(false);
  });
});
