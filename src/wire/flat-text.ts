/**
 * The flat form of a request and of a response: a list of parts joined by NUL, led by masks and
 * counts, without quotes or escapes. Both directions of the codec use it: an event holds these
 * sections, and a result is one of them.
 */

import { DecodeError, defineProperty, hasOwn, parse, push, slice } from './intrinsics.ts';

/** Stands between the parts, so no part may hold it. */
export const SEPARATOR = '\0';
/** Stands for the `key` of a header entry that has none. */
export const NO_KEY = '\x01';

/**
 * Header lines as flat triples `[name in lower case, name as received, value, …]`. No part may hold
 * a NUL.
 */
export type HeaderLines = readonly string[];

/** `cf.request.body`. `data` is base64 in an event. */
export interface FlatBody {
  readonly inputTruncated: boolean;
  readonly action: string;
  readonly encoding: string;
  readonly data: string;
}

/**
 * `cf.request`. `origin` is JSON text: it is the same for every request to one origin, so its owner
 * keeps the text.
 */
export interface FlatRequest {
  readonly clientIp: string;
  readonly method: string;
  readonly uri: string;
  readonly querystring: string;
  readonly headers: HeaderLines;
  readonly body?: FlatBody;
  readonly origin?: string;
}

/** `cf.response` of an event. */
export interface FlatResponse {
  readonly status: string;
  readonly statusDescription: string;
  readonly headers: HeaderLines;
}

/** Bits of the mask that leads a request: which members follow, in this order. */
export const REQUEST = {
  clientIp: 1,
  method: 2,
  uri: 4,
  querystring: 8,
  headers: 16,
  body: 32,
  origin: 64,
};
/** Bits of the mask that leads a response. `text` and `number` are the two forms of `status`. */
export const RESPONSE = {
  text: 1,
  number: 2,
  statusDescription: 4,
  headers: 8,
  body: 16,
  bodyEncoding: 32,
};

/**
 * Writes a request: `q`, its mask, and the members that the mask names. Its lines go between `head`
 * and `tail`.
 */
export function encodeRequest(request: FlatRequest): { head: string; tail: string } {
  const { body, origin } = request;
  const mask = 31 + (body === undefined ? 0 : REQUEST.body) + (origin ? REQUEST.origin : 0);
  let head = `q${mask}`;
  head += SEPARATOR + request.clientIp + SEPARATOR + request.method;
  head += SEPARATOR + request.uri + SEPARATOR + request.querystring;
  let tail = '';
  if (body !== undefined) tail += encodeBody(body);
  if (origin) tail += SEPARATOR + origin;
  return { head, tail };
}

/** Writes a response: `s`, its mask, and the members that the mask names. Its lines follow. */
export function encodeResponse(response: FlatResponse): string {
  const mask = RESPONSE.text + RESPONSE.statusDescription + RESPONSE.headers;
  return `s${mask}` + SEPARATOR + response.status + SEPARATOR + response.statusDescription;
}

/**
 * Writes header lines, beginning with a separator and their number. A line of the same name as the
 * line before has an empty name; a key equal to the name is empty.
 */
export function encodeLines(lines: HeaderLines): string {
  let text = SEPARATOR + lines.length / 3;
  let previous = '';
  for (let i = 0; i < lines.length; i += 3) {
    const name = lines[i] as string;
    const key = lines[i + 1] as string;
    text += SEPARATOR;
    if (name !== previous) text += name;
    text += SEPARATOR;
    if (key !== name) text += key;
    text += SEPARATOR + (lines[i + 2] as string);
    previous = name;
  }
  return text;
}

/** Writes a request body, beginning with a separator. */
export function encodeBody(body: FlatBody): string {
  return (
    SEPARATOR +
    (body.inputTruncated ? '1' : '0') +
    SEPARATOR +
    body.action +
    SEPARATOR +
    body.encoding +
    SEPARATOR +
    body.data
  );
}

/** The parts of a text and the place of the next one. */
export interface Cursor {
  readonly parts: readonly string[];
  at: number;
}

/** The next part; throws when there is none. */
export function next(cursor: Cursor): string {
  const part = cursor.parts[cursor.at++];
  if (part === undefined) throw new DecodeError('Cannot decode text of a hook: a part is missing');
  return part;
}

