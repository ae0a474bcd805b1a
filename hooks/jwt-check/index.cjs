/**
 * jwt-check: lets only requests with a valid JSON Web Token pass (RFC 7519, HS256 of RFC 7518).
 *
 * Hook point: viewer-request.
 * Environment: JWT_SECRET (needed), JWT_ISSUER and JWT_AUDIENCE (checked when set), JWT_LEEWAY_SECONDS (30).
 *
 * The token comes as `Authorization: Bearer …` or in the cookie `token`. No package is needed. The algorithm is fixed: a token
 * that names another, `none` among them, is refused before its signature is looked at. What the token says of its owner goes on
 * as `x-user`; a header of that name from the viewer is removed, so the origin can trust it.
 */
'use strict';

const { createHmac, timingSafeEqual } = require('node:crypto');

function tokenOf(headers) {
  const bearer = /^bearer +(\S+)$/i.exec(headers.authorization?.[0]?.value ?? '');
  if (bearer !== null) return bearer[1];
  const cookies = (headers.cookie ?? []).map(({ value }) => value).join('; ');
  return /(?:^|;\s*)token=([^;\s]+)/.exec(cookies)?.[1];
}

function parsePart(part) {
  return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
}

function isSigned(content, signature, secret) {
  const expected = createHmac('sha256', secret).update(content).digest();
  const given = Buffer.from(signature, 'base64url');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** The claims of a good token, or the reason why it is none. */
function verify(token, env, nowSeconds) {
  const { JWT_SECRET, JWT_ISSUER, JWT_AUDIENCE, JWT_LEEWAY_SECONDS = '30' } = env;
  if (!JWT_SECRET) return { reason: 'no secret is configured' };
  const parts = (token ?? '').split('.');
  if (parts.length !== 3) return { reason: 'no token' };
  const [head, payload, signature] = parts;
  let claims;
  try {
    if (parsePart(head).alg !== 'HS256') return { reason: 'another algorithm than HS256' };
    if (!isSigned(`${head}.${payload}`, signature, JWT_SECRET)) return { reason: 'bad signature' };
    claims = parsePart(payload);
  } catch {
    return { reason: 'malformed token' };
  }
  if (typeof claims !== 'object' || claims === null) return { reason: 'malformed token' };
  const leeway = Number(JWT_LEEWAY_SECONDS);
  if (!(typeof claims.exp === 'number' && claims.exp + leeway > nowSeconds))
    return { reason: 'expired' };
  if (typeof claims.nbf === 'number' && claims.nbf - leeway > nowSeconds)
    return { reason: 'not valid yet' };
  if (JWT_ISSUER && claims.iss !== JWT_ISSUER) return { reason: 'wrong issuer' };
  if (JWT_AUDIENCE && ![claims.aud].flat().includes(JWT_AUDIENCE))
    return { reason: 'wrong audience' };
  return { claims };
}

/** @type {import('../edge-hook.d.ts').RequestHandler} */
exports.handler = async (event) => {
  const { request } = event.Records[0].cf;
  const { claims, reason } = verify(tokenOf(request.headers), process.env, Date.now() / 1000);

  if (claims === undefined) {
    // The log gets the reason; the viewer learns only that the token is not good.
    console.warn(`jwt-check: ${reason}`);
    return {
      status: '401',
      statusDescription: 'Unauthorized',
      headers: {
        'www-authenticate': [{ key: 'WWW-Authenticate', value: 'Bearer error="invalid_token"' }],
        'cache-control': [{ key: 'Cache-Control', value: 'no-store' }],
      },
    };
  }
  delete request.headers['x-user'];
  if (typeof claims.sub === 'string') {
    request.headers['x-user'] = [{ key: 'X-User', value: encodeURIComponent(claims.sub) }];
  }
  return request;
};
