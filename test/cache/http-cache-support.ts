import { pump } from '../../src/cache/fill.ts';
import {
  type CacheQuery,
  HttpCache,
  type HttpCacheOptions,
  type Lookup,
  type OriginExchange,
} from '../../src/cache/http-cache.ts';
import type { Admission } from '../../src/cache/policy/admission.ts';
import { MemoryStore } from '../../src/cache/store/memory-store.ts';
import type { CachePolicy } from '../../src/config/config.ts';
import type { Fields } from '../../src/http/fields.ts';
import type { RequestHead } from '../../src/http/message.ts';
import { get, NOW, ok, RFC9111 } from './policy/support.ts';

/** A clock that stands still until it is told otherwise. */
export class TestClock {
  at = NOW;
  now(): number {
    return this.at;
  }
  pass(seconds: number): void {
    this.at += seconds * 1000;
  }
}

/** Leads a fill from its beginning to its end. */
export function fillOnce(
  cache: HttpCache,
  parts: {
    readonly query: CacheQuery;
    readonly lookup: Lookup;
    readonly exchange: OriginExchange;
    readonly content: string;
  },
): Admission {
  const joined = cache.join(parts.query, parts.lookup);
  if (joined === undefined) throw new Error('did not join');
  const admission = cache.admit(parts.query, parts.exchange);
  cache.begin(joined.fill, admission);
  if (admission.kind === 'stored')
    pump({ kind: 'bytes', bytes: Buffer.from(parts.content) }, joined.fill);
  return admission;
}

/** A cache on a memory store, and short words for what a pipeline does with it. */
export function setUp(options: Partial<HttpCacheOptions> = {}) {
  const clock = new TestClock();
  const store = new MemoryStore({ maxBytes: 1_000_000 });
  const cache = new HttpCache({ store, clock, maxResponseBytes: 1000, ...options });
  const query = (request: RequestHead = get(), policy: CachePolicy = RFC9111): CacheQuery =>
    cache.query(policy, 'example.com', request);
  const lookup = (request: RequestHead = get(), policy: CachePolicy = RFC9111): Lookup => {
    const found = cache.lookup(query(request, policy));
    if (found instanceof Promise) throw new Error('lookup was not synchronous');
    return found;
  };
  const exchange = (fields: Fields, status = 200): OriginExchange => ({
    response: ok(fields, status),
    times: { requestedAt: clock.at, respondedAt: clock.at },
  });
  /** A whole miss: the origin answers with these fields and this content. */
  const answer = (fields: Fields, content = 'content', request = get(), policy = RFC9111) => {
    const asked = query(request, policy);
    const found = lookup(request, policy);
    return fillOnce(cache, { query: asked, lookup: found, exchange: exchange(fields), content });
  };
  return { cache, clock, store, query, lookup, exchange, answer };
}

export const FRESH = ['Cache-Control', 'max-age=60'];

export function stale(lookup: Lookup): Extract<Lookup, { kind: 'stale' }> {
  if (lookup.kind !== 'stale') throw new Error(`lookup is ${lookup.kind}`);
  return lookup;
}
