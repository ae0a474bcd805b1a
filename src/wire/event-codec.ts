/**
 * The codec for what crosses the wall of an isolate: the event in, the result out, each as one
 * string, at about half the cost of JSON because the shape is known (`flat-text.ts`).
 *
 * This file and what it imports run on both sides: the edge worker imports it, and the guest bundle
 * contains it. So it uses the language only, through `intrinsics.ts`.
 */

import {
  atEnd,
  type Cursor,
  decodeRequest,
  decodeResponse,
  encodeLines,
  encodeRequest,
  encodeResponse,
  type FlatRequest,
  type FlatResponse,
  next,
  SEPARATOR,
} from './flat-text.ts';
import { parse, slice, split } from './intrinsics.ts';

export type { FlatBody, FlatRequest, FlatResponse, HeaderLines } from './flat-text.ts';
export { decodeResult, encodeResult } from './result-codec.ts';

/** `cf.config`. */
export interface FlatConfig {
  readonly distributionDomainName: string;
  readonly distributionId: string;
  readonly eventType: string;
  readonly requestId: string;
}

/** An event before it is encoded. */
export interface FlatEvent {
  readonly config: FlatConfig;
  readonly request: FlatRequest;
  readonly response?: FlatResponse;
}

/**
 * An encoded event: `text` goes to the guest; `section` is its end, which {@link isEcho} looks for
 * in the result. `linesAt` is where its header lines begin, or -1 when other parts follow them.
 */
export interface EncodedEvent {
  readonly text: string;
  readonly section: string;
  readonly linesAt: number;
}

/**
 * Encodes an event. No part of it may hold a NUL; {@link decodeEvent} refuses the text otherwise.
 */
export function encodeEvent(event: FlatEvent): EncodedEvent {
  const config = encodeConfig(event.config);
  const { head, tail } = encodeRequest(event.request);
  const request = head + encodeLines(event.request.headers) + tail;
  if (event.response === undefined) {
    return {
      text: config + request,
      section: request,
      linesAt: tail === '' ? head.length : -1,
    };
  }
  const responseHead = encodeResponse(event.response);
  const response = responseHead + encodeLines(event.response.headers);
  return {
    text: config + request + SEPARATOR + response,
    section: response,
    linesAt: responseHead.length,
  };
}

function encodeConfig(config: FlatConfig): string {
  return (
    config.distributionDomainName +
    SEPARATOR +
    config.distributionId +
    SEPARATOR +
    config.eventType +
    SEPARATOR +
    config.requestId +
    SEPARATOR
  );
}

/**
 * Decodes what {@link encodeEvent} wrote into the object that a Lambda@Edge handler gets, `{
 * Records: [{ cf: { config, request, response? } }] }`. Runs in the guest; throws on text that is
 * not an event.
 */
export function decodeEvent(text: string): { Records: [{ cf: object }] } {
  const cursor: Cursor = { parts: split(text, SEPARATOR), at: 0 };
  const config = {
    distributionDomainName: next(cursor),
    distributionId: next(cursor),
    eventType: next(cursor),
    requestId: next(cursor),
  };
  const request = decodeRequest(cursor, next(cursor));
  const hasResponse = cursor.at < cursor.parts.length;
  const cf = hasResponse
    ? { config, request, response: decodeResponse(cursor, next(cursor)) }
    : { config, request };
  atEnd(cursor);
  return { Records: [{ cf }] };
}

/**
 * Decodes the event text of a call: `F` and what {@link encodeEvent} wrote, or `J` and the JSON of
 * any event, for events that people wrote themselves. Runs in the guest.
 */
export function decodeEventText(text: string): unknown {
  return text[0] === 'F' ? decodeEvent(slice(text, 1)) : parse(slice(text, 1));
}

/**
 * Whether a result repeats the delivered request (response, at the response hook points) character
 * for character: then there is nothing to decode and nothing to check. Runs in the edge worker.
 */
export function isEcho(result: string, event: EncodedEvent): boolean {
  const { section } = event;
  return result.length === section.length + 1 && result[0] === 'F' && result.endsWith(section);
}
