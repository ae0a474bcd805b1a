/** Byte ranges (RFC 9110 §14) on content whose length is known. */

/** Offsets of the first and the last byte, both included, as in Content-Range. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** What a Range field asks of content of a known length. */
export type RangeResult =
  | { readonly kind: 'whole'; readonly reason: 'unit' | 'syntax' | 'several' }
  | { readonly kind: 'partial'; readonly range: ByteRange }
  | { readonly kind: 'unsatisfiable' };

const SPEC = /^(\d*)-(\d*)$/;
const UNSATISFIABLE: RangeResult = { kind: 'unsatisfiable' };

/**
 * Reads a Range value. Several ranges are answered with the whole content, which RFC 9110 §14.2 allows and which also ends
 * every overlap attack; so are other units and wrong syntax. An unsatisfiable single range is 416.
 */
export function parseRange(value: string, lengthBytes: number): RangeResult {
  const equals = value.indexOf('=');
  if (value.slice(0, equals).trim().toLowerCase() !== 'bytes') {
    return { kind: 'whole', reason: 'unit' };
  }
  const specs = value.slice(equals + 1).split(',');
  const present = specs.map((spec) => spec.trim()).filter((spec) => spec !== '');
  const [only] = present;
  if (only === undefined || !present.every(isSpec)) return { kind: 'whole', reason: 'syntax' };
  if (present.length > 1) return { kind: 'whole', reason: 'several' };
  return resolveSpec(only, lengthBytes);
}

function isSpec(spec: string): boolean {
  const match = SPEC.exec(spec);
  if (match === null) return false;
  const [, first = '', last = ''] = match;
  if (first === '') return last !== '';
  return last === '' || Number(first) <= Number(last);
}

function resolveSpec(spec: string, lengthBytes: number): RangeResult {
  const dash = spec.indexOf('-');
  const first = spec.slice(0, dash);
  const last = spec.slice(dash + 1);
  if (first === '') {
    const suffix = Math.min(Number(last), lengthBytes);
    if (suffix === 0) return UNSATISFIABLE;
    return { kind: 'partial', range: { first: lengthBytes - suffix, last: lengthBytes - 1 } };
  }
  if (Number(first) >= lengthBytes) return UNSATISFIABLE;
  const end = last === '' ? lengthBytes - 1 : Math.min(Number(last), lengthBytes - 1);
  return { kind: 'partial', range: { first: Number(first), last: end } };
}

/** Content-Range of a 206 (RFC 9110 §14.4). */
export function formatContentRange(range: ByteRange, lengthBytes: number): string {
  return `bytes ${range.first}-${range.last}/${lengthBytes}`;
}

/** Content-Range of a 416. */
export function formatUnsatisfiedRange(lengthBytes: number): string {
  return `bytes */${lengthBytes}`;
}
