/**
 * The event codec beside JSON, for one event with twelve headers: what the two sides pay per call
 * of a hook.
 */
import { createRequire } from 'node:module';
import { test } from 'vitest';
import type * as EventCodec from '../../src/wire/event-codec.ts';

// Loaded by Node itself: the imports of vitest's module runner cost a getter call for every use of
// a name.
const { decodeEvent, decodeResult, encodeEvent, encodeResult, isEcho } = createRequire(
  import.meta.url,
)('../../src/wire/event-codec.ts') as typeof EventCodec;

const LINES = [
  ['host', 'Host', 'www.example.org'],
  ['connection-hint', 'Connection-Hint', 'none'],
  ['user-agent', 'User-Agent', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0'],
  ['accept', 'Accept', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'],
  ['accept-language', 'Accept-Language', 'de-CH,de;q=0.9,en;q=0.8'],
  ['accept-encoding', 'Accept-Encoding', 'gzip, deflate, br'],
  ['referer', 'Referer', 'https://www.example.org/catalogue/page-2.html'],
  ['cookie', 'Cookie', 'session=5f2b6c1e9d; theme=dark; experiment=b'],
  ['cache-control', 'Cache-Control', 'no-cache'],
  ['pragma', 'Pragma', 'no-cache'],
  ['sec-fetch-mode', 'Sec-Fetch-Mode', 'navigate'],
  ['x-forwarded-for', 'X-Forwarded-For', '198.51.100.7'],
];

const EVENT = {
  config: {
    distributionDomainName: 'd111111abcdef8.cloudfront.net',
    distributionId: 'EDFDVBD6EXAMPLE',
    eventType: 'viewer-request',
    requestId: '4TyzHTaYWb1GX1qTfsHhEqV6HUDd_BzoBZnwfnvQc_1oF26ClkoUSEQ==',
  },
  request: {
    clientIp: '198.51.100.7',
    method: 'GET',
    uri: '/catalogue/shoes/42.html',
    querystring: 'colour=red&size=42',
    headers: LINES.flat(),
  },
};

interface Event {
  readonly Records: readonly { readonly cf: { request: { uri: string } } }[];
}

const encoded = encodeEvent(EVENT);
const { text } = encoded;
const event = decodeEvent(text) as Event;
const json = JSON.stringify(event);
const result = event.Records[0]?.cf.request;
const resultText = encodeResult(result);
const resultJson = JSON.stringify(result);

/** The event object that JSON needs on the way in. */
function eventObject(): object {
  const headers: Record<string, { key: string; value: string }[]> = {};
  for (const [name, key, value] of LINES as [string, string, string][]) {
    headers[name] = [{ key, value }];
  }
  return { Records: [{ cf: { config: EVENT.config, request: { ...EVENT.request, headers } } }] };
}

/** Makes the string one piece, as writing it to a channel does. */
function flatten(value: string): number {
  return Buffer.byteLength(value);
}

test('event, edge worker: encode', async ({ bench }) => {
  await bench.compare(
    bench('flat', () => void flatten(encodeEvent(EVENT).text)),
    bench('JSON', () => void flatten(JSON.stringify(eventObject()))),
  );
});

test('event, guest: decode', async ({ bench }) => {
  await bench.compare(
    bench('flat', () => void decodeEvent(text)),
    bench('JSON', () => void JSON.parse(json)),
  );
});

test('result, guest: encode', async ({ bench }) => {
  await bench.compare(
    bench('flat', () => void flatten(encodeResult(result))),
    bench('JSON', () => void flatten(JSON.stringify(result))),
  );
});

test('result, edge worker: decode', async ({ bench }) => {
  await bench.compare(
    bench('flat', () => void decodeResult(resultText)),
    bench('flat, unchanged request', () => void isEcho(resultText, encoded)),
    bench('JSON', () => void JSON.parse(resultJson)),
  );
});

test('event and result, all four steps', async ({ bench }) => {
  await bench.compare(
    bench('flat', () => {
      const back = decodeEvent(encodeEvent(EVENT).text) as Event;
      decodeResult(encodeResult(back.Records[0]?.cf.request));
    }),
    bench('JSON', () => {
      const back = JSON.parse(JSON.stringify(eventObject())) as Event;
      JSON.parse(JSON.stringify(back.Records[0]?.cf.request));
    }),
  );
});
