import type { EdgeError } from '../base/edge-error.ts';
import type { Fill } from '../cache/fill.ts';
import type { CacheQuery, Lookup } from '../cache/http-cache.ts';
import type { NotStoredReason } from '../cache/policy/admission.ts';
import type { ExchangeTimes } from '../cache/policy/age.ts';
import type { StoredResponse } from '../cache/stored-response.ts';
import type { BehaviorConfig } from '../config/config.ts';
import type { LambdaOrigin } from '../hook/lambda-edge/origin.ts';
import type { ForwardReason } from '../http/cache-status.ts';
import type { Content, RequestHead, ResponseHead } from '../http/message.ts';
import type { ViewerPresence, ViewerRequest } from '../http/viewer-message.ts';
import type { OriginTarget } from '../origin/origin-client.ts';
import type { Edge } from './edge.ts';

/** The first word of X-Cache. */
export type CacheResult =
  | 'Hit'
  | 'Miss'
  | 'RefreshHit'
  | 'Error'
  | 'Redirect'
  | 'LambdaGeneratedResponse'
  | 'LambdaExecutionError'
  | 'LambdaValidationError'
  | 'LambdaLimitExceeded';

/** What `Cache-Status` will say (RFC 9211). `forward` is absent for a hit. */
export interface CacheNote {
  forward: ForwardReason | undefined;
  forwardStatus: number | undefined;
  stored: boolean;
  collapsed: boolean;
  ttlSeconds: number | undefined;
  detail: string | undefined;
}

/** A response on its way to the viewer. Its fields hold Age already where it has one. */
export interface PendingResponse {
  readonly head: ResponseHead;
  readonly content: Content;
}

/** The request on its way to one origin, as the origin-request hook sees and changes it. */
export interface OriginLeg {
  /** Name of the origin in the configuration. */
  readonly originName: string;
  /** The origin as functions see it, after the origin-request hook what it made of it. */
  origin: LambdaOrigin;
  target: OriginTarget;
  request: RequestHead;
  content: Content;
  /** Our own preconditions were sent, so a 304 is about what is stored. */
  readonly validates: boolean;
  /** The origin-request hook generated the response. */
  generated: boolean;
  times: ExchangeTimes;
}

/** One hook call, for access log and Server-Timing. */
export interface HookTiming {
  readonly point: string;
  readonly functionName: string;
  readonly wallMs: number;
  readonly cpuMs: number;
}

/**
 * One request on its way through the steps: everything that steps tell each other. A step reads what earlier steps wrote
 * and writes its own members; nothing else is shared between steps.
 */
export interface Exchange {
  readonly edge: Edge;
  readonly viewer: ViewerRequest;
  readonly presence: ViewerPresence;
  /** Shared by X-Request-Id, hooks and logs. */
  readonly requestId: string;
  behavior: BehaviorConfig;
  /** The viewer's request; after the viewer-request hook, what it made of it. */
  request: RequestHead;
  content: Content;
  query: CacheQuery | undefined;
  lookup: Lookup | undefined;
  /** A stored response that may serve if it is validated, or if the origin fails. */
  stale: StoredResponse | undefined;
  /** Set for the leader of a collapsed miss: whoever waits for this response reads it from here. */
  fill: Fill | undefined;
  /** Index into the members of the origin group: 0 = primary. */
  originIndex: number;
  origin: OriginLeg | undefined;
  response: PendingResponse | undefined;
  failure: EdgeError | undefined;
  notStored: NotStoredReason | undefined;
  result: CacheResult;
  readonly note: CacheNote;
  readonly hookTimings: HookTiming[];
  originMs: number | undefined;
  /** `viewer`: the ordinary kind. `refresh`: stale-while-revalidate, without a viewer. `error-page`: fetches a custom error page. */
  readonly purpose: 'viewer' | 'refresh' | 'error-page';
}
