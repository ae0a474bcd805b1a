const http = require('http');
const https = require('https');
const { callbackify } = require('util');
const { describe, json } = require('./reply');

const agent = new https.Agent({ keepAlive: true, maxSockets: 10 });

function send(options, content) {
  return new Promise((resolve, reject) => {
    const client = options.protocol === 'http:' ? http : https;
    const request = client.request({ hostname: 'api.example.com', ...options }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode, statusMessage, headers, rawHeaders, httpVersion } = response;
        const text = Buffer.concat(chunks).toString();
        resolve({ status: statusCode, statusMessage, headers, rawHeaders, httpVersion, text });
      });
    });
    request.on('error', reject);
    request.on('timeout', () => request.destroy(new Error('too slow')));
    request.end(content);
  });
}

const CASES = {
  get: async () => {
    const { status, statusMessage, text, httpVersion } = await send({ path: '/item?id=1', agent });
    return { status, statusMessage, httpVersion, data: JSON.parse(text) };
  },
  plain: async () => JSON.parse((await send({ protocol: 'http:', path: '/echo' })).text),
  put: async () => {
    const headers = { 'Content-Type': 'text/plain', 'X-Many': ['a', 'b'] };
    return JSON.parse((await send({ path: '/echo', method: 'PUT', headers, agent }, 'grüße')).text);
  },
  cookies: async () => {
    const { headers, rawHeaders } = await send({ path: '/cookies' });
    return { cookies: headers['set-cookie'], names: rawHeaders.filter((_, i) => i % 2 === 0) };
  },
  head: async () => {
    const { status, headers, text } = await send({ path: '/item', method: 'HEAD' });
    return { status, length: headers['content-length'], text };
  },
  timeout: () => send({ path: '/never', timeout: 200 }),
  reset: () => send({ path: '/reset' }),
  stranger: () => send({ hostname: 'elsewhere.example.com', path: '/' }),
};

exports.handler = (event, _context, callback) => {
  const name = event.Records[0].cf.request.uri.split('/')[2];
  callbackify(CASES[name])((error, value) => {
    callback(null, error ? json(describe(error), 502) : json(value));
  });
};
