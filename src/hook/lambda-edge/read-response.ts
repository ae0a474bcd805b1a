import { STATUS_CODES } from 'node:http';
import { type Fields, fieldValues, withoutFields } from '../../http/fields.ts';
import type { ResponseHead } from '../../http/message.ts';
import type { HookPoint } from '../hook-point.ts';
import type { HookEvent } from './event.ts';
import { FRAMING_FIELDS } from './header-rules.ts';
import { LIMITS, sizeLimitsAt } from './limits.ts';
import { type ReturnedBody, readResponseBody, tooLarge } from './read-body.ts';
import {
  type DeliveredHeaders,
  NOTHING_DELIVERED,
  type ReturnedHeaders,
  readHeaders,
} from './read-headers.ts';
import { isRefusal, type Read, type Refusal } from './refusal.ts';
import { bytesOf, controlAt, describeValue, type Members, quote } from './text.ts';

/**
 * A response that a function made at a request hook point. No Content-Length: whoever writes the
 * message frames it.
 */
export interface GeneratedResponse extends ResponseHead {
  readonly bytes: Uint8Array;
}

/**
 * What happens to the content of a response: it passes, it is replaced, or it is taken away. Fields
 * of a replaced or removed body hold no Content-Length and no Transfer-Encoding: whoever writes the
 * message frames it.
 */
export type ReturnedContent =
  | { readonly kind: 'keep' }
  | { readonly kind: 'replace'; readonly bytes: Uint8Array }
  | { readonly kind: 'remove' };

/** A response that a function let pass, with its changes. */
export interface ReturnedResponse extends ResponseHead {
  readonly body: ReturnedContent;
}

/** A response and the warnings about it. */
interface ResponseRead<Response> {
  readonly response: Response;
  readonly warnings: readonly string[];
}

const KEEP: ReturnedContent = { kind: 'keep' };
const REMOVE: ReturnedContent = { kind: 'remove' };
const NO_BYTES = new Uint8Array(0);
const CONTENT_LENGTH: ReadonlySet<string> = new Set(['content-length']);
const THREE_DIGITS = /^\d{3}$/;

/** RFC 9110 §6.4.1: responses with these statuses have no content. */
function hasNoContent(status: number): boolean {
  return status === 204 || status === 304;
}

/** Reads a response that a function returned instead of a request. */
export function readGeneratedResponse(
  raw: Members,
  point: HookPoint,
): Read<ResponseRead<GeneratedResponse>> {
  const status = readStatus(raw['status']);
  if (typeof status !== 'number') return status;
  const reason = readReason(raw['statusDescription'], status);
  if (typeof reason !== 'string') return reason;
  if (point === 'viewer-request' && status === 204 && raw['body'] !== undefined) {
    const found = 'the response has status 204 and a body';
    return { rule: 'body', found, expected: 'no body', facts: { member: 'body', status } };
  }
  const headers = readHeaders(raw['headers'], NOTHING_DELIVERED, point);
  if (isRefusal(headers)) return headers;
  const body = readSizedBody(raw, headers, point);
  if (isRefusal(body)) return body;
  const bytes = hasNoContent(status) ? NO_BYTES : (body.bytes ?? NO_BYTES);
  return {
    response: { status, reason, fields: headers.fields, bytes },
    warnings: headers.warnings,
  };
}

/**
 * Reads the body, and holds headers and body together to the size limit of a response that a
 * function made.
 */
function readSizedBody(
  raw: Members,
  headers: ReturnedHeaders,
  point: HookPoint,
): Read<ReturnedBody> {
  const limit = sizeLimitsAt(point).responseBytes;
  const body = readResponseBody(raw['body'], raw['bodyEncoding'], limit);
  if (isRefusal(body)) return body;
  const headerBytes = sectionBytes(headers.fields);
  const sizeBytes = headerBytes + (body.bytes?.byteLength ?? 0);
  if (sizeBytes <= limit) return body;
  const found = `headers and body are ${sizeBytes} bytes long (headers ${headerBytes})`;
  return tooLarge('response-size', found, sizeBytes, limit);
}

/** The length of a header section as HTTP/1.1 writes it: name, colon, space, value, CR LF. */
function sectionBytes(fields: Fields): number {
  return fields.reduce((sum, text) => sum + text.length + 2, 0);
}

/** Reads the response of a response hook point. */
export function readPassedResponse(
  raw: Members,
  event: HookEvent,
  delivered: ResponseHead,
): Read<ResponseRead<ReturnedResponse>> {
  const { point } = event.input;
  const head = readPassedHead(raw, event, delivered);
  if ('rule' in head) return head;
  const headers = readHeaders(raw['headers'], deliveredHeaders(event, delivered), point);
  if (isRefusal(headers)) return headers;
  const body = readPassedBody(raw, headers, point);
  if (isRefusal(body)) return body;
  const content = contentOf(head.status, body);
  return framedResponse(head, headers, content, delivered);
}

