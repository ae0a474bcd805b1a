import { z } from 'zod';
import type { ConfigPath } from './problem.ts';
import { metaOf } from './schema/setting.ts';

/** What the messages and the reference page read out of the schema: members of objects, and valid values in words. */

/** The type without the wrappers that only say "may be absent" and "has a default". */
export function unwrapped(type: z.core.$ZodType): z.core.$ZodType {
  if (
    type instanceof z.ZodOptional ||
    type instanceof z.ZodDefault ||
    type instanceof z.ZodPrefault
  ) {
    return unwrapped(type.def.innerType);
  }
  return type;
}

/** Names of the members that an object at this place may have; empty if the place is no object with fixed members. */
export function membersOf(type: z.core.$ZodType): readonly string[] {
  return objectsOf(type).flatMap((object) => Object.keys(object.shape));
}

function objectsOf(type: z.core.$ZodType): readonly z.ZodObject[] {
  const bare = unwrapped(type);
  if (bare instanceof z.ZodObject) return [bare];
  if (bare instanceof z.ZodUnion) return bare.options.flatMap((option) => objectsOf(option));
  return [];
}

/** The type of the value at `path`, or `undefined` if the schema has no such place. */
export function typeAt(root: z.core.$ZodType, path: ConfigPath): z.core.$ZodType | undefined {
  let type: z.core.$ZodType | undefined = root;
  for (const segment of path) {
    if (type === undefined) return undefined;
    type = childType(type, segment);
  }
  return type;
}

function childType(type: z.core.$ZodType, segment: string | number): z.core.$ZodType | undefined {
  const bare = unwrapped(type);
  if (bare instanceof z.ZodRecord) return bare.valueType;
  if (bare instanceof z.ZodArray) return bare.element;
  if (bare instanceof z.ZodObject) {
    return Object.hasOwn(bare.shape, segment) ? bare.shape[segment] : undefined;
  }
  if (!(bare instanceof z.ZodUnion)) return undefined;
  for (const option of bare.options) {
    const child = childType(option, segment);
    if (child !== undefined) return child;
  }
  return undefined;
}

/** Valid values in words, as a noun phrase that follows "expected". */
export function expectationOf(type: z.core.$ZodType): string {
  const { form } = metaOf(type);
  if (form !== undefined) return form;
  const bare = unwrapped(type);
  if (bare !== type) return expectationOf(bare);
  if (bare instanceof z.ZodUnion)
    return bare.options.map((option) => expectationOf(option)).join(' or ');
  if (bare instanceof z.ZodNumber)
    return `a whole number from ${bare.minValue} to ${bare.maxValue}`;
  if (bare instanceof z.ZodEnum) return oneOf(bare.options);
  if (bare instanceof z.ZodLiteral) return oneOf([...bare.values]);
  if (bare instanceof z.ZodBoolean) return 'true or false';
  if (bare instanceof z.ZodArray) return 'a list';
  if (bare instanceof z.ZodString) return 'a string';
  return 'an object';
}

function oneOf(values: readonly unknown[]): string {
  const quoted = values.map((value) => JSON.stringify(value));
  return quoted.length === 1 ? `${quoted[0]}` : `one of ${quoted.join(', ')}`;
}

/** Short name of the type for the reference page: `integer`, `string`, `list of string`, … */
export function typeName(type: z.core.$ZodType): string {
  const bare = unwrapped(type);
  if (bare instanceof z.ZodUnion) {
    return [...new Set(bare.options.map((option) => typeName(option)))].join(' or ');
  }
  if (bare instanceof z.ZodNumber) return 'integer';
  if (bare instanceof z.ZodBoolean) return 'boolean';
  if (bare instanceof z.ZodArray) return `list of ${typeName(bare.element)}`;
  if (bare instanceof z.ZodRecord) return `object of ${typeName(bare.valueType)}`;
  if (bare instanceof z.ZodObject) return 'object';
  if (
    bare instanceof z.ZodLiteral &&
    [...bare.values].every((value) => typeof value === 'number')
  ) {
    return 'integer';
  }
  return 'string';
}