/** Reads the mask of a section that begins with `letter`. */
function maskOf(lead: string, letter: string, limit: number): number {
  if (lead[0] === letter && lead.length > 1) return numberOf(slice(lead, 1), limit);
  throw new DecodeError(`Cannot decode text of a hook: "${lead}" is no mask, expected ${letter}`);
}

/** Reads a count. `limit` keeps a forged count from costing more than the text that carries it. */
function numberOf(text: string, limit: number): number {
  const value = +text;
  if (value >= 0 && value <= limit) return value;
  throw new DecodeError(`Cannot decode text of a hook: "${text}" is not a number up to ${limit}`);
}

/** Throws when parts are left, which means that one of them held a NUL. */
export function atEnd(cursor: Cursor): void {
  if (cursor.at !== cursor.parts.length) {
    throw new DecodeError('Cannot decode text of a hook: there are parts left over');
  }
}

/** One `{ key?, value }` of a header. */
interface HeaderEntry {
  readonly key?: string;
  readonly value: string;
}

/** The header map that a function sees. */
type HeaderMap = Record<string, HeaderEntry[]>;

/** Reads what {@link encodeRequest} wrote; `lead` is its first part. */
export function decodeRequest(cursor: Cursor, lead: string): object {
  const mask = maskOf(lead, 'q', 127);
  if (mask === 31) {
    // The ordinary case as one literal, so that all requests have one hidden class.
    const clientIp = next(cursor);
    const method = next(cursor);
    const uri = next(cursor);
    const querystring = next(cursor);
    return { clientIp, headers: decodeLines(cursor), method, querystring, uri };
  }
  const request: Record<string, unknown> = {};
  if (mask & REQUEST.clientIp) request['clientIp'] = next(cursor);
  if (mask & REQUEST.method) request['method'] = next(cursor);
  if (mask & REQUEST.uri) request['uri'] = next(cursor);
  if (mask & REQUEST.querystring) request['querystring'] = next(cursor);
  if (mask & REQUEST.headers) request['headers'] = decodeLines(cursor);
  if (mask & REQUEST.body) request['body'] = decodeBody(cursor);
  if (mask & REQUEST.origin) request['origin'] = parse(next(cursor));
  return request;
}

/** Reads what {@link encodeResponse} wrote; `lead` is its first part. */
export function decodeResponse(cursor: Cursor, lead: string): object {
  const mask = maskOf(lead, 's', 63);
  const response: Record<string, unknown> = {};
  if (mask & RESPONSE.text) response['status'] = next(cursor);
  if (mask & RESPONSE.number) response['status'] = numberOf(next(cursor), 999);
  if (mask & RESPONSE.statusDescription) response['statusDescription'] = next(cursor);
  if (mask & RESPONSE.headers) response['headers'] = decodeLines(cursor);
  if (mask & RESPONSE.body) response['body'] = next(cursor);
  if (mask & RESPONSE.bodyEncoding) response['bodyEncoding'] = next(cursor);
  return response;
}

function decodeBody(cursor: Cursor): FlatBody {
  return {
    inputTruncated: next(cursor) === '1',
    action: next(cursor),
    encoding: next(cursor),
    data: next(cursor),
  };
}

function decodeLines(cursor: Cursor): HeaderMap {
  const lines = numberOf(next(cursor), cursor.parts.length / 3);
  const headers: HeaderMap = {};
  let list: HeaderEntry[] = [];
  let current = '';
  for (let line = 0; line < lines; line++) {
    const name = next(cursor);
    const key = next(cursor);
    const value = next(cursor);
    if (name !== '') current = name;
    const entry = key === NO_KEY ? { value } : { key: key === '' ? current : key, value };
    if (name === '') push(list, entry);
    else list = addEntry(headers, name, entry);
  }
  return headers;
}

function addEntry(headers: HeaderMap, name: string, entry: HeaderEntry): HeaderEntry[] {
  const present = headers[name];
  if (present !== undefined && hasOwn(headers, name)) {
    push(present, entry);
    return present;
  }
  const list = [entry];
  if (name === '__proto__') {
    // An assignment would set the prototype; JSON.parse makes an ordinary property, and so does
    // this.
    defineProperty(headers, name, {
      __proto__: null,
      value: list,
      writable: true,
      enumerable: true,
      configurable: true,
    } as PropertyDescriptor);
  } else {
    headers[name] = list;
  }
  return list;
}