function deliveredHeaders(event: HookEvent, delivered: ResponseHead): DeliveredHeaders {
  return { fields: delivered.fields, lines: event.flat.response?.headers ?? [] };
}

type StatusLine = Omit<ResponseHead, 'fields'>;

function readPassedHead(raw: Members, event: HookEvent, delivered: ResponseHead): Read<StatusLine> {
  const isAsDelivered =
    raw['status'] === delivered.status || raw['status'] === String(delivered.status);
  if (event.input.point === 'viewer-response') {
    // The reason phrase says nothing of its own: the delivered one stays.
    if (isAsDelivered) return delivered;
    return {
      rule: 'status',
      found: `status was changed from "${delivered.status}" to ${describeValue(raw['status'])}`,
      expected: 'the status as delivered',
      facts: { member: 'status', status: delivered.status },
    };
  }
  const status = isAsDelivered ? delivered.status : readStatus(raw['status']);
  if (typeof status !== 'number') return status;
  const description = raw['statusDescription'];
  if (isAsDelivered && description === event.flat.response?.statusDescription) return delivered;
  const reason = readReason(description, status);
  return typeof reason === 'string' ? { status, reason } : reason;
}

function readPassedBody(
  raw: Members,
  headers: ReturnedHeaders,
  point: HookPoint,
): Read<ReturnedBody> {
  const { body } = raw;
  if (body === undefined) return { bytes: undefined };
  if (point !== 'viewer-response') return readSizedBody(raw, headers, point);
  const found = `body is ${describeValue(body)}`;
  const expected = 'no body: the content cannot be replaced here';
  return { rule: 'body', found, expected, facts: { member: 'body' } };
}

function contentOf(status: number, body: ReturnedBody): ReturnedContent {
  const { bytes } = body;
  if (bytes === undefined) return KEEP;
  if (bytes.byteLength === 0 || hasNoContent(status)) return REMOVE;
  return { kind: 'replace', bytes };
}

/** Puts head, fields and content together so that the framing fields are true. */
function framedResponse(
  head: StatusLine,
  headers: ReturnedHeaders,
  body: ReturnedContent,
  delivered: ResponseHead,
): ResponseRead<ReturnedResponse> {
  const { status, reason } = head;
  const { fields, warnings } = headers;
  if (body.kind !== 'keep') {
    const unframed = withoutFields(fields, FRAMING_FIELDS);
    return { response: { status, reason, fields: unframed, body }, warnings };
  }
  if (!headers.changed || isLengthKept(fields, delivered.fields)) {
    return { response: { status, reason, fields, body }, warnings };
  }
  // Content-Length may be written at origin-response, but a length that is not the content's would
  // break the message.
  const restored = withoutFields(fields, CONTENT_LENGTH);
  for (const value of fieldValues(delivered.fields, 'content-length')) {
    restored.push('Content-Length', value);
  }
  return {
    response: { status, reason, fields: restored, body },
    warnings: [
      ...warnings,
      'header "Content-Length" was changed but the body was not: not applied',
    ],
  };
}

function isLengthKept(fields: Fields, delivered: Fields): boolean {
  const before = fieldValues(delivered, 'content-length');
  const after = fieldValues(fields, 'content-length');
  return before.length === after.length && before.every((value, i) => value === after[i]);
}

function readStatus(raw: unknown): number | Refusal {
  const { lowestStatus, highestStatus } = LIMITS;
  const isNumber = typeof raw === 'number' || (typeof raw === 'string' && THREE_DIGITS.test(raw));
  const status = isNumber ? Number(raw) : Number.NaN;
  if (Number.isInteger(status) && status >= lowestStatus.value && status <= highestStatus.value) {
    return status;
  }
  return {
    rule: 'status',
    found: `status is ${describeValue(raw)}`,
    expected: `${lowestStatus.value} to ${highestStatus.value}, as a string or a whole number`,
    facts: { member: 'status', status: String(raw).slice(0, 100) },
  };
}

function readReason(raw: unknown, status: number): string | Refusal {
  if (raw === undefined) return STATUS_CODES[status] ?? '';
  const expected = 'a string without control characters';
  if (typeof raw !== 'string') {
    return {
      rule: 'status-description',
      found: `statusDescription is ${describeValue(raw)}`,
      expected,
      facts: { member: 'statusDescription' },
    };
  }
  if (controlAt(raw) === undefined) return bytesOf(raw);
  const found = `statusDescription is ${quote(raw)}`;
  const facts = { member: 'statusDescription' };
  return { rule: 'status-description', found, expected, facts };
}
