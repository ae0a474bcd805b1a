import { Buffer } from 'node:buffer';
import { STATUS_CODES } from 'node:http';
import type { Fields } from '../../http/fields.ts';
import type { RequestHead, ResponseHead } from '../../http/message.ts';
import {
  type EncodedEvent,
  encodeEvent,
  type FlatBody,
  type FlatEvent,
  type FlatRequest,
  type FlatResponse,
  type HeaderLines,
} from '../../wire/event-codec.ts';
import type { HookPoint } from '../hook-point.ts';
import { headerName } from './header-rules.ts';
import { sizeLimitsAt } from './limits.ts';
import { type LambdaOrigin, originText } from './origin.ts';
import { textOf } from './text.ts';

/**
 * The request body as far as the pipeline read it. `truncated` when there is more of it than
 * `bytes`.
 */
export interface ExposedBody {
  readonly bytes: Uint8Array;
  readonly truncated: boolean;
}

/** What an event is made of. All strings of `request` and `response` are byte strings. */
export interface HookEventInput {
  readonly point: HookPoint;
  readonly distribution: { readonly domainName: string; readonly id: string };
  readonly requestId: string;
  readonly clientIp: string;
  /**
   * The viewer's request at the viewer hook points, the request to the origin at the origin hook
   * points.
   */
  readonly request: RequestHead;
  /**
   * At the request hook points, when the hook includes the body. Empty `bytes` for a request
   * without content.
   */
  readonly body?: ExposedBody;
  /** At the origin hook points. */
  readonly origin?: LambdaOrigin;
  /** At the response hook points. */
  readonly response?: ResponseHead;
}

/** An event ready to be sent, with what it was made of: the result is read against both. */
export interface HookEvent {
  readonly input: HookEventInput;
  /** What the function sees, as text. */
  readonly flat: FlatEvent;
  readonly encoded: EncodedEvent;
}

/** Whether a function at this hook point returns a request (or a response in its place). */
export function isRequestPoint(point: HookPoint): boolean {
  return point === 'viewer-request' || point === 'origin-request';
}

function isOriginPoint(point: HookPoint): boolean {
  return point === 'origin-request' || point === 'origin-response';
}

/**
 * Builds the event of a hook point. Disallowed headers are left out, `origin` is there at the
 * origin hook points only, `body` at the request hook points only, `response` at the response hook
 * points only.
 */
export function buildHookEvent(input: HookEventInput): HookEvent {
  const { point, distribution, requestId } = input;
  const config = {
    distributionDomainName: distribution.domainName,
    distributionId: distribution.id,
    eventType: point,
    requestId,
  };
  const request = exposedRequest(input);
  const flat =
    input.response === undefined || isRequestPoint(point)
      ? { config, request }
      : { config, request, response: exposedResponse(input.response) };
  return { input, flat, encoded: encodeEvent(flat) };
}

function exposedRequest(input: HookEventInput): FlatRequest {
  const { point, request, body, origin } = input;
  const exposed = {
    clientIp: input.clientIp,
    method: request.method,
    uri: textOf(request.path),
    querystring: textOf(request.query),
    headers: exposedLines(request.fields),
  };
  const hasBody = body !== undefined && isRequestPoint(point);
  const hasOrigin = origin !== undefined && isOriginPoint(point);
  if (!hasBody && !hasOrigin) return exposed;
  return {
    ...exposed,
    ...(hasBody ? { body: exposedBody(body, point) } : undefined),
    ...(hasOrigin ? { origin: originText(origin) } : undefined),
  };
}

function exposedResponse(response: ResponseHead): FlatResponse {
  const { status, reason, fields } = response;
  return {
    status: String(status),
    // A response over HTTP/2 has no reason phrase; functions are used to seeing one.
    statusDescription: reason === '' ? (STATUS_CODES[status] ?? '') : textOf(reason),
    headers: exposedLines(fields),
  };
}

/** The lines that functions see, with their names in lower case and their values as text. */
function exposedLines(fields: Fields): HeaderLines {
  const lines: string[] = [];
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string;
    const { lower, isHidden } = headerName(name);
    if (!isHidden) lines.push(lower, name, textOf(fields[i + 1] as string));
  }
  return lines;
}

function exposedBody(body: ExposedBody, point: HookPoint): FlatBody {
  const limitBytes = sizeLimitsAt(point).exposedBodyBytes;
  const { buffer, byteOffset, byteLength } = body.bytes;
  const exposedBytes = Math.min(byteLength, limitBytes);
  return {
    inputTruncated: body.truncated || byteLength > limitBytes,
    action: 'read-only',
    encoding: 'base64',
    data: Buffer.from(buffer, byteOffset, exposedBytes).toString('base64'),
  };
}
