const parseJson = JSON.parse;
const toJson = JSON.stringify;

/** The event of an invocation from its text: `J` and JSON. */
export function decodeEvent(text: string): unknown {
  return parseJson(text.slice(1));
}

/** The text of a result: `J` and JSON; `undefined` becomes null. Throws for what JSON cannot hold. */
export function encodeResult(value: unknown): string {
  const json = toJson(value === undefined ? null : value);
  if (json === undefined) throw new TypeError('The result cannot be written as JSON');
  return `J${json}`;
}
