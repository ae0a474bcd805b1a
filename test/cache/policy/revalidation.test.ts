import { describe, expect, test } from 'vitest';
import {
  freshen,
  headDescribes,
  mergedFields,
  selectValidated,
  unconditionalFields,
  validationFields,
} from '../../../src/cache/policy/revalidation.ts';
import { cloudfront, get, httpDate, NOW, ok, RFC9111, storedOf } from './support.ts';

const FRESH = ['Cache-Control', 'max-age=60', 'Date', httpDate(0)];
const MODIFIED = httpDate(-1000);
const tagged = storedOf([...FRESH, 'ETag', '"a"', 'Last-Modified', MODIFIED]);
const weak = storedOf([...FRESH, 'ETag', 'W/"b"']);
const dated = storedOf([...FRESH, 'Last-Modified', httpDate(-2000)]);
const bare = storedOf(FRESH);

describe('validationFields()', () => {
  test('replaces the preconditions of the viewer by ours (RFC 9111 §4.3.1)', () => {
    const viewer = ['Accept', 'x', 'If-None-Match', '"z"', 'If-Match', '"y"', 'Range', 'bytes=0-1'];
    expect(validationFields([...viewer, 'If-Range', '"z"'], [tagged])).toEqual([
      'Accept',
      'x',
      'If-None-Match',
      '"a"',
      'If-Modified-Since',
      MODIFIED,
    ]);
  });

  test.each([
    [[weak], ['If-None-Match', 'W/"b"']],
    [[dated], ['If-Modified-Since', httpDate(-2000)]],
    [
      [tagged, weak, tagged, dated],
      ['If-None-Match', '"a", W/"b"'],
    ],
    [[dated, dated], undefined],
    [[bare], undefined],
    [[], undefined],
  ])('of candidates %# is %j', (candidates, fields) => {
    expect(validationFields([], candidates)).toEqual(fields);
  });

  test('unconditionalFields() leaves what asks for less than the whole response out', () => {
    expect(unconditionalFields(['Range', 'bytes=0-', 'if-modified-since', 'x', 'A', '1'])).toEqual([
      'A',
      '1',
    ]);
  });
});

describe('selectValidated()', () => {
  test.each([
    [[weak, tagged], ['ETag', '"a"'], tagged, 'strong tag'],
    [[tagged, weak], ['ETag', 'W/"b"'], weak, 'weak tag'],
    [[weak], ['ETag', '"b"'], undefined, 'a strong tag needs a strong match'],
    [[tagged], ['ETag', '"z"'], undefined, 'another tag'],
    [[bare], ['ETag', '"z"'], undefined, 'no tag'],
    [[dated, tagged], ['Last-Modified', MODIFIED], tagged, 'date'],
    [[dated], ['Last-Modified', MODIFIED], undefined, 'another date'],
    [[dated], [], dated, 'no validator, one candidate'],
    [[dated, tagged], [], undefined, 'no validator, several candidates'],
    [[], [], undefined, 'no candidate'],
  ])('%# %j (RFC 9111 §4.3.4)', (candidates, fields, expected, _why) => {
    expect(selectValidated(candidates, ok(fields, 304))).toBe(expected);
  });
});

describe('mergedFields()', () => {
  test('replaces all lines of a name, keeps the others (RFC 9111 §3.2)', () => {
    const stored = ['A', '1', 'B', '1', 'b', '2', 'Content-Length', '5', 'Date', httpDate(-60)];
    const update = [
      'B',
      '3',
      'C',
      '4',
      'Content-Length',
      '0',
      'Content-Encoding',
      'gzip',
      'Connection',
      'x-hop',
      'X-Hop',
      '1',
      'Date',
      httpDate(0),
    ];
    expect(mergedFields(stored, update, NOW)).toEqual([
      'A',
      '1',
      'Content-Length',
      '5',
      'B',
      '3',
      'C',
      '4',
      'Date',
      httpDate(0),
    ]);
  });

  test('a 304 without Date gets one (RFC 9110 §6.6.1)', () => {
    expect(mergedFields(['Date', httpDate(-60)], [], NOW)).toEqual(['Date', httpDate(0)]);
  });
});

describe('freshen()', () => {
  const later = { requestedAt: NOW + 100_000, respondedAt: NOW + 100_000 };

  function freshened(fields: readonly string[], stored = tagged) {
    const response = ok(fields, 304);
    return freshen(stored, { policy: RFC9111, request: get(), response, times: later });
  }

  test('gives the content a new life (RFC 9111 §4.3.4)', () => {
    const result = freshened(['Cache-Control', 'max-age=10', 'X-New', '1']);
    expect(result.kind).toBe('freshened');
    expect(result.updated).toMatchObject({ status: 200, staleAt: NOW + 110_000, entityTag: '"a"' });
    expect(result.updated.content).toBe(tagged.content);
    expect(result.updated.fields).toContain('X-New');
  });

  test('an Age in the 304 counts', () => {
    expect(freshened(['Age', '20']).updated.staleAt).toBe(NOW + 140_000);
  });

  test('a HEAD freshens like a GET', () => {
    const request = { ...get(), method: 'HEAD' };
    const input = { policy: RFC9111, request, response: ok([], 304), times: later };
    expect(freshen(tagged, input).kind).toBe('freshened');
  });

  test.each([
    ['no-store', 'no-store'],
    ['private', 'private'],
  ])('a 304 with %s ends storage, and still serves this request', (value, reason) => {
    const result = freshened(['Cache-Control', value]);
    expect(result).toMatchObject({ kind: 'notStored', reason });
    expect(result.updated.content).toBe(tagged.content);
    expect(result.updated.fields).toContain(value);
  });

  test('lines that no-cache="…" names are withheld for the request that validated (RFC 9111 §5.2.2.4)', () => {
    const result = freshened(['Cache-Control', 'max-age=9, no-cache="x-mine"', 'X-Mine', '1']);
    expect(result).toMatchObject({ kind: 'freshened', withheldFields: ['X-Mine', '1'] });
    expect(result.updated.fields).not.toContain('X-Mine');
  });

  test('knows CloudFront policies', () => {
    const policy = cloudfront({ minTtlSeconds: 30 });
    const response = ok(['Cache-Control', 'no-store'], 304);
    const result = freshen(tagged, { policy, request: get(), response, times: later });
    expect(result.updated.staleAt).toBe(NOW + 130_000);
  });
});

describe('headDescribes()', () => {
  test.each([
    [200, ['ETag', '"a"', 'Content-Length', '7'], true],
    [200, [], true],
    [200, ['ETag', '"z"'], false],
    [200, ['Content-Length', '8'], false],
    [200, ['Last-Modified', httpDate(0)], false],
    [410, [], false],
  ])('HEAD %i %j: %s (RFC 9111 §4.3.5)', (status, fields, expected) => {
    expect(headDescribes(tagged, ok(fields, status))).toBe(expected);
  });

  test('an error that is stored is not described by a 200', () => {
    expect(headDescribes({ ...tagged, status: 404 }, ok([]))).toBe(false);
  });
});
