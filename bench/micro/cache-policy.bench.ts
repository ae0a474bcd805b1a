/** What a hit pays in the cache: its key, the lookup, and the parsing of Cache-Control on both sides. */
import { createRequire } from 'node:module';
import { test } from 'vitest';
import type * as HttpCacheRoom from '../../src/cache/http-cache.ts';
import type * as Key from '../../src/cache/policy/key.ts';
import type * as Respond from '../../src/cache/respond.ts';
import type * as MemoryStoreRoom from '../../src/cache/store/memory-store.ts';
import type { CachePolicy } from '../../src/config/config.ts';
import type * as CacheControl from '../../src/http/cache-control.ts';

// Loaded by Node itself: the imports of vitest's module runner cost a getter call for every use of a name.
const load = createRequire(import.meta.url);
const { HttpCache } = load('../../src/cache/http-cache.ts') as typeof HttpCacheRoom;
const { MemoryStore } = load('../../src/cache/store/memory-store.ts') as typeof MemoryStoreRoom;
const { cacheKey } = load('../../src/cache/policy/key.ts') as typeof Key;
const { respondFromStored } = load('../../src/cache/respond.ts') as typeof Respond;
const { parseResponseDirectives, requestDirectives } = load(
  '../../src/http/cache-control.ts',
) as typeof CacheControl;

const HOST = 'www.example.org';
const FIELDS = [
  ['Host', HOST],
  ['User-Agent', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0'],
  ['Accept', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'],
  ['Accept-Language', 'de-CH,de;q=0.9,en;q=0.8'],
  ['Accept-Encoding', 'gzip, deflate, br'],
  ['Cookie', 'session=5f2b6c1e9d; theme=dark; experiment=b'],
  ['Sec-Fetch-Mode', 'navigate'],
].flat();
const REQUEST = {
  method: 'GET',
  path: '/catalogue/shoes/42.html',
  query: 'size=42&utm=mail',
  fields: FIELDS,
};

const RFC: CachePolicy = { kind: 'rfc9111', name: 'Rfc9111' };
const CLOUDFRONT: CachePolicy = {
  kind: 'cloudfront',
  name: 'bench',
  minTtlSeconds: 0,
  defaultTtlSeconds: 60,
  maxTtlSeconds: 86_400,
  headers: { kind: 'include', names: ['accept-language'] },
  cookies: { kind: 'include', names: ['session'] },
  queryStrings: { kind: 'include', names: ['size'] },
  acceptEncodingGzip: true,
  acceptEncodingBrotli: true,
};

const clock = { now: () => Date.now() };
const store = new MemoryStore({ maxBytes: 2 ** 24 });
const cache = new HttpCache({ store, clock, maxResponseBytes: 2 ** 20 });
const query = cache.query(RFC, HOST, REQUEST);
const now = clock.now();
const admission = cache.admit(query, {
  response: {
    status: 200,
    reason: 'OK',
    fields: ['Content-Type', 'text/html', 'Cache-Control', 'max-age=86400', 'ETag', '"1"'],
  },
  times: { requestedAt: now, respondedAt: now },
});
if (admission.kind === 'notStored') throw new Error(`Not stored: ${admission.reason}`);
const stored = { ...admission.head, content: new Uint8Array(1024) };
store.put(stored);
const found = cache.lookup(query);
if (found instanceof Promise || found.kind !== 'hit') throw new Error('The bench measures no hit');

test('cache key', async ({ bench }) => {
  await bench.compare(
    bench('rfc9111', () => void cacheKey(RFC, HOST, REQUEST)),
    bench(
      'cloudfront, header, cookie and parameter',
      () => void cacheKey(CLOUDFRONT, HOST, REQUEST),
    ),
  );
});

test('hit', async ({ bench }) => {
  await bench.compare(
    bench('lookup', () => void cache.lookup(query)),
    bench('respondFromStored', () => void respondFromStored(REQUEST, stored, now)),
  );
});

test('Cache-Control', async ({ bench }) => {
  await bench.compare(
    bench('response, two directives', () => void parseResponseDirectives('public, max-age=600')),
    bench(
      'response, five directives',
      () =>
        void parseResponseDirectives('s-maxage=60, max-age=5, must-revalidate, private="x", a=b'),
    ),
    bench('request without the field', () => void requestDirectives(FIELDS)),
  );
});
