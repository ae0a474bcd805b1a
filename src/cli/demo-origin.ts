import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Clock, type EpochMs, systemClock } from '../base/clock.ts';
import { evaluatePreconditions } from '../http/conditionals.ts';
import { parseEntityTag } from '../http/entity-tag.ts';
import { escapeHtml, reasonPhrase } from '../http/error-page.ts';
import { formatHttpDate } from '../http/http-date.ts';
import { formatContentRange, formatUnsatisfiedRange, parseRange } from '../http/ranges.ts';

const MAX_SLOW_MS = 60_000;
const MAX_ECHO_BYTES = 1_048_576;
const RANGE_BYTES = 1_048_576;
const STREAM_CHUNKS = 10;
const STREAM_INTERVAL_MS = 200;

interface DemoRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  /** What follows the route in the path, without its slash. */
  readonly rest: string;
  readonly startedAt: EpochMs;
  readonly clock: Clock;
}

interface DemoRoute {
  /** An exact path, or a prefix that ends in `/`. */
  readonly path: string;
  /** What to ask for, for the index page. */
  readonly example: string;
  readonly shows: string;
  readonly answer: (demo: DemoRequest) => void;
}

/** A pattern that looks the same each time, so that ranges can be checked. */
const RANGE_CONTENT = Buffer.from(Array.from({ length: RANGE_BYTES }, (_, index) => index % 251));

const PIXELS = {
  png: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  gif: 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7',
  webp: 'UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==',
} as const;

const SVG = [
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40">',
  '<rect width="120" height="40" rx="6" fill="#1f6feb"/>',
  '<text x="60" y="26" text-anchor="middle" font-family="sans-serif" fill="#fff">isoedge</text></svg>',
].join('');

function page(title: string, content: string): string {
  return `<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>${title}</title></head>
<body><h1>${title}</h1>\n${content}\n</body></html>\n`;
}

/** Sends content with an ETag and a Last-Modified, or 304 if the request has it already (RFC 9110 §13.2.2). */
function sendValidated(demo: DemoRequest, type: string, content: string | Buffer): void {
  const { request, response, startedAt, clock } = demo;
  const tag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 16)}"`;
  response.setHeader('ETag', tag);
  response.setHeader('Last-Modified', formatHttpDate(startedAt));
  if (!response.hasHeader('Cache-Control')) response.setHeader('Cache-Control', 'max-age=60');
  const { method = 'GET', rawHeaders: fields } = request;
  const result = evaluatePreconditions(
    { method, path: demo.url.pathname, query: '', fields },
    { entityTag: parseEntityTag(tag), lastModifiedAt: startedAt },
    clock.now(),
  );
  if (result === 'proceed') {
    response.setHeader('Content-Type', type);
    response.end(content);
  } else {
    response.writeHead(result === 'not-modified' ? 304 : 412).end();
  }
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.setHeader('Content-Type', 'application/json');
  response.end(`${JSON.stringify(value, undefined, 2)}\n`);
}

function answerIndex(demo: DemoRequest): void {
  const rows = ROUTES.map(
    ({ example, shows }) => `<li><a href="${example}">${escapeHtml(example)}</a>: ${shows}</li>`,
  );
  sendValidated(
    demo,
    'text/html; charset=utf-8',
    page('Demo origin', `<ul>\n${rows.join('\n')}\n</ul>`),
  );
}

function answerPage(demo: DemoRequest): void {
  const number = Number.parseInt(demo.rest, 10);
  if (!Number.isSafeInteger(number) || number < 0) {
    answerNotFound(demo);
    return;
  }
  const content = `<p>This is page ${number}.</p><p><a href="/pages/${number + 1}">Next</a></p>`;
  sendValidated(demo, 'text/html; charset=utf-8', page(`Page ${number}`, content));
}

function answerTime({ response, clock }: DemoRequest): void {
  response.setHeader('Cache-Control', 'no-store');
  sendJson(response, { now: new Date(clock.now()).toISOString() });
}

