/** Vary (RFC 9110 §12.5.5) as a secondary cache key (RFC 9111 §4.1). */
import { combinedValue, type Fields, fieldValues } from './fields.ts';

/** Lower-cased, sorted names of the selecting fields, or `'*'`. Empty when there is no Vary. */
export function parseVary(fields: Fields): '*' | readonly string[] {
  const names = new Set<string>();
  for (const value of fieldValues(fields, 'vary')) {
    for (const token of value.split(',')) {
      const name = token.trim().toLowerCase();
      if (name === '*') return '*';
      if (name !== '') names.add(name);
    }
  }
  return [...names].sort();
}

/** Fields whose value is a list of alternatives: order, case and whitespace carry no meaning (RFC 9110 §12.5). */
const NEGOTIATION_FIELDS: ReadonlySet<string> = new Set([
  'accept-encoding',
  'accept-language',
  'accept-charset',
]);

/** Whitespace around commas is dropped, several lines count as one (RFC 9111 §4.1). */
function normaliseList(value: string): string {
  return value
    .split(',')
    .map((member) => member.trim())
    .join(',');
}

/** `en;q=0.8, de` and `de, EN;q=0.80` ask for the same thing: members sorted, in lower case, `q=1` left out. */
function normaliseNegotiation(value: string): string {
  return value
    .toLowerCase()
    .replaceAll(/\s+/g, '')
    .split(',')
    .filter((member) => member !== '')
    .map((member) => member.replace(/;q=1(?:\.0*)?$/, '').replace(/(;q=0\.\d*?[1-9])0+$/, '$1'))
    .sort()
    .join(',');
}

/**
 * The value of one selecting field of a request in the form that is compared; `undefined` when it is absent, which only
 * matches absence (RFC 9111 §4.1).
 */
export function selectingValue(fields: Fields, lowerName: string): string | undefined {
  const value = combinedValue(fields, lowerName);
  if (value === undefined) return undefined;
  return NEGOTIATION_FIELDS.has(lowerName) ? normaliseNegotiation(value) : normaliseList(value);
}

/** Selecting fields of a stored response: name and compared value. Empty = every request matches. */
export type Selection = readonly (readonly [lowerName: string, value: string | undefined])[];

/** What this request has in the selecting fields. */
export function selectionOf(request: Fields, names: readonly string[]): Selection {
  return names.map((name) => [name, selectingValue(request, name)]);
}

/** Whether a presented request has the same values in every selecting field. */
export function selectionMatches(selection: Selection, request: Fields): boolean {
  for (const [name, value] of selection) {
    if (selectingValue(request, name) !== value) return false;
  }
  return true;
}

/** Whether two selections are of the same variant, so that one replaces the other. */
export function sameSelection(a: Selection, b: Selection): boolean {
  return (
    a.length === b.length && a.every(([name, value], i) => name === b[i]?.[0] && value === b[i][1])
  );
}
