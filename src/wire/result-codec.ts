/** The codec for what a handler returns: flat when it has the ordinary shape, JSON otherwise. */

import {
  atEnd,
  type Cursor,
  decodeRequest,
  decodeResponse,
  encodeBody,
  NO_KEY,
  next,
  REQUEST,
  RESPONSE,
  SEPARATOR,
} from './flat-text.ts';
import {
  ArrayPrototype,
  DecodeError,
  getPrototypeOf,
  hasOwn,
  indexOf,
  isArray,
  isWellFormed,
  ObjectPrototype,
  parse,
  ShapeError,
  slice,
  split,
  stringify,
} from './intrinsics.ts';

/**
 * Encodes what a handler returned. `F` and the flat form when it has the ordinary shape of a
 * request or a response; `J` and JSON otherwise. Runs in the guest. Throws what `JSON.stringify`
 * throws (a cycle, a BigInt, an error of the user's `toJSON`), and for a function or a symbol.
 */
export function encodeResult(value: unknown): string {
  const flat = flatResult(value);
  if (flat !== undefined && isWellFormed(flat)) return flat;
  const json = stringify(value === undefined ? null : value) as string | undefined;
  if (json === undefined) throw new ShapeError(`Cannot write a ${typeof value} as JSON`);
  return `J${json}`;
}

type Plain = Readonly<Record<string, unknown>>;

/** An object that JSON writes member by member: no array, no class that might have a `toJSON`. */
function isPlain(value: unknown): value is Plain {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = getPrototypeOf(value);
  return (prototype === ObjectPrototype || prototype === null) && !isArray(value);
}

/**
 * Whether every plain object and array inherits something that JSON, or a `for in`, would take
 * notice of.
 */
function arePrototypesAltered(): boolean {
  for (const name in ObjectPrototype) return name !== undefined;
  return ObjectPrototype.toJSON !== undefined || ArrayPrototype.toJSON !== undefined;
}

function isPart(value: unknown): value is string {
  return typeof value === 'string' && indexOf(value, SEPARATOR) === -1;
}

function flatResult(value: unknown): string | undefined {
  if (!isPlain(value) || arePrototypesAltered()) return undefined;
  return hasOwn(value, 'status') ? flatResponse(value) : flatRequest(value);
}

interface Members {
  clientIp?: unknown;
  method?: unknown;
  uri?: unknown;
  querystring?: unknown;
  headers?: unknown;
  body?: unknown;
  origin?: unknown;
  status?: unknown;
  statusDescription?: unknown;
  bodyEncoding?: unknown;
}

/**
 * Reads each member once, as JSON does; `false` if there is one that the flat form does not have.
 */
function readRequestMembers(value: Plain, members: Members): boolean {
  for (const name in value) {
    if (name === 'clientIp') members.clientIp = value[name];
    else if (name === 'headers') members.headers = value[name];
    else if (name === 'method') members.method = value[name];
    else if (name === 'querystring') members.querystring = value[name];
    else if (name === 'uri') members.uri = value[name];
    else if (name === 'body') members.body = value[name];
    else if (name === 'origin') members.origin = value[name];
    else return false;
  }
  return true;
}

function readResponseMembers(value: Plain, members: Members): boolean {
  for (const name in value) {
    if (name === 'headers') members.headers = value[name];
    else if (name === 'status') members.status = value[name];
    else if (name === 'statusDescription') members.statusDescription = value[name];
    else if (name === 'body') members.body = value[name];
    else if (name === 'bodyEncoding') members.bodyEncoding = value[name];
    else return false;
  }
  return true;
}

/** Collects the parts of one result; `isFlat` turns false at the first that has no flat form. */
interface Draft {
  mask: number;
  text: string;
  isFlat: boolean;
}

function addPart(draft: Draft, bit: number, value: unknown): void {
  if (value === undefined) return;
  if (isPart(value)) {
    draft.mask += bit;
    draft.text += SEPARATOR + value;
  } else {
    draft.isFlat = false;
  }
}

function addText(draft: Draft, bit: number, text: string | undefined): void {
  if (text === undefined) {
    draft.isFlat = false;
  } else {
    draft.mask += bit;
    draft.text += text;
  }
}

function flatRequest(value: Plain): string | undefined {
  const members: Members = {};
  if (!readRequestMembers(value, members)) return undefined;
  const draft: Draft = { mask: 0, text: '', isFlat: true };
  addPart(draft, REQUEST.clientIp, members.clientIp);
  addPart(draft, REQUEST.method, members.method);
  addPart(draft, REQUEST.uri, members.uri);
  addPart(draft, REQUEST.querystring, members.querystring);
  if (members.headers !== undefined) addText(draft, REQUEST.headers, flatLines(members.headers));
  if (members.body !== undefined) addText(draft, REQUEST.body, flatBody(members.body));
  if (members.origin !== undefined && draft.isFlat) {
    addText(draft, REQUEST.origin, flatOrigin(members.origin));
  }
  return draft.isFlat ? `Fq${draft.mask}${draft.text}` : undefined;
}

