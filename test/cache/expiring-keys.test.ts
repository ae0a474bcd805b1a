import { describe, expect, test } from 'vitest';
import { ExpiringKeys } from '../../src/cache/expiring-keys.ts';

describe('ExpiringKeys', () => {
  test('has() until the time comes', () => {
    const keys = new ExpiringKeys(2);
    keys.add('a', 100);
    expect(keys.has('a', 99)).toBe(true);
    expect(keys.has('a', 100)).toBe(false);
    expect(keys.size).toBe(0);
    expect(keys.has('a', 99)).toBe(false);
  });

  test('add() forgets the key noted longest ago', () => {
    const keys = new ExpiringKeys(2);
    keys.add('a', 100);
    keys.add('b', 100);
    keys.add('a', 100);
    keys.add('c', 100);
    expect(['a', 'b', 'c'].filter((key) => keys.has(key, 0))).toEqual(['a', 'c']);
  });

  test('delete() forgets one key', () => {
    const keys = new ExpiringKeys(2);
    keys.add('a', 100);
    keys.delete('a');
    expect(keys.has('a', 0)).toBe(false);
  });
});
