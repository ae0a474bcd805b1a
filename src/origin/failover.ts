import type { ErrorCode } from '../base/error-codes.ts';

/** What the primary origin of a group gave: a response, or a failure before its head. */
export type OriginOutcome =
  | { readonly kind: 'response'; readonly status: number }
  | { readonly kind: 'failure'; readonly code: ErrorCode };

export type FailoverDecision =
  | { readonly kind: 'failover'; readonly reason: 'status' | 'unreachable' | 'timeout' | 'broken' }
  | { readonly kind: 'stay'; readonly reason: 'method' | 'not-listed' | 'not-origin' };

const FAILOVER_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

// CloudFront developer guide: a connection failure counts as 503 and a timeout as 504. Differs: a connection failure also counts when
// 502 is listed, because 502 is the status that viewers get for it here.
const FAILURES: Readonly<
  Partial<Record<ErrorCode, { reason: 'unreachable' | 'timeout' | 'broken'; statuses: number[] }>>
> = {
  EDGE_ORIGIN_CONNECT: { reason: 'unreachable', statuses: [502, 503] },
  EDGE_ORIGIN_DNS: { reason: 'unreachable', statuses: [502, 503] },
  EDGE_ORIGIN_TLS: { reason: 'unreachable', statuses: [502, 503] },
  EDGE_ORIGIN_CONNECT_TIMEOUT: { reason: 'timeout', statuses: [503, 504] },
  EDGE_ORIGIN_READ_TIMEOUT: { reason: 'timeout', statuses: [504] },
  EDGE_ORIGIN_MALFORMED: { reason: 'broken', statuses: [502] },
  EDGE_ORIGIN_HEADERS_TOO_LARGE: { reason: 'broken', statuses: [502] },
  EDGE_ORIGIN_ABORTED: { reason: 'broken', statuses: [502] },
};

/**
 * Decides whether the secondary origin of a group gets the request. Every request starts at the primary; only GET, HEAD
 * and OPTIONS fail over, and only for an outcome that `failoverStatusCodes` lists.
 */
export function failoverDecision(
  method: string,
  outcome: OriginOutcome,
  failoverStatusCodes: readonly number[],
): FailoverDecision {
  if (!FAILOVER_METHODS.has(method)) return { kind: 'stay', reason: 'method' };
  if (outcome.kind === 'response') {
    return failoverStatusCodes.includes(outcome.status)
      ? { kind: 'failover', reason: 'status' }
      : { kind: 'stay', reason: 'not-listed' };
  }
  const failure = FAILURES[outcome.code];
  if (failure === undefined) return { kind: 'stay', reason: 'not-origin' };
  return failure.statuses.some((status) => failoverStatusCodes.includes(status))
    ? { kind: 'failover', reason: failure.reason }
    : { kind: 'stay', reason: 'not-listed' };
}
