const http = require('http');
const { json } = require('./reply');

// What each case does with the request at once, and with the response when it is there.
const CASES = {
  read: { path: '/item', onResponse: (_request, response) => response.resume() },
  'read long': { path: '/slow', onResponse: (_request, response) => response.resume() },
  'destroy before the response': { path: '/never', onSent: (request) => request.destroy() },
  'destroy with an error': {
    path: '/never',
    onSent: (request) => request.destroy(new Error('mine')),
  },
  abort: { path: '/never', onSent: (request) => request.abort() },
  'destroy in the response': { path: '/slow', onResponse: (request) => request.destroy() },
  'destroy in the response with an error': {
    path: '/slow',
    onResponse: (request) => request.destroy(new Error('mine')),
  },
  'destroy the response': { path: '/slow', onResponse: (_request, response) => response.destroy() },
  'destroy the response with an error': {
    path: '/slow',
    onResponse: (_request, response) => response.destroy(new Error('mine')),
  },
  'cut off': { path: '/cut', onResponse: (_request, response) => response.resume() },
  'silence before the response': { path: '/never', timeout: 30, end: 'timeout' },
  'silence in the response': {
    path: '/halting',
    onResponse: (request, response) => {
      response.setTimeout(30, () => request.destroy());
      response.resume();
    },
  },
  'destroy the socket': { path: '/never', onSent: (request) => request.socket.destroy() },
  continue: {
    path: '/echo',
    method: 'PUT',
    headers: { Expect: '100-continue' },
    onContinue: (request) => request.end('content'),
    onResponse: (_request, response) => response.resume(),
  },
};

const OF_REQUEST = ['finish', 'continue', 'timeout', 'abort', 'error', 'close'];
const OF_RESPONSE = ['aborted', 'timeout', 'error', 'end', 'close'];

function watch(name, emitter, events, log) {
  for (const event of events) {
    emitter.on(event, (value) => {
      const detail = value instanceof Error ? ` ${value.code} ${value.message}` : '';
      log.push(`${name} ${event}${detail}`);
    });
  }
}

/** Runs one case against a server; resolves with the events in their order. */
exports.run = (name, origin) => {
  const { path, onSent, onContinue, onResponse, end = 'close', ...options } = CASES[name];
  const log = [];
  return new Promise((resolve) => {
    const agent = new http.Agent({ keepAlive: true });
    const request = http.request(`${origin}${path}`, { agent, ...options });
    let open = 1;
    const settle = () => {
      open -= 1;
      // The last close may be followed by others of the same turn.
      if (open === 0) setTimeout(() => resolve(log), 10);
    };
    watch('request', request, OF_REQUEST, log);
    request.on(end, settle);
    if (onSent) request.on('finish', () => setTimeout(() => onSent(request), 20));
    request.on('response', (response) => {
      open += 1;
      log.push(`response ${response.statusCode}`);
      watch('response', response, OF_RESPONSE, log);
      response.on('close', settle);
      onResponse?.(request, response);
    });
    if (onContinue) request.on('continue', () => onContinue(request));
    else request.end();
  });
};

exports.names = Object.keys(CASES);

exports.handler = async (event) => {
  const name = decodeURIComponent(event.Records[0].cf.request.uri.split('/')[2]);
  return json(await exports.run(name, 'http://api.example.com'));
};
