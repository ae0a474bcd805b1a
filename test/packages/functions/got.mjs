import { got } from 'got';
import { describe, json } from './reply.js';

const api = got.extend({ prefixUrl: 'https://api.example.com', retry: { limit: 0 } });

const CASES = {
  get: async () => {
    const { statusCode, headers, body } = await api('item', {
      searchParams: { id: 'a b' },
      responseType: 'json',
    });
    return { status: statusCode, type: headers['content-type'], data: body };
  },
  post: () => api.post('echo', { json: { name: 'edge' } }).json(),
  redirect: async () => {
    const { body, url, redirectUrls } = await api('redirect');
    return { data: JSON.parse(body), url, redirects: redirectUrls.map(String) };
  },
  buffer: async () => {
    const bytes = await api('bytes').buffer();
    return { length: bytes.length, first: bytes[0], last: bytes.at(-1) };
  },
  stream: async () => {
    let length = 0;
    for await (const chunk of api.stream('long')) length += chunk.length;
    return { length };
  },
  gzip: () => api('gzip').json(),
  missing: () => api('missing'),
  timeout: () => api('never', { timeout: { request: 200 } }),
  retry: async () => {
    const { body, retryCount } = await got('https://api.example.com/flaky', {
      retry: { limit: 2, calculateDelay: ({ computedValue }) => computedValue && 1 },
    });
    return { body, retryCount };
  },
  reset: () => api('reset'),
};

export const handler = async (event) => {
  const name = event.Records[0].cf.request.uri.split('/')[2];
  try {
    return json(await CASES[name]());
  } catch (error) {
    return json({ ...describe(error), status: error.response?.statusCode }, 502);
  }
};
