import type { Clock, EpochMs } from '../base/clock.ts';
import type { CachePolicy } from '../config/config.ts';
import { hasField } from '../http/fields.ts';
import type { RequestHead, ResponseHead } from '../http/message.ts';
import { forbidsContent } from '../http/status.ts';
import { sameSelection } from '../http/vary.ts';
import { CollapseTable, type Joined, type JoinInput } from './collapse.ts';
import { ExpiringKeys } from './expiring-keys.ts';
import type { Fill, NotSharedReason } from './fill.ts';
import type { Admission, AdmissionInput, NotStoredReason } from './policy/admission.ts';
import { admit } from './policy/admit.ts';
import type { ExchangeTimes } from './policy/age.ts';
import { currentAgeSeconds } from './policy/age.ts';
import { DEFAULT_ERROR_MIN_TTL_SECONDS } from './policy/freshness.ts';
import { invalidatedTargets } from './policy/invalidation.ts';
import { cacheKey, isCachingDisabled } from './policy/key.ts';
import {
  effectiveRequestDirectives,
  freshForSeconds,
  reuseOf,
  type StaleReason,
  type StaleUse,
  selectStored,
  staleOnError,
  staleWhileRevalidating,
} from './policy/reuse.ts';
import { type Freshening, freshen, headDescribes } from './policy/revalidation.ts';
import type { CacheStore, PurgeSelector } from './store/cache-store.ts';
import { isPurged } from './store/cache-store.ts';
import type { CacheKey, StoredHead, StoredResponse } from './stored-response.ts';

/** One request as the cache sees it: after the viewer-request hook. */
export interface CacheQuery {
  readonly key: CacheKey;
  readonly request: RequestHead;
  readonly policy: CachePolicy;
}

/** What to do with a stale response. */
export type StaleHandling =
  /** Ask the origin first. */
  | 'validate'
  /** Send it now and validate in the background (stale-while-revalidate). */
  | 'while-revalidating'
  /** Send it now and leave the origin alone: it failed a moment ago (stale-if-error). */
  | 'origin-failing';

/** The outcome of a lookup. Ages and freshness are in whole seconds. */
export type Lookup =
  /** May be sent as it is. `freshForSeconds` is negative when the viewer accepted a stale response (max-stale). */
  | {
      readonly kind: 'hit';
      readonly stored: StoredResponse;
      readonly ageSeconds: number;
      readonly freshForSeconds: number;
    }
  | {
      readonly kind: 'stale';
      readonly stored: StoredResponse;
      readonly ageSeconds: number;
      readonly freshForSeconds: number;
      readonly reason: StaleReason;
      readonly handling: StaleHandling;
    }
  /** `candidates`: other variants, whose entity tags may be offered for validation (RFC 9111 §4.3.1). */
  | {
      readonly kind: 'miss';
      readonly reason: 'uri-miss' | 'vary-miss';
      readonly candidates: readonly StoredResponse[];
    }
  /** only-if-cached, and nothing usable is stored: answer 504 (RFC 9111 §5.2.1.7). */
  | { readonly kind: 'unsatisfied' }
  | { readonly kind: 'bypass'; readonly reason: 'method' | 'disabled' };

/** Counts since the cache was made. */
export interface CacheCounters {
  readonly lookups: Readonly<Record<Lookup['kind'], number>>;
  readonly stored: number;
  readonly notStored: Readonly<Partial<Record<NotSharedReason, number>>>;
  readonly freshened: number;
  readonly collapsed: number;
  readonly purged: number;
  readonly invalidated: number;
}

/** How a cache is made. */
export interface HttpCacheOptions {
  readonly store: CacheStore;
  readonly clock: Clock;
  /** A larger response is not stored. */
  readonly maxResponseBytes: number;
  /** A store that is not in memory failed to write; the response was delivered all the same. */
  readonly onStoreError?: (error: unknown) => void;
}

/** One exchange with the origin, after the origin-response hook. */
export interface OriginExchange {
  readonly response: ResponseHead;
  readonly times: ExchangeTimes;
  /** Length of the content where it is known before it is read. */
  readonly lengthBytes?: number;
  /** `cachingMinTtlSeconds` of the error response rule for this status, where there is one. */
  readonly errorMinTtlSeconds?: number;
  /** Whether the origin got the viewer's Authorization; default: whether the request has one. */
  readonly authorizationForwarded?: boolean;
}

/** Options of {@link HttpCache.begin}. */
export interface BeginOptions {
  /** Length of the content where the origin states it. */
  readonly lengthBytes?: number;
  readonly superseded?: StoredResponse;
}

