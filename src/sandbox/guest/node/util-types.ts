import { call, type Method, methodOf } from '../core/method-of.ts';

/** util.types, from brands and tags that programs cannot easily fake. */

type Check = (value: unknown) => boolean;

const toStringOf = methodOf(Object.prototype, 'toString');
const typedArrayTag = getterOf(
  Object.getPrototypeOf(Uint8Array.prototype) as object,
  Symbol.toStringTag,
);

/** Whether calling a method or getter of `Class` on the value finds its internal slots. */
function hasBrand(probe: (value: never) => unknown): Check {
  return (value) => {
    if (typeof value !== 'object' || value === null) return false;
    try {
      probe(value as never);
      return true;
    } catch {
      return false;
    }
  };
}

function getterOf(prototype: object, name: string | symbol): Method {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name) ?? {};
  return Reflect.get(descriptor, 'get') as Method;
}

function getter(prototype: object, name: string | symbol): (value: object) => unknown {
  const get = getterOf(prototype, name);
  return (value) => call(get, value);
}

function method(owner: object, name: string, ...args: unknown[]): (value: object) => unknown {
  const run = methodOf(owner, name);
  return (value) => call(run, value, ...args);
}

function isTyped(tag?: string): Check {
  return (value) => {
    const found = call(typedArrayTag, value);
    return tag === undefined ? found !== undefined : found === tag;
  };
}

function tagged(tag: string): Check {
  return (value) =>
    typeof value === 'object' && value !== null && call(toStringOf, value) === `[object ${tag}]`;
}

const asyncFunction = Object.getPrototypeOf(async () => undefined) as object;
const generatorFunction = Object.getPrototypeOf(function* () {}) as object;
const asyncGeneratorFunction = Object.getPrototypeOf(async function* () {}) as object;
const mapIterator = Object.getPrototypeOf(new Map().entries()) as { next(): unknown };
const setIterator = Object.getPrototypeOf(new Set().values()) as { next(): unknown };

function inherits(value: unknown, ...prototypes: object[]): boolean {
  return (
    typeof value === 'function' &&
    prototypes.some((each) => Object.prototype.isPrototypeOf.call(each, value))
  );
}

const isNumberObject = hasBrand(method(Number.prototype, 'valueOf'));
const isStringObject = hasBrand(method(String.prototype, 'valueOf'));
const isBooleanObject = hasBrand(method(Boolean.prototype, 'valueOf'));
const isSymbolObject = hasBrand(method(Symbol.prototype, 'valueOf'));
const isBigIntObject = hasBrand(method(BigInt.prototype, 'valueOf'));
const isArrayBuffer = hasBrand(getter(ArrayBuffer.prototype, 'byteLength'));
const isSharedArrayBuffer = hasBrand(getter(SharedArrayBuffer.prototype, 'byteLength'));
const isDataView = hasBrand(getter(DataView.prototype, 'byteLength'));

/**
 * `then` of a promise is callable on promises only, and with two non-functions it has no effect.
 */
function isPromise(value: unknown): boolean {
  return value instanceof Promise || tagged('Promise')(value);
}

export const types: Record<string, Check> = {
  isAnyArrayBuffer: (value) => isArrayBuffer(value) || isSharedArrayBuffer(value),
  isArrayBuffer,
  isSharedArrayBuffer,
  isArrayBufferView: (value) => ArrayBuffer.isView(value),
  isArgumentsObject: tagged('Arguments'),
  isAsyncFunction: (value) => inherits(value, asyncFunction, asyncGeneratorFunction),
  isGeneratorFunction: (value) => inherits(value, generatorFunction, asyncGeneratorFunction),
  isGeneratorObject: tagged('Generator'),
  isBigInt64Array: isTyped('BigInt64Array'),
  isBigUint64Array: isTyped('BigUint64Array'),
  isBooleanObject,
  isNumberObject,
  isStringObject,
  isSymbolObject,
  isBigIntObject,
  isBoxedPrimitive: (value) =>
    [isNumberObject, isStringObject, isBooleanObject, isSymbolObject, isBigIntObject].some(
      (check) => check(value),
    ),
  isDataView,
  isDate: hasBrand(method(Date.prototype, 'getTime')),
  isExternal: () => false,
  isFloat16Array: isTyped('Float16Array'),
  isFloat32Array: isTyped('Float32Array'),
  isFloat64Array: isTyped('Float64Array'),
  isInt8Array: isTyped('Int8Array'),
  isInt16Array: isTyped('Int16Array'),
  isInt32Array: isTyped('Int32Array'),
  isUint8Array: isTyped('Uint8Array'),
  isUint8ClampedArray: isTyped('Uint8ClampedArray'),
  isUint16Array: isTyped('Uint16Array'),
  isUint32Array: isTyped('Uint32Array'),
  isTypedArray: isTyped(),
  isMap: hasBrand(method(Map.prototype, 'has', 0)),
  isMapIterator: (value) =>
    tagged('Map Iterator')(value) && Object.getPrototypeOf(value) === mapIterator,
  isSet: hasBrand(method(Set.prototype, 'has', 0)),
  isSetIterator: (value) =>
    tagged('Set Iterator')(value) && Object.getPrototypeOf(value) === setIterator,
  isModuleNamespaceObject: tagged('Module'),
  isNativeError: (value) =>
    (Error as unknown as { isError?: Check }).isError?.(value) ?? value instanceof Error,
  isPromise,
  isProxy: () => false,
  isRegExp: hasBrand(getter(RegExp.prototype, 'flags')),
  isWeakMap: hasBrand(method(WeakMap.prototype, 'has', {})),
  isWeakSet: hasBrand(method(WeakSet.prototype, 'has', {})),
  isCryptoKey: tagged('CryptoKey'),
  isKeyObject: (value) => {
    const name = (value as { constructor?: { name?: string } } | null)?.constructor?.name ?? '';
    return /^(Secret|Public|Private)?KeyObject$/.test(name);
  },
  isEventTarget: tagged('EventTarget'),
};
types['isRegExp'] = (value) =>
  typeof value === 'object' &&
  value !== null &&
  value !== RegExp.prototype &&
  hasBrand(getter(RegExp.prototype, 'global'))(value);
