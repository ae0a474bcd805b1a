/**
 * jwt-check: lets only requests with a valid JSON Web Token pass (RFC 7519, HS256 of RFC 7518).
 *
 * Hook point: viewer-request. Environment: JWT_SECRET (needed), JWT_ISSUER and JWT_AUDIENCE
 * (checked when set), JWT_LEEWAY_SECONDS (30).
 *
 * The token comes as `Authorization: Bearer …` or in the cookie `token`. No package is needed. The
 * algorithm is fixed: a token that names another, `none` among them, is refused before its
 * signature is looked at. What the token says of its owner goes on as `x-user`; a header of that
 * name from the viewer is removed, so the origin can trust it.
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

/** The claims of a token that is signed with the secret, or the reason why it is none. */
function openToken(token, secret) {
  const parts = (token ?? '').split('.');
  if (parts.length !== 3) return { reason: 'no token' };
  const [head, payload, signature] = parts;
  try {
    if (parsePart(head).alg !== 'HS256') return { reason: 'another algorithm than HS256' };
    if (!isSigned(`${head}.${payload}`, signature, secret)) return { reason: 'bad signature' };
    const claims = parsePart(payload);
    if (typeof claims === 'object' && claims !== null) return { claims };
  } catch {
    // Not JSON: the same answer as for JSON that is no object.
  }
  return { reason: 'malformed token' };
}

/** What is wrong with the claims at this time and for this site; undefined when nothing is. */
function fault(claims, env, nowSeconds) {
  const { JWT_ISSUER, JWT_AUDIENCE, JWT_LEEWAY_SECONDS = '30' } = env;
  const leeway = Number(JWT_LEEWAY_SECONDS);
  const expiresAt = typeof claims.exp === 'number' ? claims.exp : 0;
  if (expiresAt + leeway <= nowSeconds) return 'expired';
  if (typeof claims.nbf === 'number' && claims.nbf - leeway > nowSeconds) return 'not valid yet';
  if (JWT_ISSUER && claims.iss !== JWT_ISSUER) return 'wrong issuer';
  if (JWT_AUDIENCE && ![claims.aud].flat().includes(JWT_AUDIENCE)) return 'wrong audience';
  return undefined;
}

/** @type {import('../edge-hook.d.ts').RequestHandler} */
exports.handler = async (event) => {
  const { request } = event.Records[0].cf;
  const secret = process.env.JWT_SECRET;
  const { claims, reason } = secret
    ? openToken(tokenOf(request.headers), secret)
    : { reason: 'no secret is configured' };
  const problem = reason ?? fault(claims, process.env, Date.now() / 1000);

  if (problem !== undefined) {
    // The log gets the reason; the viewer learns only that the token is not good.
    console.warn(`jwt-check: ${problem}`);
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
