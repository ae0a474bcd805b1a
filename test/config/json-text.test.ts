import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonProblems } from '../../src/config/json-text.ts';

test.each([
  [
    '{\n  "a": 1,\n}',
    'line 3, column 1',
    '"}"',
    'a member name in double quotes (no comma after the last member)',
  ],
  ['{"a" 1}', 'line 1, column 6', '"1"', '":"'],
  ['{"a": 1 "b": 2}', 'line 1, column 9', '"\\""', '"," or "}"'],
  ['{"a": [1, 2,]}', 'line 1, column 13', '"]"', 'a value (no comma after the last one)'],
  ['[1 2]', 'line 1, column 4', '"2"', '"," or "]"'],
  ['{"a": tru}', 'line 1, column 7', '"tru"', 'a value'],
  ['{\r\n  // why\r\n}', 'line 2, column 3', 'a comment', 'a member name in double quotes or "}"'],
  [
    '{"a": "x\n"}',
    'line 1, column 9',
    'the end of the line',
    'the closing double quote of the string',
  ],
  ['{"a": "\\q"}', 'line 1, column 8', '"\\\\"', 'an escape such as \\n, \\" or \\u0041'],
  ["{'a': 1}", 'line 1, column 2', '"\'"', 'a member name in double quotes or "}"'],
  ['{"a": 01}', 'line 1, column 8', '"1"', '"," or "}"'],
  ['{} x', 'line 1, column 4', '"x"', 'the end of the file'],
  ['', 'line 1, column 1', 'the end of the file', 'a value'],
])('jsonProblems() says what is wrong in %j', (text, path, found, expected) => {
  expect(jsonProblems(text)).toEqual([{ path, found, expected }]);
});

test('jsonProblems() names a member that is given twice', () => {
  expect(jsonProblems('{"a": {"b": 1,\n "c": 2, "b": 3}}')).toEqual([
    { path: 'a.b', found: 'a second member of this name in line 2, column 10', expected: 'one' },
  ]);
});

test('jsonProblems() refuses the name that sets a prototype', () => {
  expect(jsonProblems('{"functions": {"__proto__": {}}}')).toEqual([
    { path: 'functions.__proto__', found: '"__proto__"', expected: 'another name' },
  ]);
});

test('jsonProblems() stops at a depth that no configuration has, without a stack overflow', () => {
  const [problem] = jsonProblems('['.repeat(100_000));
  expect(problem?.expected).toBe('at most 100 levels');
});

test('jsonProblems() finds nothing in what JSON.stringify() writes', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), fc.boolean(), (value, indented) => {
      const text = JSON.stringify(value, undefined, indented ? 2 : undefined);
      fc.pre(!text.includes('__proto__'));
      expect(jsonProblems(text)).toEqual([]);
    }),
  );
});

test('jsonProblems() refuses what JSON.parse() refuses, and only that', () => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    '"a"',
    ':',
    ',',
    '1',
    '-',
    'true',
    ' ',
    '1e5',
    '"',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 9 }), (pieces) => {
      const text = pieces.join('');
      // A name given twice is JSON, and refused here all the same.
      fc.pre(!/"a":.*"a":/.test(text));
      expect(jsonProblems(text).length === 0, text).toBe(parses(text));
    }),
    { numRuns: 2000 },
  );
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
