import { describe, expect, test } from 'vitest';
import {
  evaluatePreconditions,
  ifRangeHolds,
  isConditional,
  type Validators,
} from '../../src/http/conditionals.ts';
import { parseEntityTag } from '../../src/http/entity-tag.ts';
import { formatHttpDate } from '../../src/http/http-date.ts';

const MODIFIED_AT = Date.UTC(2026, 0, 1);
const NOW = MODIFIED_AT + 86_400_000;
const MODIFIED = formatHttpDate(MODIFIED_AT);
const BEFORE = formatHttpDate(MODIFIED_AT - 1000);
const AFTER = formatHttpDate(MODIFIED_AT + 1000);

const tagged: Validators = { entityTag: parseEntityTag('"v1"'), lastModifiedAt: MODIFIED_AT };
const weak: Validators = { entityTag: parseEntityTag('W/"v1"'), lastModifiedAt: MODIFIED_AT };
const bare: Validators = { entityTag: undefined, lastModifiedAt: undefined };

function get(fields: readonly string[]) {
  return { method: 'GET', path: '/', query: '', fields };
}

describe('evaluatePreconditions()', () => {
  test.each([
    [[], tagged, 'proceed', 'no precondition'],
    [['If-None-Match', '"v1"'], tagged, 'not-modified', '§13.1.2'],
    [['If-None-Match', 'W/"v1"'], tagged, 'not-modified', '§13.1.2 weak comparison'],
    [['If-None-Match', '"v2", "v1"'], tagged, 'not-modified', '§13.1.2'],
    [['If-None-Match', '"v2"', 'if-none-match', '"v1"'], tagged, 'not-modified', '§5.3 two lines'],
    [['If-None-Match', '*'], tagged, 'not-modified', '§13.1.2'],
    [['If-None-Match', '"v2"'], tagged, 'proceed', '§13.1.2'],
    [['If-None-Match', '"v1"'], bare, 'proceed', '§13.1.2 no entity tag'],
    [
      ['If-None-Match', '"v2"', 'If-Modified-Since', AFTER],
      tagged,
      'proceed',
      '§13.2.2 precedence',
    ],
    [['If-None-Match', '"v1"', 'If-Modified-Since', BEFORE], tagged, 'not-modified', '§13.2.2'],
    [['If-Modified-Since', MODIFIED], tagged, 'not-modified', '§13.1.3'],
    [['If-Modified-Since', AFTER], tagged, 'not-modified', '§13.1.3'],
    [['If-Modified-Since', BEFORE], tagged, 'proceed', '§13.1.3'],
    [['If-Modified-Since', 'yesterday'], tagged, 'proceed', '§13.1.3 not a date'],
    [['If-Modified-Since', AFTER], bare, 'proceed', '§13.1.3 nothing to compare'],
    [['If-Match', '"v1"'], tagged, 'proceed', '§13.1.1'],
    [['If-Match', '*'], tagged, 'proceed', '§13.1.1'],
    [['If-Match', '"v2"'], tagged, 'precondition-failed', '§13.1.1'],
    [['If-Match', '"v1"'], weak, 'precondition-failed', '§13.1.1 strong comparison'],
    [['If-Match', '"v1"', 'If-Unmodified-Since', BEFORE], tagged, 'proceed', '§13.2.2'],
    [['If-Unmodified-Since', BEFORE], tagged, 'precondition-failed', '§13.1.4'],
    [['If-Unmodified-Since', MODIFIED], tagged, 'proceed', '§13.1.4'],
    [['If-Match', '"v1"', 'If-None-Match', '"v1"'], tagged, 'not-modified', '§13.2.2'],
  ] as const)('of %j is decided (%#)', (fields, validators, result, _section) => {
    expect(evaluatePreconditions(get(fields), validators, NOW)).toBe(result);
  });
});

describe('isConditional()', () => {
  test.each([
    [['IF-NONE-MATCH', '"a"'], true],
    [['if-modified-since', 'x'], true],
    [['If-Match', 'x'], true],
    [['If-Unmodified-Since', 'x'], true],
    [['If-Range', 'x'], false],
    [['TE-something', 'x'], false],
    [['Host', 'a'], false],
  ])('of %j is %s', (fields, expected) => {
    expect(isConditional(fields)).toBe(expected);
  });
});

describe('ifRangeHolds()', () => {
  const current = {
    entityTag: parseEntityTag('"v1"'),
    lastModified: MODIFIED,
    dateAt: MODIFIED_AT + 60_000,
  };
  test.each([
    [[], current, true, 'absent'],
    [['If-Range', '"v1"'], current, true, 'strong tag'],
    [['If-Range', 'W/"v1"'], current, false, 'weak tag'],
    [['If-Range', '"v2"'], current, false, 'other tag'],
    [['If-Range', '"v1"'], { ...current, entityTag: undefined }, false, 'no tag'],
    [['If-Range', MODIFIED], current, true, 'date'],
    [['If-Range', AFTER], current, false, 'not the exact date'],
    [['If-Range', MODIFIED], { ...current, dateAt: MODIFIED_AT }, false, 'weak date'],
    [['If-Range', MODIFIED], { ...current, lastModified: undefined }, false, 'no date'],
  ])('with %j is decided (RFC 9110 §13.1.5, %#)', (fields, validators, expected, _why) => {
    expect(ifRangeHolds(fields, validators, NOW)).toBe(expected);
  });
});
