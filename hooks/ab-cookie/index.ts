/**
 * ab-cookie: shows one of two versions of a site, and the same one to the same visitor each time.
 *
 * Hook points: viewer-request (chooses) and viewer-response (sets the cookie). Environment:
 * EXPERIMENT ("b"), the folder of the second version; EXPERIMENT_SHARE (50), its visitors in
 * percent.
 *
 *     "hooks": { "viewer-request": "ab", "viewer-response": "ab" }
 *
 * Version b lives in a folder of its own (`/b/…`). The rewritten path is part of the cache key, so
 * the versions never mix, and the cookie need not be in the key. A first visit is decided by a hash
 * of the address and the browser, which gives both hook points the same answer without a word
 * between them.
 */
import { createHash } from 'node:crypto';
import type { Request, RequestEvent, ResponseEvent, Result } from '../edge-hook.d.ts';

const COOKIE = 'experiment';
const ONE_MONTH_SECONDS = 30 * 24 * 60 * 60;

function cookieVersion(request: Readonly<Request>): 'a' | 'b' | undefined {
  const cookies = (request.headers['cookie'] ?? []).map(({ value }) => value).join('; ');
  const version = /(?:^|;\s*)experiment=([ab])(?:;|$)/.exec(cookies)?.[1];
  return version === 'a' || version === 'b' ? version : undefined;
}

function drawnVersion(request: Readonly<Request>): 'a' | 'b' {
  const browser = request.headers['user-agent']?.[0]?.value ?? '';
  const digest = createHash('sha256').update(`${request.clientIp} ${browser}`).digest();
  const share = Number(process.env['EXPERIMENT_SHARE'] ?? 50);
  return digest.readUInt16BE(0) % 100 < share ? 'b' : 'a';
}

export const handler = async (event: RequestEvent | ResponseEvent): Promise<Request | Result> => {
  const { cf } = event.Records[0];
  const known = cookieVersion(cf.request);
  const version = known ?? drawnVersion(cf.request);

  if (!('response' in cf)) {
    if (version === 'b') cf.request.uri = `/${process.env['EXPERIMENT'] ?? 'b'}${cf.request.uri}`;
    return cf.request;
  }
  if (known === undefined) {
    const value = `${COOKIE}=${version}; Path=/; Max-Age=${ONE_MONTH_SECONDS}; SameSite=Lax`;
    // The origin's own cookies stay: each line is an entry of its own.
    cf.response.headers['set-cookie'] = [
      ...(cf.response.headers['set-cookie'] ?? []),
      { key: 'Set-Cookie', value },
    ];
  }
  return cf.response;
};
