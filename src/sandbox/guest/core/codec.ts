/** The codec of events and results, shared with the edge worker. */
export { decodeEventText as decodeEvent, encodeResult } from '../../../wire/event-codec.ts';
