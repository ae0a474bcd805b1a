import type { EdgeError } from '../base/edge-error.ts';
import type { Fill } from '../cache/fill.ts';
import type { CacheQuery } from '../cache/http-cache.ts';
import type { NotStoredReason } from '../cache/policy/admission.ts';
import type { StoredResponse } from '../cache/stored-response.ts';
import type { BehaviorConfig } from '../config/config.ts';
import type { Fields } from '../http/fields.ts';
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
  forward?: 'bypass' | 'method' | 'uri-miss' | 'vary-miss' | 'miss' | 'request' | 'stale' | 'partial';
  forwardStatus?: number;
  stored?: boolean;
  collapsed?: boolean;
  ttlSeconds?: number;
  detail?: string;
}

/** A response on its way to the viewer. */
export interface PendingResponse {
  head: ResponseHead;
  content: Content;
  /** `Age` that the reply carries, in seconds; absent when the response comes straight from the origin. */
  ageSeconds?: number;
}

/** The request on its way to the origin, as the origin-request hook sees and changes it. */
export interface OriginLeg {
  readonly target: OriginTarget;
  /** Name of the origin in the configuration. */
  readonly originName: string;
  request: RequestHead;
  content: Content;
  /** Replacement of the origin by the function, and what it saw of it; used by origin-response. */
  changedTarget?: OriginTarget;
  originView?: object;
  /** The origin-request hook generated the response. */
  generated?: boolean;
  requestedAt: number;
  respondedAt: number;
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
  /** Runs without a viewer: stale-while-revalidate, or the fetch of a custom error page. */
  readonly background: boolean;
}

/** Flat fields of the viewer's request as hooks see them. */
export function requestFields(exchange: Exchange): Fields {
  return exchange.request.fields;
}
