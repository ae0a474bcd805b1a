/** Fields that belong to one connection and are neither forwarded nor stored (RFC 9110 §7.6.1, RFC 9111 §3.1). */
import { type FieldNames, type Fields, fieldValues } from './fields.ts';

/** RFC 9110 §7.6.1, and what belongs to one proxy hop (RFC 9111 §3.1 and RFC 9110 §11.7). */
export const HOP_BY_HOP_FIELDS: FieldNames = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  // Trailers are not forwarded, so neither is the announcement of them.
  'trailer',
  'transfer-encoding',
  'upgrade',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
]);

/** The names that must not cross: the standard ones and those that Connection lists. Shares one set when it lists none. */
export function hopByHopNames(fields: Fields): FieldNames {
  let names: Set<string> | undefined;
  for (const value of fieldValues(fields, 'connection')) {
    for (const token of value.split(',')) {
      const name = token.trim().toLowerCase();
      if (name === '' || name === 'close' || HOP_BY_HOP_FIELDS.has(name)) continue;
      names ??= new Set(HOP_BY_HOP_FIELDS);
      names.add(name);
    }
  }
  return names ?? HOP_BY_HOP_FIELDS;
}