const NO_CANDIDATES: readonly StoredResponse[] = [];
const UNSATISFIED: Lookup = { kind: 'unsatisfied' };
const BYPASS_METHOD: Lookup = { kind: 'bypass', reason: 'method' };
const BYPASS_DISABLED: Lookup = { kind: 'bypass', reason: 'disabled' };
const URI_MISS: Lookup = { kind: 'miss', reason: 'uri-miss', candidates: NO_CANDIDATES };

/** Under RFC 9111, how long an origin that failed is left alone while a stale response may be sent. */
const FAILURE_MEMORY_SECONDS = 5;
const FAILURE_MEMORY_CAPACITY = 10_000;

/** An RFC 9111 shared cache: puts policy, store and collapsing together. Asks the clock; the policy does not. */
export class HttpCache {
  readonly #store: CacheStore;
  readonly #clock: Clock;
  readonly #maxResponseBytes: number;
  readonly #onStoreError: (error: unknown) => void;
  readonly #fills = new CollapseTable();
  readonly #failingOrigins = new ExpiringKeys(FAILURE_MEMORY_CAPACITY);
  readonly #lookups = { hit: 0, stale: 0, miss: 0, unsatisfied: 0, bypass: 0 };
  readonly #counts = { stored: 0, freshened: 0, collapsed: 0, purged: 0, invalidated: 0 };
  readonly #notStored: Partial<Record<NotSharedReason, number>> = {};

