import type { FieldNames } from './fields.ts';

/** Names that custom headers of an origin may not have (CloudFront developer guide, origin custom headers). */
const DENIED: FieldNames = new Set([
  'cache-control',
  'connection',
  'content-length',
  'cookie',
  'host',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'max-forwards',
  'pragma',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'range',
  'request-range',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
  'x-real-ip',
]);

const DENIED_PREFIXES = ['x-amz-', 'x-edge-'];

/** Whether a custom header of an origin may not have this name. */
export function isDeniedCustomHeader(lowerName: string): boolean {
  return DENIED.has(lowerName) || DENIED_PREFIXES.some((prefix) => lowerName.startsWith(prefix));
}
