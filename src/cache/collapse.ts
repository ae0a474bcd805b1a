import type { EpochMs } from '../base/clock.ts';
import { hasField } from '../http/fields.ts';
import type { RequestHead } from '../http/message.ts';
import { selectionOf } from '../http/vary.ts';
import { ExpiringKeys, HIT_FOR_MISS_MS } from './expiring-keys.ts';
import { Fill, type FillListener } from './fill.ts';
import type { CacheKey } from './stored-response.ts';

/** The most keys that are remembered as uncacheable. */
const HIT_FOR_MISS_CAPACITY = 10_000;

/**
 * The part of a request in a fill. A `leader` fetches and writes the fill; a `follower` awaits `fill.head`. When the head
 * says `shared` but `fill.matches(request)` is false, it leaves and joins again.
 */
export interface Joined {
  readonly role: 'leader' | 'follower';
  readonly fill: Fill;
}

/** A request that needs a response from the origin. */
export interface JoinInput {
  readonly key: CacheKey;
  readonly request: RequestHead;
  /** False: the request must not get a response that was asked for before it, but may still lead. */
  readonly mayFollow: boolean;
  /** False: what it gets is for itself alone, since it says no-store. */
  readonly mayBeFollowed: boolean;
  /** Names that responses under this key vary on, as far as stored ones tell. */
  readonly selectingNames?: readonly string[];
  readonly maxResponseBytes: number;
  readonly onComplete: FillListener['onComplete'];
  readonly onOutgrown: FillListener['onOutgrown'];
}

/** Requests with credentials are remembered apart: what they get says nothing about what others get. */
function classOf(key: CacheKey, request: RequestHead): string {
  return hasField(request.fields, 'authorization') ? `${key.text} authorization` : key.text;
}

/** Fills under way, by primary key: one for each variant. Collapsed forwarding (RFC 9111 §4) meets here. */
export class CollapseTable {
  readonly #fills = new Map<string, Set<Fill>>();
  readonly #uncacheable = new ExpiringKeys(HIT_FOR_MISS_CAPACITY);

  /** Keys with a fill under way. */
  get size(): number {
    return this.#fills.size;
  }

  /** Joins a fill that can serve the request, or begins one. */
  join(input: JoinInput, now: EpochMs): Joined {
    const { key, request } = input;
    const collapses = !this.#uncacheable.has(classOf(key, request), now);
    const existing = collapses && input.mayFollow ? this.#find(key, request) : undefined;
    if (existing !== undefined) {
      existing.joined();
      return { role: 'follower', fill: existing };
    }
    const fill = this.#begin(input, collapses && input.mayBeFollowed);
    fill.joined();
    return { role: 'leader', fill };
  }

  /** A fill that nobody waits for: it begins when its response is already there. */
  alone(input: JoinInput): Fill {
    const fill = this.#begin(input, false);
    fill.joined();
    return fill;
  }

  /** The fill that a HEAD request may wait for: it never leads one. */
  follow(key: CacheKey, request: RequestHead): Joined | undefined {
    const fill = this.#find(key, request);
    fill?.joined();
    return fill === undefined ? undefined : { role: 'follower', fill };
  }

  /** Whether a response that would serve this request is on its way already, shared or not. */
  isUnderWay(key: CacheKey, request: RequestHead): boolean {
    for (const fill of this.#fills.get(key.text) ?? []) if (fill.matches(request)) return true;
    return false;
  }

  /** Remembers that what requests like this one get cannot be shared, so that they do not queue for one another. */
  noteUncacheable(fill: Fill, now: EpochMs): void {
    this.#uncacheable.add(fill.collapseClass, now + HIT_FOR_MISS_MS);
  }

  /** What requests like this one get could be shared. */
  noteCacheable(fill: Fill): void {
    this.#uncacheable.delete(fill.collapseClass);
  }

  /** Keeps every fill under way whose key is meant from being stored. */
  doom(isMeant: (key: CacheKey) => boolean): void {
    for (const fills of this.#fills.values()) {
      for (const fill of fills) if (isMeant(fill.key)) fill.doom();
    }
  }

  /** The same for one key. */
  doomKey(keyText: string): void {
    for (const fill of this.#fills.get(keyText) ?? []) fill.doom();
  }

  #find(key: CacheKey, request: RequestHead): Fill | undefined {
    for (const fill of this.#fills.get(key.text) ?? []) if (fill.accepts(request)) return fill;
    return undefined;
  }

  #begin(input: JoinInput, collapses: boolean): Fill {
    const { key, request } = input;
    // A variant under way, or stored, tells what to vary on: requests for other variants need not wait in vain.
    const names = (collapses ? this.#namesUnderWay(key) : undefined) ?? input.selectingNames;
    const fill = new Fill({
      key,
      maxResponseBytes: input.maxResponseBytes,
      collapses,
      isAuthorized: hasField(request.fields, 'authorization'),
      collapseClass: classOf(key, request),
      listener: {
        onComplete: input.onComplete,
        onOutgrown: input.onOutgrown,
        onEnded: (ended) => this.#remove(ended),
      },
      ...(names === undefined ? {} : { assumedSelection: selectionOf(request.fields, names) }),
    });
    const fills = this.#fills.get(key.text);
    if (fills === undefined) this.#fills.set(key.text, new Set([fill]));
    else fills.add(fill);
    return fill;
  }

  #namesUnderWay(key: CacheKey): readonly string[] | undefined {
    for (const { selectingNames } of this.#fills.get(key.text) ?? []) {
      if (selectingNames !== undefined) return selectingNames;
    }
    return undefined;
  }

  #remove(fill: Fill): void {
    const fills = this.#fills.get(fill.key.text);
    fills?.delete(fill);
    if (fills?.size === 0) this.#fills.delete(fill.key.text);
  }
}
