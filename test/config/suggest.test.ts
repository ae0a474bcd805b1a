import { expect, test } from 'vitest';
import { suggestName } from '../../src/config/suggest.ts';

const NAMES = ['behaviors', 'origins', 'originGroups', 'timeoutMs', 'cpuMs', 'auth'];

test.each([
  ['auht', 'auth', 'two neighbours swapped'],
  ['behaviours', 'behaviors', 'one letter too many'],
  ['orgins', 'origins', 'one letter missing'],
  ['timeoutMz', 'timeoutMs', 'another letter'],
  ['ORIGINGROUPS', 'originGroups', 'another case'],
  ['timoutms', 'timeoutMs', 'two mistakes in a long word'],
])('suggestName(%j) is %j (%s)', (word, expected) => {
  expect(suggestName(word, NAMES)).toBe(expected);
});

test.each([
  ['listeners', 'nothing alike'],
  ['auxx', 'two mistakes in a short word'],
  ['x', 'a single letter'],
  ['a'.repeat(5000), 'far too long'],
  ['', 'nothing typed'],
])('suggestName(%j) suggests nothing (%s)', (word) => {
  expect(suggestName(word, NAMES)).toBeUndefined();
});

test('suggestName() takes the nearest of several', () => {
  expect(suggestName('pages2', ['page', 'pages1', 'pages22', 'pagos2x'])).toBe('pages1');
});
