import type { EpochMs } from '../base/clock.ts';
import type { Fields } from '../http/fields.ts';
import type { Content, ResponseHead } from '../http/message.ts';

/**
 * Where a request goes: an `OriginConfig` as it is, or one that an origin-request function has changed. Two targets with the
 * same protocol, hostname, port, caFile and timeouts share connections.
 */
export interface OriginTarget {
  readonly protocol: 'http' | 'https';
  readonly hostname: string;
  readonly port: number;
  /** Prepended to the path of every request; `''` or `/something` without a trailing slash. */
  readonly path: string;
  /** Custom headers; applied by `originRequestFields`, not by the client. */
  readonly headers: Fields;
  /** Connection attempts for GET and HEAD; other methods get one. */
  readonly connectionAttempts: number;
  readonly connectTimeoutMs: number;
  /** Longest wait for the head of the response, and between two packets of it. */
  readonly readTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  readonly maxConnections: number;
  /** PEM file of an extra certificate authority, absolute. */
  readonly caFile?: string;
}

/** One request to an origin. `fields` are final: they are sent as they are, in order, with their case. */
export interface OriginRequest {
  readonly target: OriginTarget;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly fields: Fields;
  readonly content: Content;
}

/** The final response of an origin, its head complete and its content still to be read (or destroyed). */
export interface OriginResponse {
  /** Fields as received: case, order and duplicates kept, hop-by-hop fields too (see `originResponseFields`). */
  readonly head: ResponseHead;
  /** A stream fails with EDGE_ORIGIN_ABORTED or EDGE_ORIGIN_READ_TIMEOUT; destroying it drops the connection. */
  readonly content: Content;
  /** `request_time` and `response_time` of RFC 9111 §4.2.3. */
  readonly requestSentAt: EpochMs;
  readonly responseReceivedAt: EpochMs;
  /** From `fetch` to the complete head, retries included. */
  readonly firstByteMs: number;
  /** Connection attempts that it took, 1 or more. */
  readonly attempts: number;
}
