const crypto = require('crypto');
const querystring = require('querystring');
const { callbackify } = require('util');
const axios = require('axios');
const cookie = require('cookie');
const jwkToPem = require('jwk-to-pem');
const jwt = require('jsonwebtoken');

const { ISSUER, CLIENT_ID, CLIENT_SECRET, SESSION_SECRET, CALLBACK } = process.env;
const SCOPE = 'openid email';
const SESSION_SECONDS = 3600;

// Fetched by the first request of an environment and kept.
let provider;

async function discover() {
  const { data: discovery } = await axios.get(`${ISSUER}/.well-known/openid-configuration`);
  const { data: jwks } = await axios.get(discovery.jwks_uri);
  return { discovery, jwks };
}

exports.handler = (event, _context, callback) => {
  const { request } = event.Records[0].cf;
  callbackify(answer)(request, (error, response) => {
    callback(null, error ? page('500', 'Internal Server Error', error.message) : response);
  });
};

async function answer(request) {
  provider ??= await discover();
  const cookies = cookie.parse(request.headers.cookie?.map(({ value }) => value).join('; ') ?? '');
  if (request.uri === CALLBACK) return finishLogin(request, cookies);
  if (cookies.SESSION === undefined) return startLogin(request);
  try {
    const { sub } = jwt.verify(cookies.SESSION, SESSION_SECRET, { algorithms: ['HS256'] });
    request.headers['x-user'] = [{ key: 'X-User', value: sub }];
    return request;
  } catch (error) {
    if (error.name === 'TokenExpiredError') return startLogin(request);
    return page('401', 'Unauthorized', `Session refused: ${error.message}`);
  }
}

function startLogin(request) {
  const nonce = crypto.randomBytes(32).toString('hex');
  const verifier = crypto.randomBytes(32).toString('base64url');
  const query = querystring.stringify({
    client_id: CLIENT_ID,
    redirect_uri: `https://${request.headers.host[0].value}${CALLBACK}`,
    response_type: 'code',
    scope: SCOPE,
    state: request.querystring === '' ? request.uri : `${request.uri}?${request.querystring}`,
    nonce,
    code_challenge: crypto.createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const authorize = provider.discovery.authorization_endpoint;
  return redirect(`${authorize}?${query}`, [
    sessionCookie('NONCE', nonce, 600),
    sessionCookie('VERIFIER', verifier, 600),
  ]);
}

async function finishLogin(request, cookies) {
  const { code, state, error } = querystring.parse(request.querystring);
  if (error !== undefined) return page('401', 'Unauthorized', error);
  let idToken;
  try {
    const { data } = await axios.post(
      provider.discovery.token_endpoint,
      querystring.stringify({
        grant_type: 'authorization_code',
        code,
        redirect_uri: `https://${request.headers.host[0].value}${CALLBACK}`,
        code_verifier: cookies.VERIFIER,
      }),
      { auth: { username: CLIENT_ID, password: CLIENT_SECRET } },
    );
    idToken = data.id_token;
  } catch ({ response, message }) {
    return page('401', 'Unauthorized', response?.data.error ?? message);
  }
  const { header } = jwt.decode(idToken, { complete: true });
  const key = provider.jwks.keys.find(({ kid }) => kid === header.kid);
  const claims = jwt.verify(idToken, jwkToPem(key), {
    algorithms: ['RS256'],
    issuer: ISSUER,
    audience: CLIENT_ID,
  });
  if (claims.nonce !== cookies.NONCE) return page('401', 'Unauthorized', 'nonce differs');
  const session = jwt.sign({ sub: claims.sub }, SESSION_SECRET, { expiresIn: SESSION_SECONDS });
  return redirect(state, [
    sessionCookie('SESSION', session, SESSION_SECONDS),
    sessionCookie('NONCE', '', 0),
    sessionCookie('VERIFIER', '', 0),
  ]);
}

function sessionCookie(name, value, maxAge) {
  return cookie.serialize(name, value, { path: '/', httpOnly: true, secure: true, maxAge });
}

function redirect(location, cookies) {
  return {
    status: '302',
    statusDescription: 'Found',
    headers: {
      location: [{ key: 'Location', value: location }],
      'cache-control': [{ key: 'Cache-Control', value: 'no-store' }],
      'set-cookie': cookies.map((value) => ({ key: 'Set-Cookie', value })),
    },
  };
}

function page(status, statusDescription, text) {
  return {
    status,
    statusDescription,
    headers: { 'content-type': [{ key: 'Content-Type', value: 'text/plain' }] },
    body: text,
  };
}
