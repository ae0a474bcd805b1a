import type { EpochMs } from '../base/clock.ts';
import type { EdgeError } from '../base/edge-error.ts';
import type { Content, RequestHead, ResponseHead } from './message.ts';

/**
 * One request as the viewer listener hands it to the pipeline. Its syntax, sizes and framing have been checked; `path` and
 * `query` come from `target`, whatever its form (RFC 9112 §3.2). GET or HEAD with content arrives with a `content` whose
 * kind is not `none`, so that the pipeline can refuse it.
 */
export interface ViewerRequest extends RequestHead {
  /** The request target as received: origin-form or absolute-form. */
  readonly target: string;
  readonly httpVersion: '1.0' | '1.1';
  /** `none`, or a stream that fails with EDGE_VIEWER_BODY_TOO_LARGE, EDGE_VIEWER_TIMEOUT or EDGE_VIEWER_ABORTED. */
  readonly content: Content;
  /** Address of the peer, IPv4 without the `::ffff:` prefix. */
  readonly clientIp: string;
  readonly clientPort: number;
  readonly protocol: 'http' | 'https';
  /** When the header section was complete. */
  readonly receivedAt: EpochMs;
}

/**
 * The reply to one viewer request. `fields` hold no hop-by-hop fields (the listener drops what it finds), Content-Length is
 * written by the listener for `bytes` and taken from `lengthBytes` or `fields` for a stream; a stream without either is
 * sent chunked. Content of a reply to HEAD, or with status 204 or 304, is not sent, and a stream is destroyed.
 * `Date` is added when it is absent.
 */
export interface ViewerReply {
  readonly head: ResponseHead;
  readonly content: Content;
}

/** Tells whether the viewer is still there. `signal` is made on first use: a reply that never asks pays nothing. */
export interface ViewerPresence {
  readonly aborted: boolean;
  /** Aborts with an EDGE_VIEWER_ABORTED error as reason when the viewer goes away before its reply is complete. */
  readonly signal: AbortSignal;
}

/**
 * Answers one request. A reply that is at hand is best returned without a promise: it is then written in the same turn.
 * A throw or rejection is a fault in isoedge and is answered 500.
 */
export type HandleRequest = (
  request: ViewerRequest,
  presence: ViewerPresence,
) => ViewerReply | Promise<ViewerReply>;

/** What became of one reply. */
export interface ReplyReport {
  /** The status written, or 0 when the viewer went away before a head was written. */
  readonly status: number;
  /** Content handed to the operating system, in bytes, without the head and the chunk framing. */
  readonly contentBytesSent: number;
  /** `content-failed`: the stream of the reply failed or had the wrong length, so the connection was destroyed. */
  readonly outcome: 'complete' | 'viewer-aborted' | 'content-failed';
  /** Why the listener answered by itself, or why the content failed. */
  readonly error: EdgeError | undefined;
}

/**
 * Runs once for each reply, when its last byte has left for the operating system or the connection is gone. `request` is
 * undefined when the listener refused bytes that were not a request; `reply` is the very object that the handler
 * returned, undefined when the listener answered by itself.
 */
export type OnReplied = (
  report: ReplyReport,
  request: ViewerRequest | undefined,
  reply: ViewerReply | undefined,
) => void;
