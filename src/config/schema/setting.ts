import { z } from 'zod';

export type Unit = 'ms' | 's' | 'bytes' | 'MiB' | 'count';

/** What the table of settings says about one setting, beside its type, range and default, which the zod type knows. */
export interface SettingRow {
  /** One sentence for the reference page and for editors. */
  readonly text: string;
  readonly unit?: Unit;
  /** Where the default or the range comes from. */
  readonly source?: string;
}

/** What zod keeps for one type. `form` says in words what a valid value looks like, where the type alone does not. */
export interface SettingMeta {
  readonly description?: string | undefined;
  readonly unit?: Unit;
  readonly source?: string;
  readonly form?: string;
}

/** One row of the table of settings. */
export function setting<T extends z.ZodType>(type: T, row: SettingRow): T {
  const { text, ...rest } = row;
  return type.meta({ description: text, ...rest });
}

/** A type whose valid values are described by `form`, a noun phrase that follows "expected". */
export function formed<T extends z.ZodType>(form: string, type: T): T {
  return type.meta({ form });
}

export function metaOf(type: z.core.$ZodType): SettingMeta {
  return z.globalRegistry.get(type) ?? {};
}

export function integer(minimum: number, maximum: number) {
  return z.int().min(minimum).max(maximum);
}

export const LARGEST_BYTES = 2 ** 50;

/** Names that the file gives to origins, functions, policies and groups. */
export const nameType = formed(
  'a name of 1 to 64 letters, digits, "-" and "_" that begins with a letter or digit',
  z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/),
);

export const pathType = formed('a path, absolute or relative to the file', z.string().min(1));

export const hostType = formed(
  'an IP address or host name without port',
  z.string().regex(/^[^\s/:[\]]+$|^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$/),
);

export const portType = integer(0, 65_535);

/** RFC 9110 §5.6.2. */
export const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

export const fieldNameType = formed('a field name', z.string().regex(TOKEN));

/** RFC 9110 §5.5, as a byte string: no control characters but the tab, nothing above 255. */
export const fieldValueType = formed(
  'a field value without control characters',
  z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/),
);
