import type { Fill } from '../cache/fill.ts';
import { replyHead, respondFromStored } from '../cache/respond.ts';
import type { StoredHead, StoredResponse } from '../cache/stored-response.ts';
import { fieldValue } from '../http/fields.ts';
import { NO_CONTENT } from '../http/message.ts';
import type { Exchange } from './exchange.ts';

/** Answers from what is stored: whole, 304, 206 or without content, as the request asks. */
export function serveStored(
  exchange: Exchange,
  stored: StoredResponse,
  freshForSeconds: number,
): void {
  exchange.response = respondFromStored(exchange.request, stored, exchange.edge.clock.now());
  exchange.result = stored.status >= 400 ? 'Error' : 'Hit';
  exchange.note.ttlSeconds = freshForSeconds;
}

/** Answers from a fill whose content may still be arriving. The request must have joined the fill. */
export function serveFill(exchange: Exchange, fill: Fill, head: StoredHead): void {
  const declared = fieldValue(head.fields, 'content-length');
  const lengthBytes = declared === undefined ? undefined : Number(declared);
  const partial = replyHead(exchange.request, head, lengthBytes, exchange.edge.clock.now());
  if (partial.part.kind === 'none') {
    fill.leave();
    exchange.response = { head: partial.head, content: NO_CONTENT };
    return;
  }
  const range = partial.part.kind === 'range' ? partial.part.range : undefined;
  exchange.response = { head: partial.head, content: fill.content(range) };
}