function answerImage(demo: DemoRequest): void {
  demo.response.setHeader('Cache-Control', 'public, max-age=3600');
  const extension = demo.url.pathname.slice('/image.'.length);
  if (extension === 'svg') {
    sendValidated(demo, 'image/svg+xml', SVG);
    return;
  }
  const pixel = PIXELS[extension as keyof typeof PIXELS];
  sendValidated(demo, `image/${extension}`, Buffer.from(pixel, 'base64'));
}

function answerSlow({ response, url }: DemoRequest): void {
  const asked = Number(url.searchParams.get('ms') ?? 1_000);
  const delayMs = Number.isFinite(asked) ? Math.min(Math.max(asked, 0), MAX_SLOW_MS) : 1_000;
  const timer = setTimeout(() => {
    response.setHeader('Cache-Control', 'max-age=10');
    sendJson(response, { delayMs });
  }, delayMs);
  response.once('close', () => clearTimeout(timer));
}

function answerError(demo: DemoRequest): void {
  const status = Number.parseInt(demo.rest, 10);
  if (!(status >= 400 && status <= 599)) {
    answerNotFound(demo);
    return;
  }
  const reason = reasonPhrase(status) || 'Error';
  demo.response.statusCode = status;
  demo.response.statusMessage = reason;
  demo.response.setHeader('Content-Type', 'text/html; charset=utf-8');
  demo.response.end(page(`${status} ${reason}`, '<p>You asked for it.</p>'));
}

function answerRange({ request, response }: DemoRequest): void {
  response.setHeader('Accept-Ranges', 'bytes');
  response.setHeader('Cache-Control', 'max-age=60');
  response.setHeader('Content-Type', 'application/octet-stream');
  const asked = request.headers.range;
  const result = asked === undefined ? undefined : parseRange(asked, RANGE_BYTES);
  if (result === undefined || result.kind === 'whole') {
    response.end(RANGE_CONTENT);
  } else if (result.kind === 'unsatisfiable') {
    response.writeHead(416, { 'Content-Range': formatUnsatisfiedRange(RANGE_BYTES) }).end();
  } else {
    const { range } = result;
    response.writeHead(206, { 'Content-Range': formatContentRange(range, RANGE_BYTES) });
    response.end(RANGE_CONTENT.subarray(range.first, range.last + 1));
  }
}

function answerStale({ response, clock }: DemoRequest): void {
  response.setHeader('Cache-Control', 'max-age=2, stale-while-revalidate=10, stale-if-error=3600');
  sendJson(response, { madeAt: new Date(clock.now()).toISOString() });
}

const GREETINGS: Readonly<Record<string, string>> = { de: 'Guten Tag', es: 'Hola', fr: 'Bonjour' };

function answerVary(demo: DemoRequest): void {
  const language = (demo.request.headers['accept-language'] ?? 'en').slice(0, 2).toLowerCase();
  const known = language in GREETINGS ? language : 'en';
  demo.response.setHeader('Vary', 'Accept-Language');
  demo.response.setHeader('Content-Language', known);
  sendValidated(demo, 'text/plain; charset=utf-8', `${GREETINGS[known] ?? 'Hello'}\n`);
}

function answerCookies({ response, clock }: DemoRequest): void {
  response.setHeader('Set-Cookie', [`visit=${clock.now()}; Path=/`, 'flavor=plain; Path=/']);
  response.setHeader('Cache-Control', 'private');
  sendJson(response, { cookies: 2 });
}

function answerEcho({ request, response }: DemoRequest): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    if (bytes < MAX_ECHO_BYTES) chunks.push(chunk);
    bytes += chunk.length;
  });
  request.on('end', () => {
    const body = Buffer.concat(chunks).subarray(0, MAX_ECHO_BYTES).toString('utf8');
    response.setHeader('Cache-Control', 'no-store');
    sendJson(response, {
      method: request.method,
      url: request.url,
      headers: request.rawHeaders,
      bodyBytes: bytes,
      body,
    });
  });
}

