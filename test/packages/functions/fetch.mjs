import { describe, json } from './reply.js';

const API = 'https://api.example.com';

const CASES = {
  get: async () => {
    const response = await fetch(`${API}/item?id=1`);
    const { status, statusText, headers, url } = response;
    return {
      status,
      statusText,
      type: headers.get('content-type'),
      url,
      data: await response.json(),
    };
  },
  post: async () => {
    const body = JSON.stringify({ name: 'edge' });
    const headers = { 'Content-Type': 'application/json' };
    return (await fetch(`${API}/echo`, { method: 'POST', body, headers })).json();
  },
  form: async () => {
    const body = new URLSearchParams({ a: '1', b: 'x y' });
    return (await fetch(new Request(`${API}/echo`, { method: 'PUT', body }))).json();
  },
  multipart: async () => {
    const body = new FormData();
    body.append('name', 'edge');
    body.append('file', new Blob(['content'], { type: 'text/plain' }), 'file.txt');
    return (await fetch(`${API}/echo`, { method: 'POST', body })).json();
  },
  'stream-body': async () => {
    const body = new Blob(['one, ', 'two']).stream();
    return (await fetch(`${API}/echo`, { method: 'POST', body, duplex: 'half' })).json();
  },
  clone: async () => {
    const response = await fetch(`${API}/long`);
    const copy = response.clone();
    const all = await Promise.all([response.bytes(), copy.bytes()]);
    return all.map(({ length }) => length);
  },
  'abort-in-content': async () => {
    const controller = new AbortController();
    const response = await fetch(`${API}/endless`, { signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    return { text: await response.text() };
  },
  redirect: async () => {
    const response = await fetch(`${API}/redirect`);
    return { data: await response.json(), url: response.url, redirected: response.redirected };
  },
  buffer: async () => {
    const bytes = new Uint8Array(await (await fetch(`${API}/bytes`)).arrayBuffer());
    return { length: bytes.length, first: bytes[0], last: bytes.at(-1) };
  },
  stream: async () => {
    const { body } = await fetch(`${API}/long`);
    let length = 0;
    for await (const chunk of body) length += chunk.length;
    return { length };
  },
  'first-part': async () => {
    const response = await fetch(`${API}/endless`);
    const reader = response.body.getReader();
    const { value } = await reader.read();
    await reader.cancel();
    return { text: new TextDecoder().decode(value) };
  },
  gzip: async () => (await fetch(`${API}/gzip`)).json(),
  missing: async () => {
    const response = await fetch(`${API}/missing`);
    return { ok: response.ok, status: response.status, text: await response.text() };
  },
  timeout: () => fetch(`${API}/never`, { signal: AbortSignal.timeout(200) }),
  reset: () => fetch(`${API}/reset`),
  cookies: async () => (await fetch(`${API}/cookies`)).headers.getSetCookie(),
};

export const handler = async (event) => {
  const name = event.Records[0].cf.request.uri.split('/')[2];
  try {
    return json(await CASES[name]());
  } catch (error) {
    return json({ ...describe(error), cause: error.cause && describe(error.cause) }, 502);
  }
};
