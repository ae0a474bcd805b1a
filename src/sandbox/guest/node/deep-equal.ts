import { types } from './util-types.ts';

/** The comparison of assert.deepEqual (loose) and assert.deepStrictEqual (strict). */

interface Comparison {
  readonly isStrict: boolean;
  /** Pairs that are being compared, so that cycles end. */
  readonly open: Map<object, object>;
}

type Plain = Record<string | symbol, unknown>;

function tagOf(value: object): string {
  return Object.prototype.toString.call(value);
}

function areEqualPrimitives(a: unknown, b: unknown, isStrict: boolean): boolean {
  if (isStrict) return Object.is(a, b);
  return looselyEqual(a, b) || (a !== a && b !== b);
}

/** What assert.deepEqual promises: `==`. */
function looselyEqual(a: unknown, b: unknown): boolean {
  return a == b;
}

function ownKeys(value: object, isStrict: boolean): (string | symbol)[] {
  const keys: (string | symbol)[] = Object.keys(value);
  if (!isStrict) return keys;
  const symbols = Object.getOwnPropertySymbols(value).filter((symbol) =>
    Object.prototype.propertyIsEnumerable.call(value, symbol),
  );
  return [...keys, ...symbols];
}

function viewOf(given: ArrayBufferView | ArrayBuffer): Uint8Array {
  return ArrayBuffer.isView(given)
    ? new Uint8Array(given.buffer, given.byteOffset, given.byteLength)
    : new Uint8Array(given);
}

function areEqualBytes(
  a: ArrayBufferView | ArrayBuffer,
  b: ArrayBufferView | ArrayBuffer,
): boolean {
  const left = viewOf(a);
  const right = viewOf(b);
  return left.length === right.length && left.every((byte, i) => byte === right[i]);
}

function areEqualFloats(a: ArrayLike<number>, b: ArrayLike<number>, isStrict: boolean): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) {
    if (isStrict ? !Object.is(a[i], b[i]) : a[i] !== b[i]) return false;
  }
  return true;
}

function areEqualSets(a: Set<unknown>, b: Set<unknown>, comparison: Comparison): boolean {
  if (a.size !== b.size) return false;
  const rest = new Set(b);
  for (const item of a) {
    if (rest.delete(item)) continue;
    const match = [...rest].find((each) => compare(item, each, comparison));
    if (match === undefined || !rest.delete(match)) return false;
  }
  return true;
}

function areEqualMaps(
  a: Map<unknown, unknown>,
  b: Map<unknown, unknown>,
  comparison: Comparison,
): boolean {
  if (a.size !== b.size) return false;
  const rest = new Map(b);
  for (const [key, value] of a) {
    let match = key;
    if (!rest.has(key) || !compare(value, rest.get(key), comparison)) {
      const found = [...rest].find(
        ([otherKey, other]) =>
          compare(key, otherKey, comparison) && compare(value, other, comparison),
      );
      if (found === undefined) return false;
      [match] = found;
    }
    rest.delete(match);
  }
  return true;
}

/** Compares what is not in the enumerable members: times, patterns, bytes, boxed values, errors. */
function haveEqualSlots(a: object, b: object, { isStrict }: Comparison): boolean {
  if (a instanceof Date) return b instanceof Date && a.getTime() === b.getTime();
  if (a instanceof RegExp) return b instanceof RegExp && areEqualPatterns(a, b);
  if (a instanceof Error) return b instanceof Error && a.message === b.message && a.name === b.name;
  if (types['isBoxedPrimitive']?.(a)) {
    return types['isBoxedPrimitive'](b) && Object.is(a.valueOf(), b.valueOf());
  }
  return haveEqualMemory(a, b, isStrict);
}

function areEqualPatterns(a: RegExp, b: RegExp): boolean {
  return String(a) === String(b) && a.lastIndex === b.lastIndex;
}

function haveEqualMemory(a: object, b: object, isStrict: boolean): boolean {
  if (a instanceof Float32Array || a instanceof Float64Array) {
    return areEqualFloats(a, b as Float32Array, isStrict);
  }
  if (ArrayBuffer.isView(a)) return ArrayBuffer.isView(b) && areEqualBytes(a, b);
  return !types['isAnyArrayBuffer']?.(a) || areEqualBytes(a as ArrayBuffer, b as ArrayBuffer);
}

function haveEqualMembers(a: object, b: object, comparison: Comparison): boolean {
  const skipsIndexes = ArrayBuffer.isView(a);
  const keep = (key: string | symbol): boolean =>
    !(skipsIndexes && typeof key === 'string' && /^\d+$/.test(key));
  const keys = ownKeys(a, comparison.isStrict).filter(keep);
  const otherKeys = ownKeys(b, comparison.isStrict).filter(keep);
  if (keys.length !== otherKeys.length) return false;
  if (Array.isArray(a) && a.length !== (b as unknown[]).length) return false;
  return keys.every(
    (key) => Object.hasOwn(b, key) && compare((a as Plain)[key], (b as Plain)[key], comparison),
  );
}

function areSameKind(a: object, b: object, isStrict: boolean): boolean {
  if (isStrict && Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  return Array.isArray(a) === Array.isArray(b) && tagOf(a) === tagOf(b);
}

function areEqualObjects(a: object, b: object, comparison: Comparison): boolean {
  if (!areSameKind(a, b, comparison.isStrict)) return false;
  if (comparison.open.get(a) === b) return true;
  comparison.open.set(a, b);
  const isEqual =
    haveEqualSlots(a, b, comparison) &&
    (!(a instanceof Set) || areEqualSets(a, b as Set<unknown>, comparison)) &&
    (!(a instanceof Map) || areEqualMaps(a, b as Map<unknown, unknown>, comparison)) &&
    haveEqualMembers(a, b, comparison);
  comparison.open.delete(a);
  return isEqual;
}

function compare(a: unknown, b: unknown, comparison: Comparison): boolean {
  if (a === b) return a !== 0 || !comparison.isStrict || Object.is(a, b);
  const isObjectA = typeof a === 'object' && a !== null;
  const isObjectB = typeof b === 'object' && b !== null;
  if (isObjectA && isObjectB) return areEqualObjects(a, b, comparison);
  if (comparison.isStrict) return Object.is(a, b);
  return !isObjectA && !isObjectB && areEqualPrimitives(a, b, false);
}

export function isDeepEqual(a: unknown, b: unknown, isStrict: boolean): boolean {
  return compare(a, b, { isStrict, open: new Map() });
}
