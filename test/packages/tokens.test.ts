import { createHmac, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Reply } from '../support/test-edge.ts';
import { createIdentityProvider } from './identity-provider.ts';
import { type PackageEdge, startPackageEdge } from './package-edge.ts';
import { type Services, startServices } from './services.ts';

const LOGIN = 'https://login.example.com';
const COGNITO = 'https://cognito-idp.us-east-1.amazonaws.com';
const USER_POOL_ID = 'us-east-1_AbCdEf123';
const SECRET = 'a secret for tests';

const provider = createIdentityProvider({ issuer: LOGIN });
const stranger = createIdentityProvider({ issuer: LOGIN });
const userPool = createIdentityProvider({ issuer: `${COGNITO}/${USER_POOL_ID}` });
const ecKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;

describe('packages that sign and verify tokens', () => {
  let services: Services;
  let packages: PackageEdge;

  beforeAll(async () => {
    services = await startServices({
      'login.example.com': provider.service,
      'cognito-idp.us-east-1.amazonaws.com': (request, response) =>
        userPool.service(
          { ...request, url: request.url.replace(`/${USER_POOL_ID}`, '') },
          response,
        ),
    });
    const login = { environment: { ISSUER: LOGIN }, network: services.network(LOGIN) };
    packages = await startPackageEdge({
      'jsonwebtoken.js': {
        environment: {
          SECRET,
          PRIVATE_KEY: provider.privateKey.export({ format: 'pem', type: 'pkcs8' }),
          PUBLIC_KEY: provider.publicKey.export({ format: 'pem', type: 'spki' }),
        },
      },
      'jose.mjs': login,
      'jwks-rsa.js': login,
      'aws-jwt-verify.mjs': { environment: { USER_POOL_ID }, network: services.network(COGNITO) },
      'jwk-to-pem.js': {
        environment: {
          JWK: JSON.stringify(provider.publicKey.export({ format: 'jwk' })),
          EC_JWK: JSON.stringify(ecKey.export({ format: 'jwk' })),
        },
      },
    });
  });

  afterAll(async () => {
    await packages[Symbol.asyncDispose]();
    await services[Symbol.asyncDispose]();
  });

  function getWith(name: string, token: string): Promise<Reply> {
    return packages.edge.get(`/${name}/`, { headers: { authorization: `Bearer ${token}` } });
  }

  test('jsonwebtoken signs with HS256 and RS256', async () => {
    const { signed } = JSON.parse((await getWith('jsonwebtoken', 'none')).body);
    const [hmacInput, hmac] = partsOf(signed.HS256);
    expect(createHmac('sha256', SECRET).update(hmacInput).digest('base64url')).toBe(hmac);
    expect(claimsOf(signed.HS256)).toMatchObject({ sub: 'edge', exp: expect.any(Number) });
    const [rsaInput, signature] = partsOf(signed.RS256);
    const bytes = Buffer.from(signature, 'base64url');
    expect(verify('sha256', Buffer.from(rsaInput), provider.publicKey, bytes)).toBe(true);
    expect(claimsOf(signed.RS256)).toMatchObject({ sub: 'edge', iss: 'isoedge' });
  });

  test.each([
    ['a good RS256 token', provider.token({ aud: 'edge', sub: 'me' }), { sub: 'me', aud: 'edge' }],
    [
      'an expired one',
      provider.token({ aud: 'edge', exp: 1_700_000_000 }),
      { name: 'TokenExpiredError', message: 'jwt expired', expiredAt: '2023-11-14T22:13:20.000Z' },
    ],
    [
      'one for somebody else',
      provider.token({ aud: 'other' }),
      { name: 'JsonWebTokenError', message: 'jwt audience invalid. expected: edge' },
    ],
    [
      'one of a stranger',
      stranger.token({ aud: 'edge' }),
      { name: 'JsonWebTokenError', message: 'invalid signature' },
    ],
    ['text that is none', 'x.y.z', { name: 'JsonWebTokenError', message: 'invalid token' }],
  ])('jsonwebtoken verifies %s', async (_, token, expected) => {
    const { verified } = JSON.parse((await getWith('jsonwebtoken', token)).body);
    expect(verified).toMatchObject(expected);
  });

  test.each(['jose', 'jwks-rsa'])(
    '%s verifies tokens with keys that it fetches once',
    async (name) => {
      const before = services.requestsTo('login.example.com').length;
      const reply = await getWith(name, provider.token({ sub: 'me' }));
      expect(reply.status).toBe(200);
      expect(reply.body).toContain('"sub":"me"');
      const again = await getWith(name, provider.token({ sub: 'you' }));
      expect(again.body).toContain('"sub":"you"');
      const fetched = services.requestsTo('login.example.com').slice(before);
      expect(fetched.map(({ method, url }) => `${method} ${url}`)).toEqual([
        'GET /.well-known/jwks.json',
      ]);
    },
  );

  test('jose refuses the token of a stranger and an expired one', async () => {
    const foreign = await getWith('jose', stranger.token({ sub: 'me' }));
    expect([foreign.status, JSON.parse(foreign.body).code]).toEqual([
      401,
      'ERR_JWKS_NO_MATCHING_KEY',
    ]);
    const expired = await getWith('jose', provider.token({ exp: 1_700_000_000 }));
    expect([expired.status, JSON.parse(expired.body).code]).toEqual([401, 'ERR_JWT_EXPIRED']);
  });

  test('jwks-rsa refuses the token of a stranger', async () => {
    const reply = await getWith('jwks-rsa', stranger.token({ sub: 'me' }));
    expect(reply.status).toBe(401);
    expect(JSON.parse(reply.body).message).toContain('Unable to find a signing key that matches');
  });

  test('aws-jwt-verify lets a viewer with a token of the user pool pass to the origin', async () => {
    const token = userPool.token({ token_use: 'access', client_id: 'client-1', sub: 'me' });
    const reply = await packages.edge.get('/aws-jwt-verify/page', {
      headers: { authorization: token },
    });
    expect([reply.status, reply.body]).toEqual([200, 'origin saw /aws-jwt-verify/page']);
    expect(packages.origin.requests.at(-1)?.headers['x-user']).toBe('me');
    const fetched = services.requestsTo('cognito-idp.us-east-1.amazonaws.com');
    expect(fetched.map(({ url }) => url)).toEqual([`/${USER_POOL_ID}/.well-known/jwks.json`]);
  });

  test('aws-jwt-verify refuses a token of another client', async () => {
    const token = userPool.token({ token_use: 'access', client_id: 'client-2', sub: 'me' });
    const reply = await packages.edge.get('/aws-jwt-verify/', {
      headers: { authorization: token },
    });
    expect(reply.status).toBe(401);
    expect(JSON.parse(reply.body).message).toContain('not allowed: client-2');
  });

  test('jwk-to-pem makes keys that verify', async () => {
    const reply = await getWith('jwk-to-pem', provider.token({ sub: 'me' }));
    const { payload, pem, ecPem } = JSON.parse(reply.body);
    expect(payload.sub).toBe('me');
    expect(createPublicKey(pem).equals(provider.publicKey)).toBe(true);
    expect(createPublicKey(ecPem).equals(ecKey)).toBe(true);
  });
});

function partsOf(token: string): [input: string, signature: string] {
  const at = token.lastIndexOf('.');
  return [token.slice(0, at), token.slice(at + 1)];
}

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}
