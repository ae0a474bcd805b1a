import { describe, expect, test } from 'vitest';
import {
  parseEntityTag,
  parseEntityTagList,
  strongMatch,
  weakMatch,
} from '../../src/http/entity-tag.ts';

describe('strongMatch() and weakMatch()', () => {
  // The table of RFC 9110 §8.8.3.2.
  test.each([
    ['W/"1"', 'W/"1"', false, true],
    ['W/"1"', 'W/"2"', false, false],
    ['W/"1"', '"1"', false, true],
    ['"1"', '"1"', true, true],
    ['w/"1"', '"1"', false, true],
    ['abc', 'abc', true, true],
    ['abc', '"abc"', false, false],
  ])('%s and %s: strong %s, weak %s', (a, b, strong, weak) => {
    expect(strongMatch(parseEntityTag(a), parseEntityTag(b))).toBe(strong);
    expect(weakMatch(parseEntityTag(a), parseEntityTag(b))).toBe(weak);
  });
});

describe('parseEntityTagList()', () => {
  test.each([
    ['"a"', ['"a"']],
    ['"a", W/"b" ,"c"', ['"a"', 'W/"b"', '"c"']],
    ['"a,b", "c"', ['"a,b"', '"c"']],
    ['abc', ['abc']],
    ['a, b', ['a', 'b']],
    [', "a",, "b",', ['"a"', '"b"']],
    ['""', ['""']],
    ['', []],
  ])('of %j has the tags %j (RFC 9110 §13.1.2)', (value, tags) => {
    expect(parseEntityTagList(value)).toEqual(tags.map(parseEntityTag));
  });

  test('keeps the star apart', () => {
    expect(parseEntityTagList(' * ')).toBe('*');
  });

  test('reads a long list of garbage in linear time', () => {
    expect(Array.isArray(parseEntityTagList(`"${'a '.repeat(20_000)}`))).toBe(true);
  });
});
