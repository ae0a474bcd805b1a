import { createHash, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { replyJson, type Service } from './services.ts';

/** An OpenID provider: signs tokens, publishes its keys, and gives tokens for codes. */
export interface IdentityProvider {
  readonly issuer: string;
  readonly keyId: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** Serves discovery, keys and tokens. */
  readonly service: Service;
  /** A token with these claims beside issuer, `iat` and `exp`, signed with RS256. */
  token(claims: Readonly<Record<string, unknown>>): string;
  /**
   * Makes a code that the token endpoint accepts once, as after a login. `challenge` is that of
   * PKCE with S256.
   */
  codeFor(claims: Readonly<Record<string, unknown>>, challenge?: string): string;
}

interface Grant {
  readonly claims: Readonly<Record<string, unknown>>;
  readonly challenge: string | undefined;
}

export interface IdentityProviderOptions {
  readonly issuer: string;
  /** Path of the keys. */
  readonly keysPath?: string;
  /** Path of the token endpoint. */
  readonly tokenPath?: string;
}

export function createIdentityProvider({
  issuer,
  keysPath = '/.well-known/jwks.json',
  tokenPath = '/oauth2/token',
}: IdentityProviderOptions): IdentityProvider {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const keyId = randomUUID();
  const grants = new Map<string, Grant>();
  const token = (claims: Readonly<Record<string, unknown>>): string => {
    const now = Math.floor(Date.now() / 1000);
    const header = { alg: 'RS256', typ: 'JWT', kid: keyId };
    return signed(header, { iss: issuer, iat: now, exp: now + 300, ...claims }, privateKey);
  };
  const keys = [{ ...publicKey.export({ format: 'jwk' }), kid: keyId, alg: 'RS256', use: 'sig' }];
  const documents: Record<string, unknown> = {
    [keysPath]: { keys },
    '/.well-known/openid-configuration': {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}${tokenPath}`,
      jwks_uri: `${issuer}${keysPath}`,
    },
  };
  return {
    issuer,
    keyId,
    privateKey,
    publicKey,
    token,
    codeFor: (claims, challenge) => {
      const code = randomUUID();
      grants.set(code, { claims, challenge });
      return code;
    },
    service: (request, response) => {
      const path = request.url.replace(/\?.*/, '');
      const document = documents[path];
      if (document !== undefined) return replyJson(response, document);
      if (path !== tokenPath) return replyJson(response, { error: 'not_found' }, 404);
      const form = new URLSearchParams(request.content.toString());
      const grant = takeGrant(grants, form);
      if (grant === undefined) return replyJson(response, { error: 'invalid_grant' }, 400);
      replyJson(response, tokensFor(grant, token));
    },
  };
}

/** The grant of a code, once, if the verifier is that of its challenge (RFC 7636 §4.6). */
function takeGrant(grants: Map<string, Grant>, form: URLSearchParams): Grant | undefined {
  const code = form.get('code') ?? '';
  const grant = grants.get(code);
  grants.delete(code);
  if (grant?.challenge === undefined) return grant;
  const verifier = form.get('code_verifier') ?? '';
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  return challenge === grant.challenge ? grant : undefined;
}

function tokensFor({ claims }: Grant, token: IdentityProvider['token']): object {
  return {
    id_token: token({ token_use: 'id', ...claims }),
    access_token: token({ token_use: 'access', ...claims }),
    refresh_token: 'refresh-1',
    token_type: 'Bearer',
    expires_in: 300,
  };
}

function signed(header: object, claims: object, key: KeyObject): string {
  const input = [header, claims].map(encoded).join('.');
  return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`;
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
