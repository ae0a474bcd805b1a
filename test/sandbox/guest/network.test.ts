import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { type Guest, startGuest } from './harness.ts';

/** http, https and fetch over a faked broker. */

interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: [string, string][];
  readonly body: Uint8Array | undefined;
}

type Answer = readonly [head: object, body?: Uint8Array];

let guest: Guest | undefined;

afterEach(() => guest?.dispose());

const encoder = new TextEncoder();

function ok(text: string, headers: [string, string][] = []): Answer {
  return [{ status: 200, statusText: 'OK', headers, url: '' }, encoder.encode(text)];
}

/** Runs a handler body against a broker and gives its result and what it sent. */
async function run(
  body: string,
  broker: (sent: Sent) => Answer | Promise<Answer>,
): Promise<{ value: unknown; kind: string; sent: Sent[] }> {
  const sent: Sent[] = [];
  guest = await startGuest(`exports.handler = async () => { ${body} }`, {
    operations: {
      'egress.request': (request, content) => {
        const one = { ...(request as Sent), body: content as Uint8Array | undefined };
        sent.push(one);
        return broker(one);
      },
    },
  });
  const { value, kind } = await guest.invoke({});
  return { value, kind, sent };
}

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

describe('http and https', () => {
  test('request() sends options, headers and body, and gives the response as a stream', async () => {
    const { value, sent } = await run(
      `const https = require('https');
       return await new Promise((resolve, reject) => {
         const req = https.request({ hostname: 'api.test', port: 8443, path: '/p?q=1', method: 'post', headers: { 'X-A': '1', 'x-b': ['2', '3'] }, auth: 'u:p' }, (res) => {
           let data = ''; res.setEncoding('utf8'); res.on('data', (c) => data += c);
           res.on('end', () => resolve([res.statusCode, res.statusMessage, res.headers, res.rawHeaders, data, res.complete]));
         });
         req.on('error', reject); req.write('he'); req.end(Buffer.from('llo'));
       });`,
      () =>
        ok('answer', [
          ['Content-Type', 'text/plain'],
          ['Set-Cookie', 'a=1'],
          ['set-cookie', 'b=2'],
          ['X', '1'],
          ['x', '2'],
        ]),
    );
    expect(sent[0]).toMatchObject({ method: 'POST', url: 'https://api.test:8443/p?q=1' });
    expect(sent[0]?.headers).toEqual([
      ['X-A', '1'],
      ['x-b', '2'],
      ['x-b', '3'],
      ['Authorization', 'Basic dTpw'],
      ['Host', 'api.test:8443'],
    ]);
    expect(text(sent[0]?.body)).toBe('hello');
    expect(value).toEqual([
      200,
      'OK',
      { 'content-type': 'text/plain', 'set-cookie': ['a=1', 'b=2'], x: '1, 2' },
      ['Content-Type', 'text/plain', 'Set-Cookie', 'a=1', 'set-cookie', 'b=2', 'X', '1', 'x', '2'],
      'answer',
      true,
    ]);
  });

  test('get() with a URL, a socket event and an agent', async () => {
    const { value, sent } = await run(
      `const http = require('http'); const agent = new http.Agent({ keepAlive: true });
       return await new Promise((resolve) => {
         const seen = [];
         http.get('http://h.test/x', { agent }, async (res) => { for await (const c of res) seen.push(String(c)); resolve(seen) })
           .on('socket', (s) => seen.push('socket', s.connecting)).on('finish', () => seen.push('finish'));
       });`,
      () => ok('body'),
    );
    expect(value).toEqual(['socket', false, 'finish', 'body']);
    expect(sent[0]?.url).toBe('http://h.test/x');
  });

  test('a refusal of the broker is an error event', async () => {
    const { value } = await run(
      `return await new Promise((resolve) => require('https').get('https://evil.test/').on('error', (e) => resolve([e.message, e.code, e instanceof Error])))`,
      () => {
        throw Object.assign(new Error('not in the allow-list'), { code: 'EACCES' });
      },
    );
    expect(value).toEqual(['not in the allow-list', 'EACCES', true]);
  });

  test('timeout and destroy() end a request that never answers', async () => {
    const { value } = await run(
      `const seen = []; return await new Promise((resolve) => {
         const req = require('https').request('https://slow.test/', { timeout: 5 });
         req.on('timeout', () => { seen.push('timeout'); req.destroy() });
         req.on('error', (e) => seen.push(e.code, e.message)); req.on('close', () => resolve(seen)); req.end();
         setTimeout(() => {}, 50);
       });`,
      () => new Promise(() => {}),
    );
    expect(value).toEqual(['timeout', 'ECONNRESET', 'socket hang up']);
  });

  test('refuses header injection and other protocols', async () => {
    const { value } = await run(
      `const http = require('http'); const out = [];
       for (const f of [() => http.request({ host: 'a', headers: { x: 'a\\r\\nb' } }), () => http.request({ host: 'a', headers: { 'a b': '1' } }), () => http.request({ host: 'a', path: '/a b' }), () => http.request('ftp://a/')]) { try { f(); out.push('ok') } catch (e) { out.push(e.code) } }
       return out`,
      () => ok(''),
    );
    expect(value).toEqual([
      'ERR_INVALID_CHAR',
      'ERR_INVALID_HTTP_TOKEN',
      'ERR_UNESCAPED_CHARACTERS',
      'ERR_INVALID_PROTOCOL',
    ]);
  });

  test('a server seems to listen, and holds nothing open', async () => {
    const { value } = await run(
      `const http = require('http'); const server = http.createServer(() => {});
       const heard = await new Promise((r) => { server.on('listening', () => r('event')); server.listen(3000, () => {}); });
       return [heard, server.listening, server.close().listening]`,
      () => ok(''),
    );
    expect(value).toEqual(['event', true, false]);
  });
});

