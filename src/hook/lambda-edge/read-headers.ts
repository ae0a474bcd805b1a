import type { Fields } from '../../http/fields.ts';
import type { HeaderLines } from '../../wire/event-codec.ts';
import type { HookPoint } from '../hook-point.ts';
import {
  FRAMING_FIELDS,
  headerName,
  isDisallowed,
  isToken,
  NOT_SETTABLE,
  READ_ONLY,
  titleCase,
} from './header-rules.ts';
import { LIMITS } from './limits.ts';
import { isRefusal, type Read, type Refusal } from './refusal.ts';
import {
  bytesOf,
  controlAt,
  describeValue,
  isMembers,
  isPlainText,
  isPrintable,
  quote,
  quoteList,
  withoutOuterSpaces,
} from './text.ts';

/** The fields of a message, and the lines of them that the function saw. */
export interface DeliveredHeaders {
  readonly fields: Fields;
  readonly lines: HeaderLines;
}

/** What a message that the function made itself is compared with. */
export const NOTHING_DELIVERED: DeliveredHeaders = { fields: [], lines: [] };

/**
 * The final fields. Those that the function did not see are among them; those that it left alone
 * are as received.
 */
export interface ReturnedHeaders {
  readonly fields: Fields;
  readonly changed: boolean;
  readonly warnings: readonly string[];
}

/** The state of one reading. */
interface Reading {
  readonly point: HookPoint;
  readonly delivered: DeliveredHeaders;
  /** Places in `delivered.lines` by lower-case name. */
  readonly placesOf: ReadonlyMap<string, readonly number[]>;
  /** Names returned as delivered. */
  readonly kept: Set<string>;
  /** New lines, flat, by the name of the map. */
  readonly replaced: Map<string, string[]>;
  readonly warnings: string[];
}

/**
 * Reads the `headers` of a returned request or response against the headers as delivered. Checks
 * only what was changed. A name returned as delivered keeps its lines, bytes, case and places; new
 * lines of a name stand where its first line stood; lines of new names follow at the end.
 */
export function readHeaders(
  raw: unknown,
  delivered: DeliveredHeaders,
  point: HookPoint,
): Read<ReturnedHeaders> {
  const map = raw === undefined ? {} : raw;
  if (!isMembers(map)) return wrongShape('headers', raw, 'an object of header lists');
  const names = Object.keys(map);
  if (names.length > LIMITS.headerLines.value) return tooManyLines(names.length);
  const reading: Reading = {
    point,
    delivered,
    placesOf: placesByName(delivered.lines),
    kept: new Set(),
    replaced: new Map(),
    warnings: [],
  };
  for (const name of names) {
    const refusal = readHeader(reading, name, map[name]);
    if (refusal !== undefined) return refusal;
  }
  const deleted = deletedNames(reading);
  const refusal = refuseDeleted(reading, deleted);
  if (refusal !== undefined) return refusal;
  const changed = deleted.length > 0 || reading.replaced.size > 0;
  const fields = changed ? mergedFields(delivered.fields, reading) : delivered.fields;
  return { fields, changed, warnings: reading.warnings };
}

/**
 * What {@link readHeaders} gives when the function only added lines, and there is nothing to remark
 * about them; `undefined` when they need a closer look. `added` stand behind the delivered lines.
 */
export function plainlyAdded(
  added: HeaderLines,
  delivered: DeliveredHeaders,
  point: HookPoint,
): Fields | undefined {
  const { lines } = delivered;
  if ((lines.length + added.length) / 3 > LIMITS.headerLines.value) return undefined;
  const fields = delivered.fields.slice();
  for (let i = 0; i < added.length; i += 3) {
    const name = added[i] as string;
    const key = added[i + 1] as string;
    const value = added[i + 2] as string;
    const { lower, isHidden } = headerName(key);
    if (lower !== name || isHidden || isProtected(point, name)) return undefined;
    if (FRAMING_FIELDS.has(name) || !isPrintable(value)) return undefined;
    if (hasLine(lines, name, lines.length) || hasLine(added, name, i)) return undefined;
    fields.push(key, withoutOuterSpaces(value));
  }
  return fields;
}

function hasLine(lines: HeaderLines, name: string, end: number): boolean {
  for (let i = 0; i < end; i += 3) if (lines[i] === name) return true;
  return false;
}

function placesByName(lines: HeaderLines): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (let i = 0; i < lines.length; i += 3) {
    const name = lines[i] as string;
    const list = places.get(name);
    if (list === undefined) places.set(name, [i]);
    else list.push(i);
  }
  return places;
}

