import { decodeEvent as decodeFlatEvent } from '../../../wire/event-codec.ts';

export { encodeResult } from '../../../wire/event-codec.ts';

const parseJson = JSON.parse;

/** The event of an invocation from its text: `F` and the flat form, or `J` and JSON (`isoedge invoke`). */
export function decodeEvent(text: string): unknown {
  return text[0] === 'F' ? decodeFlatEvent(text.slice(1)) : parseJson(text.slice(1));
}
