import type { Clock } from '../base/clock.ts';
import type { EdgeError } from '../base/edge-error.ts';
import { OriginAttempt } from './origin-attempt.ts';
import type { OriginRequest, OriginResponse, OriginTarget } from './origin-message.ts';
import { OriginPools } from './origin-pools.ts';
import { retryDecision } from './retry.ts';

export type { OriginRequest, OriginResponse, OriginTarget } from './origin-message.ts';

export interface OriginClientOptions {
  readonly clock: Clock;
  /** Most connection pools kept, for origins that functions make up; the least recently used one is closed. */
  readonly maxPools?: number;
  /** Limit of the header section of a response, in bytes. */
  readonly maxHeaderBytes?: number;
  /** An attempt failed before any byte of a response, and another one follows. */
  readonly onRetry?: (target: OriginTarget, failure: EdgeError) => void;
}

/** Speaks HTTP/1.1 to origins over pooled connections. */
export interface OriginClient {
  /**
   * Sends one request. Rejects with an `EdgeError`: EDGE_ORIGIN_CONNECT, _DNS, _TLS, _CONNECT_TIMEOUT, _READ_TIMEOUT,
   * _MALFORMED, _HEADERS_TOO_LARGE, _ABORTED; or, unchanged, with the error of a request content that failed or the
   * reason of `signal`, which also ends a response under way.
   */
  fetch(request: OriginRequest, signal?: AbortSignal): Promise<OriginResponse>;
  /** Waits for responses under way, then closes every connection. */
  close(): Promise<void>;
  /** Closes every connection at once; responses under way fail. */
  destroy(): Promise<void>;
}

// CloudFront's limit of the header section, CloudFront developer guide.
const DEFAULT_MAX_HEADER_BYTES = 32_768;
const DEFAULT_MAX_POOLS = 256;

class PooledOriginClient implements OriginClient {
  readonly #options: OriginClientOptions;
  readonly #pools: OriginPools;

  constructor(options: OriginClientOptions) {
    this.#options = options;
    this.#pools = new OriginPools({
      maxPools: options.maxPools ?? DEFAULT_MAX_POOLS,
      maxHeaderBytes: options.maxHeaderBytes ?? DEFAULT_MAX_HEADER_BYTES,
    });
  }

  async fetch(request: OriginRequest, signal?: AbortSignal): Promise<OriginResponse> {
    const { clock, onRetry } = this.#options;
    const startedAt = clock.now();
    let connectFailures = 0;
    let staleRetries = 0;
    for (;;) {
      const attempts = connectFailures + staleRetries + 1;
      const attempt = new OriginAttempt({ request, clock, startedAt, attempts });
      const outcome = await attempt.run(this.#pools.poolFor(request.target), signal);
      if (outcome.kind === 'response') return outcome.response;
      const decision = retryDecision(request, outcome, { connectFailures, staleRetries });
      if (decision === 'give-up') throw outcome.error;
      if (decision === 'connect-again') connectFailures += 1;
      else staleRetries += 1;
      onRetry?.(request.target, outcome.error);
    }
  }

  close(): Promise<void> {
    return this.#pools.close();
  }

  destroy(): Promise<void> {
    return this.#pools.destroy();
  }
}

/** Makes the client; connections are opened when they are first needed. */
export function createOriginClient(options: OriginClientOptions): OriginClient {
  return new PooledOriginClient(options);
}
