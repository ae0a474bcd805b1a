import { type Fields, fieldValues } from './fields.ts';

/** One cookie as the viewer sent it: name and value are case-sensitive and not decoded (RFC 6265 §4.2.1). */
export interface CookiePair {
  readonly name: string;
  readonly value: string;
}

/** The well-formed `name=value` pairs of all Cookie lines, in order. Names that begin with `$` are left out, as CloudFront does. */
export function cookiePairs(fields: Fields): CookiePair[] {
  const pairs: CookiePair[] = [];
  for (const line of fieldValues(fields, 'cookie')) {
    for (const part of line.split(';')) {
      const equals = part.indexOf('=');
      if (equals < 1) continue;
      const name = part.slice(0, equals).trim();
      if (name === '' || name.startsWith('$')) continue;
      pairs.push({ name, value: part.slice(equals + 1).trim() });
    }
  }
  return pairs;
}
