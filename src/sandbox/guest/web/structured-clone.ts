import { types } from '../node/util-types.ts';
import { DOMException } from './dom-exception.ts';

/** The structured clone algorithm of HTML for what can exist in an isolate. */

type Seen = Map<object, unknown>;
type Plain = Record<string, unknown>;

const ERRORS: Readonly<Record<string, ErrorConstructor>> = {
  Error,
  EvalError: EvalError,
  RangeError: RangeError,
  ReferenceError: ReferenceError,
  SyntaxError: SyntaxError,
  TypeError: TypeError,
  URIError: URIError,
};

function refuse(value: unknown): never {
  const text =
    typeof value === 'symbol'
      ? String(value)
      : typeof value === 'function'
        ? String(value)
        : `#<${(value as object).constructor?.name ?? 'Object'}>`;
  throw new DOMException(`${text} could not be cloned.`, 'DataCloneError');
}

function cloneView(value: ArrayBufferView, seen: Seen): ArrayBufferView {
  const buffer = clone(value.buffer, seen) as ArrayBuffer;
  if (value instanceof DataView) return new DataView(buffer, value.byteOffset, value.byteLength);
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  const Class = (
    globalThis as unknown as Record<string, new (...args: unknown[]) => ArrayBufferView>
  )[tag];
  if (Class === undefined) return refuse(value);
  return new Class(buffer, value.byteOffset, (value as Uint8Array).length);
}

function cloneError(value: Error, seen: Seen): Error {
  const Class = ERRORS[value.name] ?? Error;
  const made = new Class(value.message);
  seen.set(value, made);
  Object.defineProperty(made, 'stack', { value: value.stack, configurable: true, writable: true });
  if (Object.hasOwn(value, 'cause')) {
    Object.defineProperty(made, 'cause', {
      value: clone(value.cause, seen),
      configurable: true,
      writable: true,
    });
  }
  return made;
}

/** Copies of what has internal slots; `undefined` for plain objects and arrays. */
function cloneSlots(value: object, seen: Seen): object | undefined {
  if (types['isBoxedPrimitive']?.(value)) return Object(value.valueOf()) as object;
  if (value instanceof Date) return new Date(value.getTime());
  if (value instanceof RegExp) return new RegExp(value.source, value.flags);
  if (value instanceof ArrayBuffer) return value.slice(0);
  if (value instanceof SharedArrayBuffer) return value;
  if (ArrayBuffer.isView(value)) return cloneView(value, seen);
  if (value instanceof Error) return cloneError(value, seen);
  return undefined;
}

function cloneCollection(value: object, seen: Seen): object | undefined {
  if (value instanceof Map) {
    const copy = new Map();
    seen.set(value, copy);
    for (const [key, item] of value) copy.set(clone(key, seen), clone(item, seen));
    return copy;
  }
  if (value instanceof Set) {
    const copy = new Set();
    seen.set(value, copy);
    for (const item of value) copy.add(clone(item, seen));
    return copy;
  }
  return undefined;
}

function isUncloneable(value: object): boolean {
  const names = ['isWeakMap', 'isWeakSet', 'isPromise', 'isGeneratorObject'];
  return names.some((name) => types[name]?.(value)) || value instanceof WeakRef;
}

function cloneObject(value: object, seen: Seen): unknown {
  const known = seen.get(value);
  if (known !== undefined) return known;
  if (isUncloneable(value)) refuse(value);
  const slots = cloneSlots(value, seen);
  if (slots !== undefined) {
    seen.set(value, slots);
    return slots;
  }
  const collection = cloneCollection(value, seen);
  if (collection !== undefined) return collection;
  const copy = Array.isArray(value) ? Array.from<unknown>({ length: 0 }) : {};
  if (Array.isArray(copy)) copy.length = (value as unknown[]).length;
  seen.set(value, copy);
  for (const key of Object.keys(value)) (copy as Plain)[key] = clone((value as Plain)[key], seen);
  return copy;
}

function clone(value: unknown, seen: Seen): unknown {
  if (typeof value === 'object' && value !== null) return cloneObject(value, seen);
  if (typeof value === 'function' || typeof value === 'symbol') return refuse(value);
  return value;
}

export function structuredClone(
  value: unknown,
  options?: { transfer?: readonly unknown[] },
): unknown {
  const copy = clone(value, new Map());
  for (const item of options?.transfer ?? []) {
    if (item instanceof ArrayBuffer) (item as unknown as { transfer(): void }).transfer();
  }
  return copy;
}