function flatResponse(value: Plain): string | undefined {
  const members: Members = {};
  if (!readResponseMembers(value, members)) return undefined;
  const draft: Draft = { mask: 0, text: '', isFlat: true };
  const { status } = members;
  if (typeof status === 'number') {
    if ((status | 0) !== status || status < 0 || status > 999) return undefined;
    addText(draft, RESPONSE.number, SEPARATOR + status);
  } else {
    addPart(draft, RESPONSE.text, status);
  }
  addPart(draft, RESPONSE.statusDescription, members.statusDescription);
  if (members.headers !== undefined) addText(draft, RESPONSE.headers, flatLines(members.headers));
  addPart(draft, RESPONSE.body, members.body);
  addPart(draft, RESPONSE.bodyEncoding, members.bodyEncoding);
  return draft.isFlat ? `Fs${draft.mask}${draft.text}` : undefined;
}

function flatBody(value: unknown): string | undefined {
  if (!isPlain(value)) return undefined;
  let inputTruncated: unknown;
  let action: unknown;
  let encoding: unknown;
  let data: unknown;
  for (const name in value) {
    if (name === 'data') data = value[name];
    else if (name === 'action') action = value[name];
    else if (name === 'encoding') encoding = value[name];
    else if (name === 'inputTruncated') inputTruncated = value[name];
    else return undefined;
  }
  if (typeof inputTruncated !== 'boolean' || !isPart(data)) return undefined;
  if (!isPart(action) || !isPart(encoding)) return undefined;
  return encodeBody({ inputTruncated, action, encoding, data });
}

/** JSON text inside the flat form: JSON writes a NUL as an escape, so the text can hold none. */
function flatOrigin(value: unknown): string | undefined {
  // A `toJSON` is told the member's name, which would differ here.
  if (!isPlain(value) || value['toJSON'] !== undefined) return undefined;
  return SEPARATOR + stringify(value);
}

/** Text under way: the number of lines is known, and written before them, only at the end. */
interface LineDraft {
  text: string;
  lines: number;
}

function flatLines(headers: unknown): string | undefined {
  if (!isPlain(headers)) return undefined;
  const draft: LineDraft = { text: '', lines: 0 };
  for (const name in headers) {
    const list = headers[name];
    if (name === '' || !isPart(name) || !flatList(draft, name, list)) return undefined;
  }
  return SEPARATOR + draft.lines + draft.text;
}

function flatList(draft: LineDraft, name: string, list: unknown): boolean {
  if (!isArray(list) || (list as { toJSON?: unknown }).toJSON !== undefined) return false;
  // An empty list, or a member that JSON drops, has no line to stand for it.
  if (list.length === 0) return false;
  for (let i = 0; i < list.length; i++) {
    if (!flatEntry(draft, i === 0 ? name : '', name, list[i])) return false;
  }
  return true;
}

/** `written` is the name, or empty from the second entry of a list on. */
function flatEntry(draft: LineDraft, written: string, name: string, entry: unknown): boolean {
  if (!isPlain(entry)) return false;
  let key: unknown;
  let value: unknown;
  for (const member in entry) {
    if (member === 'key') key = entry[member];
    else if (member === 'value') value = entry[member];
    else return false;
  }
  if (!isPart(value)) return false;
  const keyText = flatKey(key, name);
  if (keyText === undefined) return false;
  draft.text += SEPARATOR + written + SEPARATOR + keyText + SEPARATOR + value;
  draft.lines++;
  return true;
}

function flatKey(key: unknown, name: string): string | undefined {
  if (key === undefined) return NO_KEY;
  if (key === name) return '';
  return isPart(key) && key !== '' && key !== NO_KEY ? key : undefined;
}

/**
 * Decodes what {@link encodeResult} wrote. The value is the one that
 * `JSON.parse(JSON.stringify(value))` gives. Runs in the edge worker on text that a guest may have
 * forged, so it may be any value; throws on text that is neither form.
 */
export function decodeResult(text: string): unknown {
  const form = text[0];
  if (form === 'J') return parse(slice(text, 1));
  if (form !== 'F') throw new DecodeError('Cannot decode a result: it begins with neither F nor J');
  const cursor: Cursor = { parts: split(slice(text, 1), SEPARATOR), at: 0 };
  const lead = next(cursor);
  const value = lead[0] === 's' ? decodeResponse(cursor, lead) : decodeRequest(cursor, lead);
  atEnd(cursor);
  return value;
}