function readHeader(reading: Reading, name: string, list: unknown): Refusal | undefined {
  const lower = name.toLowerCase();
  if (lower !== name) reading.warnings.push(`header name ${quote(name)} is not in lower case`);
  if (!Array.isArray(list)) {
    return wrongShape(`header ${quote(name)}`, list, 'a list of { key, value } entries', lower);
  }
  // An empty list says the same as no member at all.
  if (list.length === 0) return undefined;
  if (isAsDelivered(list, reading.delivered.lines, reading.placesOf.get(lower))) {
    reading.kept.add(lower);
    return undefined;
  }
  return readChangedHeader(reading, lower, list);
}

/** Whether every entry has the name and the value that the function was given. */
function isAsDelivered(
  list: readonly unknown[],
  lines: HeaderLines,
  places: readonly number[] | undefined,
): boolean {
  if (places === undefined || places.length !== list.length) return false;
  for (let i = 0; i < list.length; i++) {
    const entry: unknown = list[i];
    const place = places[i] as number;
    if (!isMembers(entry)) return false;
    if (entry['value'] !== lines[place + 2] || entry['key'] !== lines[place + 1]) return false;
  }
  return true;
}

function readChangedHeader(
  reading: Reading,
  lower: string,
  list: readonly unknown[],
): Refusal | undefined {
  const entries = readEntries(lower, list);
  if (isRefusal(entries)) return entries;
  const { point, delivered, placesOf } = reading;
  const places = placesOf.get(lower) ?? [];
  const before = places.map((place) => delivered.lines[place + 2] as string);
  const after = entries.map((entry) => entry.value);
  if (isProtected(point, lower) && isEcho(lower, before, entries)) {
    // Values count, not the case of the name: the lines stay as received.
    if (before.length > 0) reading.kept.add(lower);
    return undefined;
  }
  const refusal = refuseHeader(point, lower, { before, after });
  if (refusal !== undefined) return refusal;
  return keepLines(reading, lower, entries);
}

/** Puts the new lines of one member of the map aside. */
function keepLines(
  reading: Reading,
  lower: string,
  entries: readonly Entry[],
): Refusal | undefined {
  const flat = reading.replaced.get(lower) ?? [];
  for (const { name, value } of entries) {
    const nameLower = name.toLowerCase();
    if (nameLower !== lower) {
      // Not documented. The `key` is the name that is sent, so the rules hold for it too.
      const refusal = refuseHeader(reading.point, nameLower, { before: [], after: [value] });
      if (refusal !== undefined) return refusal;
      reading.warnings.push(`header ${quote(lower)} has an entry with the key ${quote(name)}`);
    }
    flat.push(name, fieldValueOf(reading, lower, value));
  }
  reading.replaced.set(lower, flat);
  return undefined;
}

/**
 * The byte string of a value: the received one when the function saw the same text in a line of
 * this name.
 */
function fieldValueOf(reading: Reading, lower: string, value: string): string {
  if (isPlainText(value)) return withoutOuterSpaces(value);
  const { lines } = reading.delivered;
  const place = reading.placesOf.get(lower)?.find((place) => lines[place + 2] === value);
  return place === undefined
    ? withoutOuterSpaces(bytesOf(value))
    : receivedValue(reading.delivered.fields, place / 3);
}

/** The value of the n-th line that functions see. */
function receivedValue(fields: Fields, n: number): string {
  let seen = 0;
  for (let i = 0; i < fields.length; i += 2) {
    if (headerName(fields[i] as string).isHidden) continue;
    if (seen === n) return fields[i + 1] as string;
    seen++;
  }
  return '';
}

function isProtected(point: HookPoint, lower: string): boolean {
  return READ_ONLY[point].has(lower) || NOT_SETTABLE[point].has(lower);
}

function isEcho(lower: string, before: readonly string[], entries: readonly Entry[]): boolean {
  return (
    before.length === entries.length &&
    entries.every(({ name, value }, i) => value === before[i] && name.toLowerCase() === lower)
  );
}

