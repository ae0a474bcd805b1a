import type { EdgeError } from '../base/edge-error.ts';
import type { OriginRequest } from './origin-message.ts';

/** An attempt that ended without a response. */
export interface FailedAttempt {
  readonly error: EdgeError;
  /** `connecting`: no byte of the request was sent. `sent`: but no byte came back. `responding`: the response had begun. */
  readonly phase: 'connecting' | 'sent' | 'responding';
  /** The request went over a connection that had served another one. */
  readonly reusedConnection: boolean;
}

const RETRYABLE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

// An origin that restarts leaves several dead connections in the pool; more than a few in a row is an origin that hangs up.
const MAX_STALE_RETRIES = 3;

/**
 * Decides what follows a failed attempt. GET and HEAD without content get `connectionAttempts` connections (CloudFront developer guide
 * §4.10). A kept-alive connection that the origin closed before it sent a byte says nothing about the request (RFC 9112
 * §9.3.1), so it does not count against them. Nothing is repeated once a response has begun, and no other method is.
 */
export function retryDecision(
  request: Pick<OriginRequest, 'method' | 'content' | 'target'>,
  failed: FailedAttempt,
  soFar: { readonly connectFailures: number; readonly staleRetries: number },
): 'give-up' | 'connect-again' | 'stale-again' {
  if (!RETRYABLE_METHODS.has(request.method) || request.content.kind !== 'none') return 'give-up';
  if (failed.error.source !== 'origin') return 'give-up';
  if (failed.phase === 'connecting') {
    const more = soFar.connectFailures + 1 < request.target.connectionAttempts;
    return failed.error.retryable && more ? 'connect-again' : 'give-up';
  }
  const closedEarly = failed.error.code === 'EDGE_ORIGIN_ABORTED' && failed.phase === 'sent';
  return closedEarly && failed.reusedConnection && soFar.staleRetries < MAX_STALE_RETRIES
    ? 'stale-again'
    : 'give-up';
}
