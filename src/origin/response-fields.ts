import { type Fields, hasField, withoutFields } from '../http/fields.ts';
import { connectionFieldNames } from './connection-fields.ts';

/**
 * The fields of an origin response that go on to hooks, the cache and the viewer: all but those of the connection
 * (RFC 9110 §7.6.1). Case, order and duplicates stay.
 */
export function originResponseFields(fields: Fields): string[] {
  const dropped = connectionFieldNames(fields);
  if (!hasField(fields, 'transfer-encoding')) return withoutFields(fields, dropped);
  // RFC 9112 §6.3: Transfer-Encoding overrides Content-Length, which must not be forwarded.
  return withoutFields(fields, new Set([...dropped, 'content-length']));
}
