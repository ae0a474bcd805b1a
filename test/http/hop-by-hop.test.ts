import { describe, expect, test } from 'vitest';
import { HOP_BY_HOP_FIELDS, hopByHopNames } from '../../src/http/hop-by-hop.ts';

describe('hopByHopNames()', () => {
  test('adds what Connection lists, in any case (RFC 9110 §7.6.1)', () => {
    const names = hopByHopNames(['Connection', 'A, close', 'connection', ' b ,,keep-alive']);
    expect(names.has('a') && names.has('b') && names.has('keep-alive')).toBe(true);
    expect(names.has('close')).toBe(false);
  });

  test('shares the standard set when nothing is added', () => {
    expect(hopByHopNames(['Connection', 'close'])).toBe(HOP_BY_HOP_FIELDS);
    expect(hopByHopNames([])).toBe(HOP_BY_HOP_FIELDS);
    expect(HOP_BY_HOP_FIELDS.has('transfer-encoding')).toBe(true);
  });
});