  constructor(options: HttpCacheOptions) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#maxResponseBytes = options.maxResponseBytes;
    this.#onStoreError = options.onStoreError ?? (() => undefined);
  }

  /** A snapshot of the counts. */
  get counters(): CacheCounters {
    return { lookups: { ...this.#lookups }, ...this.#counts, notStored: { ...this.#notStored } };
  }

  /** Bytes and primary keys in the store. */
  get usage(): { readonly bytes: number; readonly keys: number } {
    return { bytes: this.#store.bytes, keys: this.#store.size };
  }

  /** The query of a request: computes its key. `host` is the Host that the viewer named. */
  query(policy: CachePolicy, host: string, request: RequestHead): CacheQuery {
    return { key: cacheKey(policy, host, request), request, policy };
  }

  /** Looks for a stored response that may answer the request now. Synchronous with a store in memory. */
  lookup(query: CacheQuery): Lookup | Promise<Lookup> {
    const { method } = query.request;
    if (method !== 'GET' && method !== 'HEAD') return this.#counted(BYPASS_METHOD);
    if (isCachingDisabled(query.policy)) return this.#counted(BYPASS_DISABLED);
    const found = this.#store.get(query.key.text);
    if (found instanceof Promise) {
      return found.then((variants) => this.#counted(this.#decide(query, variants)));
    }
    return this.#counted(this.#decide(query, found));
  }

  /**
   * Makes the request the leader of a fill, or a follower of one under way. `undefined` means that the request goes to the
   * origin by itself and nothing is stored: another method, a HEAD or a Range that finds nothing to follow, or caching disabled.
   * A leader sends `unconditionalFields` of its request, or `validationFields` when there is something to validate.
   */
  join(query: CacheQuery, lookup: Lookup): Joined | undefined {
    if (lookup.kind === 'bypass') return undefined;
    const { key, request } = query;
    const input = this.#joinInput(query);
    // HEAD has no content to store. A Range without anything stored is not worth the whole content.
    if (
      request.method === 'HEAD' ||
      (lookup.kind === 'miss' && hasField(request.fields, 'range'))
    ) {
      return this.#countJoined(input.mayFollow ? this.#fills.follow(key, request) : undefined);
    }
    const known = knownVariant(lookup);
    const names =
      known === undefined ? {} : { selectingNames: known.selection.map(([name]) => name) };
    return this.#countJoined(this.#fills.join({ ...input, ...names }, this.#clock.now()));
  }

  /**
   * For a stale response that is sent while it is validated: the fill that this request must lead, or `undefined` when a
   * validation is under way already.
   */
  joinInBackground(query: CacheQuery, lookup: Lookup): Fill | undefined {
    if (this.#fills.isUnderWay(query.key, query.request)) return undefined;
    const request = { ...query.request, method: 'GET' };
    return this.join({ ...query, request }, lookup)?.fill;
  }

  /** Decides whether a response may be stored; see `policy/admission.ts`. Changes nothing. */
  admit(query: CacheQuery, exchange: OriginExchange): Admission {
    return admit(this.#admissionInput(query, exchange));
  }

  /**
   * Tells the fill, and so the requests that wait, what was decided. After `stored` the leader pumps the content into the fill
   * and reads it from there; after `notStored` it has the content for itself. `superseded` is the stale response that the new
   * one takes the place of: it goes when the new one is not stored. Not to be given for an error of the origin.
   */
  begin(fill: Fill, admission: Admission, options: BeginOptions = {}): void {
    const { lengthBytes, superseded } = options;
    const now = this.#clock.now();
    if (admission.kind === 'notStored') {
      this.#countNotStored(admission.reason);
      // What one viewer wants not to be stored says nothing about what others get.
      if (admission.reason !== 'request-no-store') this.#fills.noteUncacheable(fill, now);
      if (superseded !== undefined) this.#settled(this.#store.remove(superseded));
      fill.decline(admission.reason);
      return;
    }
    if (admission.shareable) this.#fills.noteCacheable(fill);
    else this.#fills.noteUncacheable(fill, now);
    const length = lengthBytes === undefined ? {} : { lengthBytes };
    fill.start({ head: admission.head, shareable: admission.shareable, ...length });
  }

  /**
   * The fill for the response to a POST when it answers later GETs (RFC 9110 §9.3.3), begun and with the caller as its reader;
   * `undefined` for every other response. To be called after {@link invalidate}, which is about what was stored before.
   */
  beginPosted(query: CacheQuery, exchange: OriginExchange): Fill | undefined {
    const { method } = query.request;
    if (method !== 'POST' || !hasField(exchange.response.fields, 'content-location')) {
      return undefined;
    }
    const admission = this.admit(query, exchange);
    if (admission.kind === 'notStored') return undefined;
    const fill = this.#fills.alone(this.#joinInput(query));
    const { lengthBytes } = exchange;
    this.begin(fill, admission, lengthBytes === undefined ? {} : { lengthBytes });
    return fill;
  }

  /**
   * Uses a 304 from the origin (RFC 9111 §4.3.4). The result serves the request; the store keeps it unless a purge came in
   * between. Requests that wait on `fill` get it too.
   */
  freshen(
    query: CacheQuery,
    stored: StoredResponse,
    exchange: OriginExchange,
    fill?: Fill,
  ): Freshening {
    const freshening = freshen(stored, { ...query, ...exchange });
    if (freshening.kind === 'freshened') {
      this.#counts.freshened += 1;
      this.#replace(stored, freshening.updated);
      fill?.validated(freshening.updated);
    } else {
      this.#countNotStored(freshening.reason);
      this.#settled(this.#store.remove(stored));
      fill?.decline(freshening.reason);
    }
    return freshening;
  }

  /** Uses the response to a HEAD that was sent although a GET response is stored (RFC 9111 §4.3.5). */
  freshenFromHead(query: CacheQuery, stored: StoredResponse, exchange: OriginExchange): void {
    const { status } = exchange.response;
    // These answer a precondition of the viewer, which is not about what is stored.
    if (status === 304 || status === 412) return;
    if (headDescribes(stored, exchange.response)) this.freshen(query, stored, exchange);
    else if (status < 500) this.#settled(this.#store.remove(stored));
  }

  /** May this stale response be sent because the origin failed (RFC 5861 §4, RFC 9111 §4.2.4)? */
  mayServeStaleOnError(query: CacheQuery, stored: StoredResponse): StaleUse {
    const directives = effectiveRequestDirectives(query.policy, query.request.fields);
    return staleOnError(stored, directives, this.#clock.now());
  }

  /**
   * The origin failed and a stale response was sent: for a while further requests get it without asking the origin again.
   * `errorMinTtlSeconds` as in {@link OriginExchange}.
   */
  noteOriginFailure(query: CacheQuery, errorMinTtlSeconds?: number): void {
    const standard =
      query.policy.kind === 'cloudfront' ? DEFAULT_ERROR_MIN_TTL_SECONDS : FAILURE_MEMORY_SECONDS;
    const seconds = errorMinTtlSeconds ?? standard;
    this.#failingOrigins.add(query.key.text, this.#clock.now() + seconds * 1000);
  }

  /**
   * RFC 9111 §4.4: an unsafe request that succeeded invalidates its target, and what Location and Content-Location name on the
   * same host. CloudFront policies do not invalidate.
   */
  invalidate(query: CacheQuery, response: ResponseHead): void {
    const { key, request, policy } = query;
    if (policy.kind === 'cloudfront') return;
    for (const target of invalidatedTargets(request, response, key)) {
      const keyText = key.host + target;
      this.#counts.invalidated += 1;
      this.#fills.doomKey(keyText);
      this.#settled(this.#store.delete(keyText));
    }
  }

  /** Removes what the selector names, stale copies and fills under way included. Says how many stored responses that were. */
  purge(selector: PurgeSelector): number | Promise<number> {
    this.#fills.doom((key) => isPurged(selector, key));
    const purged = this.#store.purge(selector);
    if (purged instanceof Promise) {
      return purged.then((count) => {
        this.#counts.purged += count;
        return count;
      });
    }
    this.#counts.purged += purged;
    return purged;
  }

  /** Releases the store. */
  dispose(): void | Promise<void> {
    return this.#store.dispose();
  }

  #decide(query: CacheQuery, variants: readonly StoredResponse[] | undefined): Lookup {
    const { request, policy } = query;
    const now = this.#clock.now();
    const directives = effectiveRequestDirectives(policy, request.fields);
    const stored = variants === undefined ? undefined : selectStored(variants, request.fields, now);
    if (stored === undefined) {
      if (directives.onlyIfCached === true) return UNSATISFIED;
      const candidates = variants?.filter(({ deleteAt }) => now < deleteAt) ?? NO_CANDIDATES;
      return candidates.length === 0 ? URI_MISS : { kind: 'miss', reason: 'vary-miss', candidates };
    }
    const reuse = reuseOf(stored, directives, now);
    const ageSeconds = currentAgeSeconds(stored, now);
    const freshFor = freshForSeconds(stored, now);
    if (reuse.kind === 'fresh') {
      return { kind: 'hit', stored, ageSeconds, freshForSeconds: freshFor };
    }
    const handling = this.#staleHandling(query, stored, now);
    if (directives.onlyIfCached === true && handling === 'validate') return UNSATISFIED;
    const { reason } = reuse;
    return { kind: 'stale', stored, ageSeconds, freshForSeconds: freshFor, reason, handling };
  }

  #staleHandling(query: CacheQuery, stored: StoredResponse, now: EpochMs): StaleHandling {
    const directives = effectiveRequestDirectives(query.policy, query.request.fields);
    const isFailing = this.#failingOrigins.has(query.key.text, now);
    if (isFailing && staleOnError(stored, directives, now).kind === 'allowed') {
      return 'origin-failing';
    }
    const use = staleWhileRevalidating(stored, directives, now);
    return use.kind === 'allowed' ? 'while-revalidating' : 'validate';
  }

  #joinInput({ key, request, policy }: CacheQuery): JoinInput {
    const directives = effectiveRequestDirectives(policy, request.fields);
    return {
      key,
      request,
      // A response that began before the request is not what no-cache asks for.
      mayFollow: directives.noCache !== true && directives.maxAgeSeconds !== 0,
      mayBeFollowed: directives.noStore !== true,
      maxResponseBytes: this.#maxResponseBytes,
      onComplete: this.#onComplete,
      onOutgrown: this.#onOutgrown,
    };
  }

  #admissionInput(query: CacheQuery, exchange: OriginExchange): AdmissionInput {
    return { ...query, ...exchange, maxResponseBytes: this.#maxResponseBytes };
  }

  #replace(stored: StoredResponse, updated: StoredResponse): void {
    const isSameVariant = sameSelection(stored.selection, updated.selection);
    if (isSameVariant) {
      this.#settled(this.#store.replace(stored, updated));
      return;
    }
    // RFC 9111 §4.3.4: another variant was validated, so it is fresh for its own requests and for this one.
    const replaced = this.#store.replace(stored, { ...updated, selection: stored.selection });
    if (replaced instanceof Promise) {
      this.#settled(replaced.then((isThere) => (isThere ? this.#store.put(updated) : false)));
    } else if (replaced) this.#settled(this.#store.put(updated));
  }

  readonly #onComplete = (head: StoredHead, content: Uint8Array): void => {
    this.#put(head, content);
  };

  readonly #onOutgrown = (fill: Fill): void => {
    this.#countNotStored('too-large');
    this.#fills.noteUncacheable(fill, this.#clock.now());
  };

  #put(head: StoredHead, content: Uint8Array): void {
    this.#failingOrigins.delete(head.key.text);
    this.#counts.stored += 1;
    this.#settled(this.#store.put(withContent(head, content)));
  }

  #counted(lookup: Lookup): Lookup {
    this.#lookups[lookup.kind] += 1;
    return lookup;
  }

  #countJoined(joined: Joined | undefined): Joined | undefined {
    if (joined?.role === 'follower') this.#counts.collapsed += 1;
    return joined;
  }

  #countNotStored(reason: NotStoredReason): void {
    this.#notStored[reason] = (this.#notStored[reason] ?? 0) + 1;
  }

  /** Writing to the store never holds up a reply. */
  #settled(result: boolean | Promise<boolean>): void {
    if (result instanceof Promise) result.catch(this.#onStoreError);
  }
}

/** A stored response that tells what responses under its key vary on. */
function knownVariant(lookup: Lookup): StoredResponse | undefined {
  if (lookup.kind === 'miss') return lookup.candidates[0];
  return lookup.kind === 'stale' ? lookup.stored : undefined;
}

/** Adds the content, and its length where the origin did not state it. */
function withContent(head: StoredHead, content: Uint8Array): StoredResponse {
  if (forbidsContent(head.status) || hasField(head.fields, 'content-length')) {
    return { ...head, content };
  }
  const fields = [...head.fields, 'Content-Length', String(content.byteLength)];
  return { ...head, fields, content };
}
