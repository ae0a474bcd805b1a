import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeResult, encodeResult } from '../../src/wire/result-codec.ts';

/** What the edge worker gets for what a function returned. */
function crossed(value: unknown): unknown {
  return decodeResult(encodeResult(value));
}

function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value === undefined ? null : value));
}

/** Strings with everything that could upset a separator, a flag or an encoding. */
const oddString = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    '\0',
    '\x01',
    'a\0b',
    '\ud800',
    'x\udc00',
    'é',
    '漢字',
    '__proto__',
    'constructor',
    '7',
  ),
);
const oddValue = fc.oneof(
  { weight: 4, arbitrary: oddString },
  { weight: 1, arbitrary: fc.anything() },
);
const entry = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ key: oddString, value: oddString }, { requiredKeys: ['value'] }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ key: oddValue, value: oddValue, more: oddValue }, { requiredKeys: [] }),
  },
  { weight: 1, arbitrary: oddValue },
);
const headers = fc.oneof(
  { weight: 6, arbitrary: fc.dictionary(oddString, fc.array(entry, { maxLength: 3 })) },
  { weight: 1, arbitrary: fc.dictionary(oddString, oddValue) },
  { weight: 1, arbitrary: oddValue },
);
const body = fc.oneof(
  fc.record(
    {
      inputTruncated: fc.oneof(fc.boolean(), oddValue),
      action: oddString,
      encoding: oddString,
      data: oddString,
    },
    { requiredKeys: [] },
  ),
  oddValue,
);
const requestLike = fc.record(
  {
    clientIp: oddValue,
    method: oddValue,
    uri: oddValue,
    querystring: oddValue,
    headers,
    body,
    origin: oddValue,
    extra: oddValue,
  },
  { requiredKeys: [] },
);
const responseLike = fc.record(
  {
    status: fc.oneof(fc.integer({ min: -2, max: 1100 }), fc.double(), oddValue),
    statusDescription: oddValue,
    headers,
    body: oddValue,
    bodyEncoding: oddValue,
    extra: oddValue,
  },
  { requiredKeys: [] },
);
const plainHeaders = fc.dictionary(
  oddString,
  fc.array(fc.record({ key: oddString, value: oddString }, { requiredKeys: ['value'] }), {
    minLength: 1,
    maxLength: 3,
  }),
);
const ordinary = fc.oneof(
  fc.record(
    {
      clientIp: oddString,
      method: oddString,
      uri: oddString,
      querystring: oddString,
      headers: plainHeaders,
    },
    { requiredKeys: ['headers'] },
  ),
  fc.record(
    {
      status: oddString,
      statusDescription: oddString,
      headers: plainHeaders,
      body: oddString,
      bodyEncoding: oddString,
    },
    { requiredKeys: ['status'] },
  ),
);

/** Whether JSON can write the value at all. */
function hasJson(value: unknown): boolean {
  try {
    return JSON.stringify(value === undefined ? null : value) !== undefined;
  } catch {
    return false;
  }
}