describe('fetch()', () => {
  test('sends method, headers and body', async () => {
    const { value, sent } = await run(
      `const r = await fetch('https://a.test/x', { method: 'POST', body: JSON.stringify({ a: 1 }), headers: { 'content-type': 'application/json' } });
       return [r.status, r.ok, r.url, r.redirected, r.type, r.headers.get('x'), await r.json()]`,
      () => ok('{"b":2}', [['X', 'y']]),
    );
    expect(value).toEqual([200, true, 'https://a.test/x', false, 'basic', 'y', { b: 2 }]);
    expect(text(sent[0]?.body)).toBe('{"a":1}');
    expect(Object.fromEntries(sent[0]?.headers ?? [])).toMatchObject({
      'content-type': 'application/json',
      accept: '*/*',
      'user-agent': 'node',
    });
  });

  test('decodes content codings', async () => {
    const { value } = await run(`return (await fetch('https://a.test/')).text()`, () => [
      { status: 200, statusText: '', headers: [['content-encoding', 'gzip']], url: '' },
      new Uint8Array(gzipSync('plain')),
    ]);
    expect(value).toBe('plain');
  });

  test('follows redirects and keeps credentials to one origin', async () => {
    const { value, sent } = await run(
      `const r = await fetch('https://a.test/1', { method: 'POST', body: 'x', headers: { authorization: 'secret', q: '1' } }); return [r.url, r.redirected, await r.text()]`,
      ({ url }) =>
        url.endsWith('/1')
          ? [
              { status: 302, statusText: '', headers: [['location', 'https://b.test/2']], url },
              new Uint8Array(0),
            ]
          : ok('end'),
    );
    expect(value).toEqual(['https://b.test/2', true, 'end']);
    expect(sent.map(({ method, url }) => [method, url])).toEqual([
      ['POST', 'https://a.test/1'],
      ['GET', 'https://b.test/2'],
    ]);
    const second = Object.fromEntries(sent[1]?.headers ?? []);
    expect(second['authorization']).toBeUndefined();
    expect(second['q']).toBe('1');
    expect(sent[1]?.body).toBeUndefined();
  });

  test('manual, error and endless redirects', async () => {
    const { value, sent } = await run(
      `const m = await fetch('https://a.test/', { redirect: 'manual' }); const e = await fetch('https://a.test/', { redirect: 'error' }).catch((x) => x.cause.message); const n = await fetch('https://a.test/').catch((x) => [x.name, x.message, x.cause.message]); return [m.status, m.headers.get('location'), e, n]`,
      ({ url }) => [
        { status: 307, statusText: '', headers: [['location', '/next']], url },
        new Uint8Array(0),
      ],
    );
    expect(value).toEqual([
      307,
      '/next',
      'unexpected redirect',
      ['TypeError', 'fetch failed', 'redirect count exceeded'],
    ]);
    expect(sent).toHaveLength(2 + 21);
  });

  test('a failure is a TypeError with its cause', async () => {
    const { value } = await run(
      `return await fetch('https://a.test/').catch((e) => [e.name, e.message, e.cause.code, e.cause.message])`,
      () => {
        throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
      },
    );
    expect(value).toEqual(['TypeError', 'fetch failed', 'ECONNREFUSED', 'refused']);
  });

  test('AbortSignal.timeout() rejects while waiting', async () => {
    const { value } = await run(
      `const keep = setTimeout(() => {}, 200); const r = await fetch('https://a.test/', { signal: AbortSignal.timeout(5) }).catch((e) => [e.name, e.message]); clearTimeout(keep); return r`,
      () => new Promise(() => {}),
    );
    expect(value).toEqual(['TimeoutError', 'The operation was aborted due to timeout']);
  });

  test('data: URLs need no broker', async () => {
    const { value, sent } = await run(
      `const r = await fetch('data:text/plain;base64,aGk='); return [await r.text(), r.headers.get('content-type')]`,
      () => ok(''),
    );
    expect(value).toEqual(['hi', 'text/plain']);
    expect(sent).toEqual([]);
  });
});