interface ValueChange {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** The rules on names: disallowed, read-only, not settable. */
function refuseHeader(point: HookPoint, lower: string, change: ValueChange): Refusal | undefined {
  const header = titleCase(lower);
  const facts = { header, value: change.after.join(', ').slice(0, 200) };
  if (isDisallowed(lower)) {
    return {
      rule: 'disallowed-header',
      found: `header "${header}" is disallowed and was set to ${quoteList(change.after)}`,
      expected: 'functions not to set it',
      facts,
    };
  }
  if (!isProtected(point, lower)) return undefined;
  const how =
    change.before.length === 0
      ? `added with the value ${quoteList(change.after)}`
      : `changed from ${quoteList(change.before)} to ${quoteList(change.after)}`;
  return {
    rule: 'read-only-header',
    found: `header "${header}" is read-only and was ${how}`,
    expected:
      change.before.length === 0
        ? 'it to be left out, as delivered'
        : 'it to be returned as delivered',
    facts,
  };
}

function deletedNames(reading: Reading): string[] {
  const { kept, replaced, placesOf } = reading;
  const deleted: string[] = [];
  for (const name of placesOf.keys()) {
    if (!kept.has(name) && !replaced.has(name)) deleted.push(name);
  }
  return deleted;
}

function refuseDeleted(reading: Reading, deleted: readonly string[]): Refusal | undefined {
  const lower = deleted.find((name) => READ_ONLY[reading.point].has(name));
  if (lower === undefined) return undefined;
  const header = titleCase(lower);
  const place = reading.placesOf.get(lower)?.[0] ?? 0;
  const value = reading.delivered.lines[place + 2] ?? '';
  return {
    rule: 'read-only-header',
    found: `header "${header}" is read-only and was deleted (its value was ${quote(value)})`,
    expected: 'it to be returned as delivered',
    facts: { header },
  };
}

function mergedFields(fields: Fields, reading: Reading): string[] {
  const { kept, replaced } = reading;
  const merged: string[] = [];
  const written = new Set<string>();
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string;
    const { lower, isHidden } = headerName(name);
    if (isHidden || kept.has(lower)) {
      merged.push(name, fields[i + 1] as string);
    } else if (!written.has(lower)) {
      written.add(lower);
      merged.push(...(replaced.get(lower) ?? []));
    }
  }
  for (const [lower, lines] of replaced) {
    if (!written.has(lower)) merged.push(...lines);
  }
  return merged;
}

/** One header line that a function made. */
export interface Entry {
  readonly name: string;
  readonly value: string;
}

/**
 * Reads the list of one member of a header map. A value may be a list of strings, one line each.
 * Checks the shape, that the names are tokens, and that no value holds a control character (RFC
 * 9110 §5.5).
 */
export function readEntries(lower: string, list: readonly unknown[]): Read<readonly Entry[]> {
  if (!isToken(lower)) return wrongName(lower);
  const entries: Entry[] = [];
  for (const raw of list) {
    if (!isMembers(raw)) {
      return wrongShape(`an entry of header ${quote(lower)}`, raw, 'an object with a value', lower);
    }
    const { key = titleCase(lower), value } = raw;
    if (typeof key !== 'string')
      return wrongShape(`key of header ${quote(lower)}`, key, 'a string', lower);
    if (!isToken(key)) return wrongName(key);
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    for (const one of values) {
      const refusal = refuseValue(lower, one);
      if (refusal !== undefined) return refusal;
      entries.push({ name: key, value: one as string });
      if (entries.length > LIMITS.headerLines.value) return tooManyLines(entries.length);
    }
  }
  return entries;
}

function refuseValue(lower: string, value: unknown): Refusal | undefined {
  const header = titleCase(lower);
  if (typeof value !== 'string') {
    return {
      rule: 'header-value',
      found: `value of header "${header}" is ${describeValue(value)}`,
      expected: 'a string or a list of strings',
      facts: { header },
    };
  }
  const at = controlAt(value);
  if (at === undefined) return undefined;
  const code = value.charCodeAt(at).toString(16).toUpperCase().padStart(2, '0');
  const what = `the control character %${code} at character ${at + 1}`;
  return {
    rule: 'header-value',
    found: `value of header "${header}" holds ${what} of ${quote(value)}`,
    expected: 'text without control characters',
    facts: { header },
  };
}

function wrongName(name: string): Refusal {
  return {
    rule: 'header-name',
    found: `header name ${quote(name)} is not a token`,
    expected: "letters, digits and !#$%&'*+-.^_`|~",
    facts: { header: name.slice(0, 200) },
  };
}

function tooManyLines(count: number): Refusal {
  const limit = LIMITS.headerLines.value;
  return {
    rule: 'header-shape',
    found: `there are ${count} headers`,
    expected: `at most ${limit}`,
    facts: { limit, actual: count },
  };
}

function wrongShape(what: string, value: unknown, expected: string, lower?: string): Refusal {
  const facts = lower === undefined ? { member: 'headers' } : { header: titleCase(lower) };
  return { rule: 'header-shape', found: `${what} is ${describeValue(value)}`, expected, facts };
}
