/**
 * basic-auth: asks for a user name and a password (RFC 7617).
 *
 * Hook point: viewer-request, so that cached pages are guarded too. Environment: BASIC_AUTH_USER
 * and BASIC_AUTH_PASSWORD (needed), BASIC_AUTH_REALM ("Restricted").
 *
 *     "functions": {
 *       "auth": { "code": "./hooks/basic-auth", "handler": "index.handler",
 *                 "environment": { "BASIC_AUTH_USER": "alice", "BASIC_AUTH_PASSWORD": "…" } }
 *     },
 *     "behaviors": [{ "path": "*", "origin": "app", "hooks": { "viewer-request": "auth" } }]
 *
 * The header is removed before the request goes on: the origin has no use for the password. Without
 * the two variables nobody gets in. Use it behind TLS only.
 */
'use strict';

const { createHash, timingSafeEqual } = require('node:crypto');

function digestOf(text) {
  return createHash('sha256').update(text, 'utf8').digest();
}

/** Compares in constant time; the digests make both sides the same length. */
function isEqual(given, expected) {
  return timingSafeEqual(digestOf(given), digestOf(expected));
}

/** The `user:password` of an Authorization header, or undefined. */
function credentialsOf(headers) {
  const match = /^basic +([a-z0-9+/=]+)$/i.exec(headers.authorization?.[0]?.value ?? '');
  return match === null ? undefined : Buffer.from(match[1], 'base64').toString('utf8');
}

/** @type {import('../edge-hook.d.ts').RequestHandler} */
exports.handler = async (event) => {
  const { request } = event.Records[0].cf;
  const { BASIC_AUTH_USER, BASIC_AUTH_PASSWORD, BASIC_AUTH_REALM = 'Restricted' } = process.env;
  const credentials = credentialsOf(request.headers);

  if (
    BASIC_AUTH_USER &&
    BASIC_AUTH_PASSWORD &&
    credentials !== undefined &&
    isEqual(credentials, `${BASIC_AUTH_USER}:${BASIC_AUTH_PASSWORD}`)
  ) {
    delete request.headers.authorization;
    return request;
  }
  const realm = BASIC_AUTH_REALM.replace(/["\\]/g, '\\$&');
  return {
    status: '401',
    statusDescription: 'Unauthorized',
    headers: {
      'www-authenticate': [
        { key: 'WWW-Authenticate', value: `Basic realm="${realm}", charset="UTF-8"` },
      ],
      'cache-control': [{ key: 'Cache-Control', value: 'no-store' }],
      'content-type': [{ key: 'Content-Type', value: 'text/plain; charset=utf-8' }],
    },
    body: 'User name and password needed\n',
  };
};
