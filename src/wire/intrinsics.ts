/**
 * The built-in functions that the codec uses, captured while the module loads: in the guest the
 * user's code may replace the members of prototypes later. Nothing else of the wire's guest side
 * may call a method of a built-in object.
 */

/** A method as a function of its receiver, out of reach of later changes to the prototype. */
function methodOf(prototype: object, name: string): unknown {
  const method = Reflect.get(prototype, name) as () => void;
  return Function.prototype.call.bind(method);
}

export const ObjectPrototype = Object.prototype as { readonly toJSON?: unknown };
export const ArrayPrototype = Array.prototype as { readonly toJSON?: unknown };
export const { defineProperty, getPrototypeOf, hasOwn } = Object;
export const { isArray } = Array;
export const { parse, stringify } = JSON;
export const split = methodOf(String.prototype, 'split') as (
  text: string,
  separator: string,
) => string[];
export const indexOf = methodOf(String.prototype, 'indexOf') as (
  text: string,
  search: string,
) => number;
export const slice = methodOf(String.prototype, 'slice') as (text: string, start: number) => string;
export const isWellFormed = methodOf(String.prototype, 'isWellFormed') as (text: string) => boolean;
export const push = methodOf(Array.prototype, 'push') as (list: unknown[], item: unknown) => number;
export const DecodeError = Error;
export const ShapeError = TypeError;
