/** Which encodings a cache policy normalizes Accept-Encoding to (EnableAcceptEncodingGzip and …Brotli). */
export interface AcceptEncodingFlags {
  readonly gzip: boolean;
  readonly brotli: boolean;
}

/** True if a member of Accept-Encoding names `coding` with a weight above zero (RFC 9110 §12.5.3). */
function accepts(acceptEncoding: string, coding: string): boolean {
  for (const member of acceptEncoding.split(',')) {
    const [name = '', ...parameters] = member.split(';');
    if (name.trim().toLowerCase() !== coding) continue;
    return !parameters.some((parameter) => /^\s*q\s*=\s*0(\.0*)?\s*$/i.test(parameter));
  }
  return false;
}

/**
 * The Accept-Encoding that keys a stored response and goes to the origin (CloudFront developer guide): `br,gzip`, `br`, `gzip`,
 * `identity` when the viewer accepts none of the enabled codings (which does not join the key), or `undefined` when it sent
 * no such field. Only for a policy with at least one flag set.
 */
export function normalizedAcceptEncoding(
  acceptEncoding: string | undefined,
  flags: AcceptEncodingFlags,
): 'br,gzip' | 'br' | 'gzip' | 'identity' | undefined {
  if (acceptEncoding === undefined) return undefined;
  const brotli = flags.brotli && accepts(acceptEncoding, 'br');
  const gzip = flags.gzip && accepts(acceptEncoding, 'gzip');
  if (brotli) return gzip ? 'br,gzip' : 'br';
  return gzip ? 'gzip' : 'identity';
}
