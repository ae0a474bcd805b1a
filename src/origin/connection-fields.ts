import type { FieldNames, Fields } from '../http/fields.ts';
import { HOP_BY_HOP_FIELDS, hopByHopNames } from '../http/hop-by-hop.ts';

// RFC 9110 §7.6.1: a sender must not list fields that are meant for every recipient. Obeying such a list would let a peer
// strip the framing, the authority or the trace of a message that passes through.
const MEANT_FOR_ALL: readonly string[] = [
  'authorization',
  'cache-control',
  'content-length',
  'host',
  'via',
  'x-forwarded-for',
];

/**
 * Names that stay behind at this hop, in either direction: the hop-by-hop fields, those that Connection lists with reason,
 * and Trailer, because trailer sections are dropped.
 */
export function connectionFieldNames(fields: Fields): FieldNames {
  const standard = hopByHopNames(fields);
  if (standard === HOP_BY_HOP_FIELDS) return DROPPED_ALWAYS;
  const names = new Set([...standard, 'trailer']);
  for (const name of MEANT_FOR_ALL) names.delete(name);
  return names;
}

const DROPPED_ALWAYS: FieldNames = new Set([...HOP_BY_HOP_FIELDS, 'trailer']);
