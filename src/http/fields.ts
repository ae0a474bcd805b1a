/**
 * Field lines (RFC 9110 §5) as one flat list `[name, value, name, value, …]`, in the order and the case received. The shape is
 * the one of Node's `rawHeaders` and `writeHead`, so a request crosses the proxy without its lines being copied into
 * objects and back. Values are byte strings (one char code per byte, as Node's parser gives them).
 */
export type Fields = readonly string[];

/** Lower-cased names, as sets of names are written in this code. */
export type FieldNames = ReadonlySet<string>;

function sameName(name: string, lowerName: string): boolean {
  return (
    name.length === lowerName.length && (name === lowerName || name.toLowerCase() === lowerName)
  );
}

/** The value of the first line with this name, or `undefined` if there is none. `lowerName` is in lower case. */
export function fieldValue(fields: Fields, lowerName: string): string | undefined {
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i];
    if (name !== undefined && sameName(name, lowerName)) return fields[i + 1];
  }
  return undefined;
}

/** The values of all lines with this name, in order. */
export function fieldValues(fields: Fields, lowerName: string): string[] {
  const values: string[] = [];
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i];
    if (name !== undefined && sameName(name, lowerName)) values.push(fields[i + 1] ?? '');
  }
  return values;
}

/** The combined value of all lines with this name (RFC 9110 §5.3), or `undefined`. Not for Set-Cookie. */
export function combinedValue(fields: Fields, lowerName: string): string | undefined {
  let combined: string | undefined;
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i];
    if (name === undefined || !sameName(name, lowerName)) continue;
    combined = combined === undefined ? fields[i + 1] : `${combined}, ${fields[i + 1] ?? ''}`;
  }
  return combined;
}

export function hasField(fields: Fields, lowerName: string): boolean {
  return fieldValue(fields, lowerName) !== undefined;
}

/** A copy without the lines whose lower-cased name is in `names`. */
export function withoutFields(fields: Fields, names: FieldNames): string[] {
  const kept: string[] = [];
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] ?? '';
    if (!names.has(name.toLowerCase())) kept.push(name, fields[i + 1] ?? '');
  }
  return kept;
}

/** A copy in which the lines of this name are replaced by one line at the end. `name` is written as given. */
export function withField(fields: Fields, name: string, value: string): string[] {
  const kept = withoutFields(fields, new Set([name.toLowerCase()]));
  kept.push(name, value);
  return kept;
}
