import type { FieldNames, Fields } from '../http/fields.ts';

/** What to do with Content-Length: write exactly this number, leave what is there, or leave it out. */
export type LengthRule = number | 'keep' | 'drop';

// Fields of one connection, and the length: the listener decides about them.
const OWNED_NAMES: FieldNames = new Set([
  'te',
  'trailer',
  'upgrade',
  'connection',
  'keep-alive',
  'content-length',
  'proxy-connection',
  'transfer-encoding',
]);
const OWNED_LENGTHS: readonly boolean[] = Array.from({ length: 32 }, (_, length) =>
  [...OWNED_NAMES].some((name) => name.length === length),
);

/** The lower-cased name of a field that the listener decides about, or `undefined`. */
function ownedName(name: string): string | undefined {
  // The length sorts out nearly every line before its name is lower-cased.
  if (OWNED_LENGTHS[name.length] !== true) return undefined;
  const lowerName = name.toLowerCase();
  return OWNED_NAMES.has(lowerName) ? lowerName : undefined;
}

function mustChange(fields: Fields, rule: LengthRule): boolean {
  let lengthLines = 0;
  for (let i = 0; i < fields.length; i += 2) {
    const owned = ownedName(fields[i] as string);
    if (owned === undefined) continue;
    if (owned !== 'content-length' || rule === 'drop') return true;
    lengthLines += 1;
    if (typeof rule === 'number' && Number(fields[i + 1]) !== rule) return true;
  }
  return lengthLines > 1 || (lengthLines === 0 && typeof rule === 'number');
}

/**
 * The field lines to write: without those of the connection, which the listener decides about, and with Content-Length as
 * the rule says. The very same list is returned when nothing needs to change, which is the rule for a stored response.
 */
export function writableFields(fields: Fields, rule: LengthRule): Fields {
  if (!mustChange(fields, rule)) return fields;
  const written: string[] = [];
  let keptLength = false;
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string;
    const owned = ownedName(name);
    if (owned !== undefined && (owned !== 'content-length' || rule !== 'keep' || keptLength))
      continue;
    keptLength ||= owned === 'content-length';
    written.push(name, fields[i + 1] as string);
  }
  if (typeof rule === 'number') written.push('Content-Length', String(rule));
  return written;
}
