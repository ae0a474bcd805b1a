import type { Fields } from '../../http/fields.ts';
import { withoutFields } from '../../http/fields.ts';
import { type HookEvent } from './event.ts';
import { FRAMING_FIELDS, headerName } from './header-rules.ts';
import { LIMITS } from './limits.ts';
import type { LambdaOrigin } from './origin.ts';
import { readRequestBody, tooLarge } from './read-body.ts';
import { readHeaders } from './read-headers.ts';
import { type ReturnedOrigin, readOrigin } from './read-origin.ts';
import { isRefusal, type Read, type Refusal } from './refusal.ts';
import { bytesOf, controlAt, describeValue, type Members, quote } from './text.ts';

/** A request that a function let pass, with its changes. Byte strings, as all heads. */
export interface ReturnedRequest {
  readonly path: string;
  readonly query: string;
  /**
   * Final, hidden ones included. With a replaced `body` they hold no Content-Length and no
   * Transfer-Encoding.
   */
  readonly fields: Fields;
  /** The new content; without it the original content goes on, all of it. */
  readonly body?: Uint8Array;
  /**
   * At origin-request: where the request goes; the delivered object itself when the function left
   * it alone.
   */
  readonly origin?: LambdaOrigin;
}

/** What a function changed. */
export interface RequestChanges {
  readonly path: boolean;
  readonly query: boolean;
  readonly fields: boolean;
  readonly body: boolean;
  readonly origin: boolean;
}

/** A request, what was changed, and the warnings about it. */
export interface RequestRead {
  readonly request: ReturnedRequest;
  readonly changed: RequestChanges;
  readonly warnings: readonly string[];
}

/**
 * Reads the request that a function returned. Takes `uri`, `querystring`, `headers`, `body` and
 * `origin`; nothing else counts.
 */
export function readReturnedRequest(raw: Members, event: HookEvent): Read<RequestRead> {
  const { request: delivered, point } = event.input;
  const fixed = refuseFixedMembers(raw, event);
  if (fixed !== undefined) return fixed;
  const target = readTarget(raw, event);
  if (isRefusal(target)) return target;
  const lines = { fields: delivered.fields, lines: event.flat.request.headers };
  const headers = readHeaders(raw['headers'], lines, point);
  if (isRefusal(headers)) return headers;
  const body = readRequestBody(raw['body'], event);
  if (isRefusal(body)) return body;
  const origin = readOriginMember(raw['origin'], event, headers.fields);
  if (isRefusal(origin)) return origin;
  const { bytes } = body;
  const fields =
    bytes === undefined ? headers.fields : withoutFields(headers.fields, FRAMING_FIELDS);
  return {
    request: {
      path: target.path,
      query: target.query,
      fields,
      ...(bytes === undefined ? undefined : { body: bytes }),
      ...(origin.origin === undefined ? undefined : { origin: origin.origin }),
    },
    changed: {
      path: target.path !== delivered.path,
      query: target.query !== delivered.query,
      fields: headers.changed,
      body: bytes !== undefined,
      origin: origin.origin !== event.input.origin,
    },
    warnings: [...target.warnings, ...headers.warnings],
  };
}

/** `method` and `clientIp` may be left out, but not changed. */
function refuseFixedMembers(raw: Members, event: HookEvent): Refusal | undefined {
  for (const name of ['method', 'clientIp'] as const) {
    const delivered = event.flat.request[name];
    const value = raw[name];
    if (value !== undefined && value !== delivered) {
      const now = describeValue(value);
      return {
        rule: 'read-only-member',
        found: `${name} is read-only and was changed from ${quote(delivered)} to ${now}`,
        expected: 'it to be returned as delivered',
        facts: { member: name },
      };
    }
  }
  return undefined;
}

interface Target {
  readonly path: string;
  readonly query: string;
  readonly warnings: readonly string[];
}

function readTarget(raw: Members, event: HookEvent): Read<Target> {
  const { request: delivered } = event.input;
  const exposed = event.flat.request;
  // A request without the member has no query: `delete request.querystring` says so.
  const { uri, querystring = '' } = raw;
  const isSameUri = uri === exposed.uri;
  const isSameQuery = querystring === exposed.querystring;
  const path = isSameUri ? delivered.path : readUri(uri);
  if (typeof path !== 'string') return path;
  const query = isSameQuery ? delivered.query : readQuery(querystring);
  if (typeof query !== 'string') return query;
  const length = path.length + query.length;
  const limit = LIMITS.uriAndQuery.value;
  if (length > limit && !(isSameUri && isSameQuery)) {
    const found = `uri and querystring are ${length} characters long together`;
    return tooLarge('uri-size', found, length, limit);
  }
  const isEscaped = !isSameUri && RESERVED_IN_PATH.test(uri as string);
  const warnings = isEscaped
    ? [`uri ${quote(uri as string)} holds a space, "?" or "#": sent percent-encoded`]
    : [];
  return { path, query, warnings };
}

const RESERVED_IN_PATH = /[ ?#]/;

/**
 * A changed `uri`, as bytes. Not documented: what cannot stand in a path (space, `?`, `#`) is
 * percent-encoded, so that it stays in the path.
 */
function readUri(uri: unknown): string | Refusal {
  const expected = 'a string that begins with "/" and holds no control characters';
  if (typeof uri !== 'string' || !uri.startsWith('/') || controlAt(uri) !== undefined) {
    return {
      rule: 'uri',
      found: `uri is ${describeValue(uri)}`,
      expected,
      facts: { member: 'uri' },
    };
  }
  return bytesOf(uri.replaceAll(' ', '%20').replaceAll('?', '%3F').replaceAll('#', '%23'));
}

/** A changed `querystring`, as bytes. */
function readQuery(query: unknown): string | Refusal {
  const expected = 'a string without spaces, control characters and "#"';
  if (typeof query !== 'string' || /[ #]/.test(query) || controlAt(query) !== undefined) {
    const found = `querystring is ${describeValue(query)}`;
    return { rule: 'querystring', found, expected, facts: { member: 'querystring' } };
  }
  return bytesOf(query);
}

function readOriginMember(raw: unknown, event: HookEvent, returned: Fields): Read<ReturnedOrigin> {
  const { point, origin, request } = event.input;
  if (point === 'origin-request') {
    return readOrigin(raw, {
      delivered: origin,
      deliveredNames: namesOf(request.fields),
      returnedNames: namesOf(returned),
    });
  }
  if (raw === undefined) return { origin };
  return {
    rule: 'origin',
    found: `origin is ${describeValue(raw)}`,
    expected: 'no origin: it can be set at origin-request only',
    facts: { member: 'origin' },
  };
}

function namesOf(fields: Fields): Set<string> {
  const names = new Set<string>();
  for (let i = 0; i < fields.length; i += 2) names.add(headerName(fields[i] as string).lower);
  return names;
}