function answerStream({ response }: DemoRequest): void {
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  let sent = 0;
  const sendNext = (): void => {
    sent += 1;
    response.write(`chunk ${sent} of ${STREAM_CHUNKS}\n`);
    if (sent < STREAM_CHUNKS) return;
    clearInterval(timer);
    response.end();
  };
  const timer = setInterval(sendNext, STREAM_INTERVAL_MS);
  response.once('close', () => clearInterval(timer));
  sendNext();
}

function answerNotFound({ response }: DemoRequest): void {
  response.writeHead(404, {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'max-age=5',
  });
  response.end(page('404 Not Found', '<p><a href="/">What there is</a></p>'));
}

const CACHED_IMAGE = 'an image, fresh for an hour';

const ROUTES: readonly DemoRoute[] = [
  { path: '/', example: '/', shows: 'this page, fresh for a minute', answer: answerIndex },
  {
    path: '/pages/',
    example: '/pages/1',
    shows: 'HTML, fresh for a minute, then validated with ETag and Last-Modified',
    answer: answerPage,
  },
  { path: '/api/time', example: '/api/time', shows: 'JSON, never stored', answer: answerTime },
  { path: '/image.svg', example: '/image.svg', shows: CACHED_IMAGE, answer: answerImage },
  { path: '/image.png', example: '/image.png', shows: CACHED_IMAGE, answer: answerImage },
  { path: '/image.gif', example: '/image.gif', shows: CACHED_IMAGE, answer: answerImage },
  { path: '/image.webp', example: '/image.webp', shows: CACHED_IMAGE, answer: answerImage },
  { path: '/slow', example: '/slow?ms=2000', shows: 'a late answer', answer: answerSlow },
  { path: '/error/', example: '/error/503', shows: 'any error status', answer: answerError },
  { path: '/range.bin', example: '/range.bin', shows: '1 MiB with ranges', answer: answerRange },
  {
    path: '/stale',
    example: '/stale',
    shows: 'fresh for two seconds, then served stale while it is fetched, or if that fails',
    answer: answerStale,
  },
  { path: '/vary', example: '/vary', shows: 'one answer per Accept-Language', answer: answerVary },
  {
    path: '/set-cookie',
    example: '/set-cookie',
    shows: 'two cookies, private',
    answer: answerCookies,
  },
  { path: '/echo', example: '/echo', shows: 'what the origin received', answer: answerEcho },
  {
    path: '/stream',
    example: '/stream',
    shows: 'ten chunks in two seconds, never stored',
    answer: answerStream,
  },
];

const EXACT = new Map(ROUTES.map((route) => [route.path, route]));
const PREFIXES = ROUTES.filter(({ path }) => path.length > 1 && path.endsWith('/'));

function routeOf(pathname: string): DemoRoute | undefined {
  const exact = EXACT.get(pathname);
  if (exact !== undefined && !PREFIXES.includes(exact)) return exact;
  return PREFIXES.find(({ path }) => pathname.startsWith(path));
}

/** Options of the demo origin. */
export interface DemoOriginOptions {
  readonly clock?: Clock;
}

/** A small HTTP origin whose pages show what a cache does. It listens when the caller says so. */
export function createDemoOrigin(options: DemoOriginOptions = {}): Server {
  const { clock = systemClock } = options;
  const startedAt = clock.now();
  return createServer((request, response) => {
    response.setHeader('Server', 'isoedge-demo-origin');
    // A base makes any origin-form target a URL; what it cannot parse is no page of ours.
    const url = URL.parse(request.url ?? '/', 'http://demo') ?? new URL('http://demo/nowhere');
    const route = routeOf(url.pathname);
    const rest = route === undefined ? '' : url.pathname.slice(route.path.length);
    const answer = route?.answer ?? answerNotFound;
    answer({ request, response, url, rest, startedAt, clock });
  });
}
