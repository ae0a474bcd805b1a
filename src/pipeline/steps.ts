import type { Exchange } from './exchange.ts';
import { failExchange } from './fail-exchange.ts';
import { matchBehavior } from './steps/01-match-behavior.ts';
import { viewerPolicy } from './steps/02-viewer-policy.ts';
import { viewerRequest } from './steps/03-viewer-request.ts';
import { cacheLookup } from './steps/04-cache-lookup.ts';
import { originRequest } from './steps/05-origin-request.ts';
import { originFetch } from './steps/06-origin-fetch.ts';
import { originResponse } from './steps/07-origin-response.ts';
import { store } from './steps/08-store.ts';
import { viewerResponse } from './steps/09-viewer-response.ts';
import { reply } from './steps/10-reply.ts';

export type StepName =
  | 'matchBehavior'
  | 'viewerPolicy'
  | 'viewerRequest'
  | 'cacheLookup'
  | 'originRequest'
  | 'originFetch'
  | 'originResponse'
  | 'store'
  | 'viewerResponse'
  | 'reply'
  | 'fail';

/** Where an exchange is when no step follows. */
export type NextStep = StepName | 'done';

/** A step does its part and names its successor. It never calls another step and never throws to jump. */
export type StepResult<Next extends NextStep> = Next | Promise<Next>;

/** One row of the step table. */
export interface Step {
  readonly run: (exchange: Exchange) => StepResult<NextStep>;
  /** Every successor that `run` may name. Any step may also fail: what it throws goes to `fail`. */
  readonly next: readonly NextStep[];
  /** One sentence for docs/lifecycle.md. */
  readonly does: string;
}

/**
 * The life of a request. The table is the design: docs/lifecycle.md is generated from it, a test holds each step to the
 * successors listed here, and `run-exchange.ts` only turns the crank.
 */
export const STEPS = {
  matchBehavior: {
    run: matchBehavior,
    next: ['viewerPolicy'],
    does: 'Chooses the cache behavior by the normalized path; a rewrite later on does not choose again',
  },
  viewerPolicy: {
    run: viewerPolicy,
    next: ['viewerRequest', 'reply', 'fail'],
    does: 'Redirects or refuses by viewer protocol policy and allowed methods; no hook runs for these',
  },
  viewerRequest: {
    run: viewerRequest,
    next: ['cacheLookup', 'reply', 'fail'],
    does: 'Runs the viewer-request hook; a response it generates skips the cache and viewer-response',
  },
  cacheLookup: {
    run: cacheLookup,
    next: ['viewerResponse', 'originRequest', 'fail'],
    does: 'Computes the cache key and looks it up; waits for the leader of a collapsed miss',
  },
  originRequest: {
    run: originRequest,
    next: ['originFetch', 'store', 'fail'],
    does: 'Runs the origin-request hook; a response it generates is stored and skips origin-response',
  },
  originFetch: {
    run: originFetch,
    next: ['originResponse', 'originRequest', 'viewerResponse', 'fail'],
    does: 'Sends the request to the origin, or to the secondary one after a failover; may fall back to a stale response',
  },
  originResponse: {
    run: originResponse,
    next: ['store', 'fail'],
    does: 'Runs the origin-response hook, also for error statuses and for 304',
  },
  store: {
    run: store,
    next: ['viewerResponse', 'originRequest'],
    does: 'Decides admission, freshens or stores, and shares the content with the requests that wait for it',
  },
  viewerResponse: {
    run: viewerResponse,
    next: ['reply', 'fail'],
    does: 'Runs the viewer-response hook, but not for status 400 and above',
  },
  reply: {
    run: reply,
    next: ['done'],
    does: 'Applies the response headers policy and adds Age, Via, X-Cache, Cache-Status and X-Request-Id',
  },
  fail: {
    run: failExchange,
    next: ['viewerResponse', 'reply'],
    does: 'Turns a failure into a stale response where that is allowed, else into an error page',
  },
} as const satisfies Record<StepName, Step>;
