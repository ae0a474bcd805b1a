import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Reply } from '../support/test-edge.ts';
import { createIdentityProvider } from './identity-provider.ts';
import { type PackageEdge, startPackageEdge } from './package-edge.ts';
import { type Services, startServices } from './services.ts';

const LOGIN = 'https://login.example.com';
const COGNITO = 'https://cognito-idp.us-east-1.amazonaws.com';
const USER_POOL_ID = 'us-east-1_AbCdEf123';
const USER_POOL_DOMAIN = 'pool.auth.us-east-1.amazoncognito.com';
const SITE = 'www.example.com';
const CALLBACK = '/openid/_callback';

const provider = createIdentityProvider({ issuer: LOGIN });
const userPool = createIdentityProvider({ issuer: `${COGNITO}/${USER_POOL_ID}` });

describe('functions that log viewers in', () => {
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
      [USER_POOL_DOMAIN]: userPool.service,
    });
    packages = await startPackageEdge({
      'cognito.js': {
        environment: { USER_POOL_ID, USER_POOL_DOMAIN },
        network: services.network(COGNITO, `https://${USER_POOL_DOMAIN}`),
      },
      'openid.js': {
        environment: {
          ISSUER: LOGIN,
          CLIENT_ID: 'client-1',
          CLIENT_SECRET: 'client secret',
          SESSION_SECRET: 'session secret',
          CALLBACK,
        },
        network: services.network(LOGIN),
      },
    });
  });

  afterAll(async () => {
    await packages[Symbol.asyncDispose]();
    await services[Symbol.asyncDispose]();
  });

  function visit(path: string, cookies: Readonly<Record<string, string>> = {}): Promise<Reply> {
    const pairs = Object.entries(cookies).map(([name, value]) => `${name}=${value}`);
    const headers = { host: SITE, ...(pairs.length > 0 && { cookie: pairs.join('; ') }) };
    return packages.edge.get(path, { headers });
  }

  /**
   * Asks for a page, and gives the query of the redirect to the provider with the cookies that came
   * along.
   */
  async function startLogin(path: string) {
    const reply = await visit(path);
    expect(reply.status).toBe(302);
    const location = new URL(reply.headers.location ?? '');
    return { location, query: location.searchParams, cookies: cookiesOf(reply) };
  }

  test('a whole OpenID login: discovery, PKCE, code, keys, session, page', async () => {
    const { location, query, cookies } = await startLogin('/openid/page?x=1');
    expect(location.origin + location.pathname).toBe(`${LOGIN}/authorize`);
    expect(Object.fromEntries(query)).toMatchObject({
      client_id: 'client-1',
      redirect_uri: `https://${SITE}${CALLBACK}`,
      response_type: 'code',
      scope: 'openid email',
      state: '/openid/page?x=1',
      code_challenge: createHash('sha256')
        .update(cookies.VERIFIER ?? '')
        .digest('base64url'),
      nonce: cookies.NONCE,
    });

    const claims = { aud: 'client-1', sub: 'me', nonce: query.get('nonce') };
    const code = provider.codeFor(claims, query.get('code_challenge') ?? '');
    const state = encodeURIComponent(query.get('state') ?? '');
    const back = await visit(`${CALLBACK}?code=${code}&state=${state}`, cookies);
    expect([back.status, back.headers.location]).toEqual([302, '/openid/page?x=1']);
    const session = cookiesOf(back);
    expect(session).toMatchObject({ NONCE: '', VERIFIER: '' });
    const exchange = services.requestsTo('login.example.com').at(-1);
    expect(exchange).toMatchObject({ method: 'POST', url: '/oauth2/token' });
    expect(exchange?.headers).toMatchObject({
      authorization: `Basic ${Buffer.from('client-1:client secret').toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    });

    const page = await visit('/openid/page?x=1', { SESSION: session.SESSION ?? '' });
    expect([page.status, page.body]).toEqual([200, 'origin saw /openid/page?x=1']);
    expect(packages.origin.requests.at(-1)?.headers['x-user']).toBe('me');
    // Discovery and keys were fetched once, by the first of the three requests.
    expect(services.requestsTo('login.example.com').map(({ url }) => url)).toEqual([
      '/.well-known/openid-configuration',
      '/.well-known/jwks.json',
      '/oauth2/token',
    ]);
  });

  test.each([
    ['a code that the provider does not know', 'wrong', undefined, 'invalid_grant'],
    ['the code of another login', undefined, 'another nonce', 'nonce differs'],
  ])('OpenID refuses %s', async (_, wrongCode, wrongNonce, reason) => {
    const { query, cookies } = await startLogin('/openid/page');
    const claims = { aud: 'client-1', sub: 'me', nonce: wrongNonce ?? query.get('nonce') };
    const code = wrongCode ?? provider.codeFor(claims, query.get('code_challenge') ?? '');
    const reply = await visit(`${CALLBACK}?code=${code}&state=%2F`, cookies);
    expect([reply.status, reply.body]).toEqual([401, reason]);
  });

  test('OpenID refuses a code without the verifier of its login', async () => {
    const { query, cookies } = await startLogin('/openid/page');
    const claims = { aud: 'client-1', sub: 'me', nonce: query.get('nonce') };
    const code = provider.codeFor(claims, query.get('code_challenge') ?? '');
    const stolen = { ...cookies, VERIFIER: 'guessed' };
    const reply = await visit(`${CALLBACK}?code=${code}&state=%2F`, stolen);
    expect([reply.status, reply.body]).toEqual([401, 'invalid_grant']);
  });

  test('OpenID refuses a session that somebody made up', async () => {
    const reply = await visit('/openid/page', { SESSION: 'a.b.c' });
    expect([reply.status, reply.body]).toEqual([401, 'Session refused: invalid token']);
  });

  test('cognito-at-edge: login, code exchange, page with the cookies', async () => {
    const { location, query } = await startLogin('/cognito/page?x=1');
    expect(location.origin + location.pathname).toBe(`https://${USER_POOL_DOMAIN}/authorize`);
    expect(Object.fromEntries(query)).toEqual({
      redirect_uri: `https://${SITE}`,
      response_type: 'code',
      client_id: 'client-1',
      state: '/cognito/page?x=1',
    });

    const code = userPool.codeFor({ aud: 'client-1', sub: 's-1', 'cognito:username': 'me' });
    const state = encodeURIComponent('/cognito/page?x=1');
    const back = await visit(`/cognito/?code=${code}&state=${state}`);
    expect([back.status, back.headers.location]).toEqual([302, `https://${SITE}/cognito/page?x=1`]);
    const [exchange] = services.requestsTo(USER_POOL_DOMAIN);
    expect(exchange).toMatchObject({ method: 'POST', url: '/oauth2/token' });
    expect(Object.fromEntries(new URLSearchParams(String(exchange?.content)))).toEqual({
      client_id: 'client-1',
      code,
      grant_type: 'authorization_code',
      redirect_uri: `https://${SITE}`,
    });

    const page = await visit('/cognito/page?x=1', cookiesOf(back));
    expect([page.status, page.body]).toEqual([200, 'origin saw /cognito/page?x=1']);
    expect(services.requestsTo('cognito-idp.us-east-1.amazonaws.com')).toHaveLength(1);
  });

  test('cognito-at-edge sends a viewer with a token of a stranger to the login', async () => {
    const stranger = createIdentityProvider({ issuer: userPool.issuer });
    const token = stranger.token({ token_use: 'id', aud: 'client-1', 'cognito:username': 'me' });
    const name = 'CognitoIdentityServiceProvider.client-1.me.idToken';
    const reply = await visit('/cognito/page', { [name]: token });
    expect(reply.status).toBe(302);
    expect(reply.headers.location).toContain(`https://${USER_POOL_DOMAIN}/authorize?`);
  });
});

function cookiesOf(reply: Reply): Record<string, string> {
  const pairs = (reply.headers['set-cookie'] ?? []).map((line) => {
    const [pair = ''] = line.split(';');
    const at = pair.indexOf('=');
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
  return Object.fromEntries(pairs);
}
