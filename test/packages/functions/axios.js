const axios = require('axios');
const { describe, json } = require('./reply');

const api = axios.create({ baseURL: 'https://api.example.com', headers: { 'X-Client': 'edge' } });

const CASES = {
  get: async () => {
    const { status, statusText, headers, data } = await api.get('/item', { params: { id: 'a b' } });
    return { status, statusText, type: headers['content-type'], data };
  },
  post: async () => (await api.post('/echo', { name: 'edge', list: [1, 2] })).data,
  form: async () => (await api.post('/echo', new URLSearchParams({ a: '1', b: 'x y' }))).data,
  redirect: async () => {
    const { data, request } = await api.get('/redirect');
    return { data, url: request.res.responseUrl };
  },
  buffer: async () => {
    const { data } = await api.get('/bytes', { responseType: 'arraybuffer' });
    return {
      length: data.length,
      isBuffer: Buffer.isBuffer(data),
      first: data[0],
      last: data.at(-1),
    };
  },
  stream: async () => {
    const { data } = await api.get('/long', { responseType: 'stream' });
    let length = 0;
    for await (const chunk of data) length += chunk.length;
    return { length };
  },
  gzip: async () => (await api.get('/gzip')).data,
  missing: () => api.get('/missing'),
  timeout: () => api.get('/never', { timeout: 200 }),
  abort: () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    return api.get('/never', { signal: controller.signal });
  },
  reset: () => api.get('/reset'),
  basic: async () => (await api.get('/echo', { auth: { username: 'u', password: 'p' } })).data,
};

exports.handler = async (event) => {
  const name = event.Records[0].cf.request.uri.split('/')[2];
  try {
    return json(await CASES[name]());
  } catch (error) {
    const { response } = error;
    return json({ ...describe(error), status: response?.status, data: response?.data }, 502);
  }
};
