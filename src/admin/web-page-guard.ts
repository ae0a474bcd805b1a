import { isIP } from 'node:net';
import { EdgeError } from '../base/edge-error.ts';

/**
 * Web pages can send requests to loopback addresses of their visitor, without a token and without asking. Browsers cannot
 * hide it: a request of another site has its name in Origin, and after DNS rebinding the site's name is in Host.
 */

/** The fields of a request that say who sent it. */
export interface SenderFields {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
}

/** Throws `EDGE_ADMIN_FORBIDDEN` for a request that a web page of another site sent to the listener on `listenHost`. */
export function refuseOtherSites(listenHost: string, fields: SenderFields): void {
  const { host, origin } = fields;
  if (isLoopback(listenHost) && host !== undefined && !isLoopback(hostnameOf(`http://${host}`))) {
    const expected = 'expected localhost or a loopback address';
    throw forbidden(`found "${host}" in Host, ${expected}`);
  }
  if (origin !== undefined && URL.parse(origin)?.host !== host) {
    throw forbidden(`found "${origin}" in Origin, expected the host of the listener`);
  }
}

function forbidden(detail: string): EdgeError {
  return new EdgeError('EDGE_ADMIN_FORBIDDEN', `Cannot answer a web page: ${detail}`);
}

function hostnameOf(url: string): string {
  return (URL.parse(url)?.hostname ?? '').replace(/^\[|\]$/g, '');
}

function isLoopback(hostname: string): boolean {
  if (isIP(hostname) === 4) return hostname.startsWith('127.');
  return hostname === 'localhost' || hostname === '::1';
}