describe('encodeResult() and decodeResult()', () => {
  test.each([
    ['ordinary results', ordinary],
    ['odd requests', requestLike],
    ['odd responses', responseLike],
    ['anything', fc.anything({ withBoxedValues: true, withDate: true, withNullPrototype: true })],
  ])('decodeResult() gives what a JSON round trip gives, for %s', (_name, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (value) => {
        fc.pre(hasJson(value));
        // Not expect(): it takes an own member called "constructor" for the class of an object.
        return isDeepStrictEqual(crossed(value), asJson(value));
      }),
      { numRuns: 1500 },
    );
  });

  test.each<[string, unknown]>([
    ['no result', undefined],
    ['null', null],
    ['a string', 'ok'],
    ['a function member', { status: '200', body: () => 1 }],
    ['an undefined member', { status: '200', body: undefined }],
    ['an own toJSON', { status: '200', toJSON: () => ({ status: '418' }) }],
    ['a toJSON of an origin', { uri: '/', origin: { toJSON: (name: string) => ({ name }) } }],
    [
      'a toJSON of a header list',
      { headers: { a: Object.assign([{ value: 'x' }], { toJSON: () => 1 }) } },
    ],
    [
      'a class',
      new (class Reply {
        status = '200';
        toJSON(): unknown {
          return { status: '201' };
        }
      })(),
    ],
    ['no prototype', Object.assign(Object.create(null), { status: '200', headers: {} })],
    ['a status of minus zero', { status: -0 }],
    ['a status that is not an integer', { status: 200.5 }],
    ['a sparse list', { headers: { a: Object.assign(Array(2), { 1: { value: 'x' } }) } }],
    ['a hidden member', Object.defineProperty({ uri: '/' }, 'status', { value: '200' })],
    ['a header without entries', { status: '200', headers: { a: [], b: [{ value: '' }] } }],
    ['a symbol member', { status: '200', [Symbol('s')]: 1 }],
  ])('decodeResult() gives what a JSON round trip gives, for %s', (_name, value) => {
    expect(crossed(value)).toStrictEqual(asJson(value));
  });

  test.each<[string, unknown]>([
    ['a request', { clientIp: '::1', method: 'GET', uri: '/', querystring: '', headers: {} }],
    [
      'a response',
      { status: '302', statusDescription: 'Found', headers: { location: [{ value: '/' }] } },
    ],
    ['a numeric status', { status: 200, body: 'x' }],
    [
      'capitals and other keys',
      { status: '200', headers: { Foo: [{ key: 'Bar', value: 'é漢' }] } },
    ],
    ['an origin', { uri: '/', origin: { s3: { path: '\0' } } }],
  ])('encodeResult() takes the flat form for %s', (_name, value) => {
    expect(encodeResult(value)[0]).toBe('F');
  });

  test('encodeResult() takes JSON for a lone surrogate, which UTF-8 cannot carry', () => {
    const text = encodeResult({ status: '200', body: '\ud800' });
    expect(text[0]).toBe('J');
    expect(text.isWellFormed()).toBe(true);
  });

  test('encodeResult() keeps the order of the headers', () => {
    const value = { status: '200', headers: { b: [{ value: '1' }], a: [{ value: '2' }] } };
    expect(JSON.stringify(crossed(value))).toBe(JSON.stringify(value));
  });

  test.each([
    ['Object.prototype.toJSON', Object.prototype, 'toJSON', { value: () => 'changed' }],
    ['Array.prototype.toJSON', Array.prototype, 'toJSON', { value: () => 'changed' }],
    ['Object.prototype.value', Object.prototype, 'value', { value: 'x', enumerable: true }],
  ])('encodeResult() follows JSON under %s', (_name, prototype, name, descriptor) => {
    const entry = name === 'value' ? { key: 'A' } : { key: 'A', value: 'x' };
    const values = [{ status: '200' }, { status: '200', headers: { a: [entry] } }];
    let texts: string[] = [];
    let jsons: string[] = [];
    Object.defineProperty(prototype, name, { ...descriptor, configurable: true });
    try {
      texts = [encodeResult(values[0]), encodeResult(values[1])];
      jsons = [JSON.stringify(values[0]), JSON.stringify(values[1])];
    } finally {
      Reflect.deleteProperty(prototype, name);
    }
    const parsed = jsons.map((json): unknown => JSON.parse(json));
    expect(texts.map((text) => decodeResult(text))).toStrictEqual(parsed);
  });

  test('encodeResult() throws what JSON.stringify throws', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    expect(() => encodeResult(cycle)).toThrow(TypeError);
    expect(() => encodeResult({ status: 200n })).toThrow(TypeError);
    expect(() => encodeResult(() => 1)).toThrow('Cannot write a function as JSON');
    expect(() => encodeResult({ uri: '/', origin: cycle })).toThrow(TypeError);
  });

  test.each([
    '',
    'X',
    'F',
    'Fq31',
    'Fq31\0a',
    'Fq16\x001e9',
    'Fq16\x002\0a\0b\0c',
    'Fs1\x00200\0more',
    'Fqx',
    'J{',
    'J',
  ])('decodeResult() refuses the forged text %j', (text) => {
    expect(() => decodeResult(text)).toThrow();
  });

  test('decodeResult() ends soon, whatever text it gets', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('q', 's', '16', '8', '1', '', 'a', '127')), (parts) => {
        try {
          decodeResult(`F${parts.join('\0')}`);
        } catch (error) {
          expect((error as Error).message).toContain('Cannot decode');
        }
      }),
      { numRuns: 2000 },
    );
  });
});
