import { createRemoteJWKSet, jwtVerify, SignJWT } from 'jose';
import { describe, json } from './reply.js';

const { ISSUER } = process.env;
const keys = createRemoteJWKSet(new URL(`${ISSUER}/.well-known/jwks.json`));

export const handler = async (event) => {
  const { request } = event.Records[0].cf;
  const token = request.headers.authorization[0].value.slice('Bearer '.length);
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, { issuer: ISSUER });
    const secret = new TextEncoder().encode('a secret of at least 32 bytes, for HS256');
    const session = await new SignJWT({ sub: payload.sub })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('1h')
      .sign(secret);
    const again = await jwtVerify(session, secret);
    return json({ payload, protectedHeader, again: again.payload.sub });
  } catch (error) {
    return json(describe(error), 401);
  }
};
