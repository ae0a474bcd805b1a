import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { EdgeError } from '../base/edge-error.ts';

/** Says whether the value of an Authorization field carries the token. */
export type TokenCheck = (authorization: string | undefined) => boolean;

const BEARER = /^Bearer +([^ ]+) *$/i;

/**
 * Reads the token file, with blanks around the token ignored. Throws `EDGE_CONFIG_UNREADABLE` if it cannot be read or
 * holds no token: an empty file must not open the listener to everybody.
 */
export function readTokenCheck(tokenFile: string | undefined): TokenCheck {
  if (tokenFile === undefined) return () => true;
  const expected = digest(readToken(tokenFile));
  return (authorization) => {
    const token = BEARER.exec(authorization ?? '')?.[1];
    // Digests have one length, so the comparison takes the same time for every token.
    return token !== undefined && timingSafeEqual(digest(token), expected);
  };
}

function readToken(tokenFile: string): string {
  const action = `Cannot read admin token file "${tokenFile}"`;
  let token: string;
  try {
    token = readFileSync(tokenFile, 'utf8').trim();
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new EdgeError('EDGE_CONFIG_UNREADABLE', `${action}: ${found}`, { cause });
  }
  if (token !== '' && !/\s/.test(token)) return token;
  const found = token === '' ? 'file is empty' : 'found blanks inside';
  throw new EdgeError('EDGE_CONFIG_UNREADABLE', `${action}: ${found}, expected one token`);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
