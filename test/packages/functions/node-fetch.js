const fetch = require('node-fetch');
const { describe, json } = require('./reply');

const CASES = {
  get: async () => {
    const response = await fetch('https://api.example.com/item?id=1');
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      data: await response.json(),
    };
  },
  post: async () => {
    const body = JSON.stringify({ name: 'edge' });
    const headers = { 'Content-Type': 'application/json' };
    return (await fetch('https://api.example.com/echo', { method: 'POST', body, headers })).json();
  },
  redirect: async () => {
    const response = await fetch('https://api.example.com/redirect');
    return { data: await response.json(), url: response.url, redirected: response.redirected };
  },
  manual: async () => {
    const response = await fetch('https://api.example.com/redirect', { redirect: 'manual' });
    return { status: response.status, location: response.headers.get('location') };
  },
  buffer: async () => {
    const bytes = await (await fetch('https://api.example.com/bytes')).buffer();
    return { length: bytes.length, first: bytes[0], last: bytes.at(-1) };
  },
  stream: async () => {
    const { body } = await fetch('https://api.example.com/long');
    let length = 0;
    for await (const chunk of body) length += chunk.length;
    return { length };
  },
  gzip: async () => (await fetch('https://api.example.com/gzip')).json(),
  missing: async () => {
    const response = await fetch('https://api.example.com/missing');
    return { ok: response.ok, status: response.status, text: await response.text() };
  },
  timeout: () => fetch('https://api.example.com/never', { timeout: 200 }),
  abort: () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    return fetch('https://api.example.com/never', { signal: controller.signal });
  },
  reset: () => fetch('https://api.example.com/reset'),
};

exports.handler = async (event) => {
  const name = event.Records[0].cf.request.uri.split('/')[2];
  try {
    return json(await CASES[name]());
  } catch (error) {
    return json({ ...describe(error), type: error.type }, 502);
  }
};
