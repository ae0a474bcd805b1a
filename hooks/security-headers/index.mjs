/**
 * security-headers: adds the response headers that browsers use to protect a site.
 *
 * Hook point: viewer-response, so that hits get them too and nothing of it is stored. Environment:
 * CONTENT_SECURITY_POLICY ("default-src 'self'").
 *
 * A header that the origin sent itself is kept: it knows the page better. `Server` and
 * `X-Powered-By` are removed.
 */
const DEFAULTS = {
  'Strict-Transport-Security': 'max-age=63072000; includeSubDomains; preload',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'strict-origin-when-cross-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
};

const REVEALING = ['server', 'x-powered-by'];

/** @type {import('../edge-hook.d.ts').ResponseHandler} */
export const handler = async (event) => {
  const { response } = event.Records[0].cf;
  const { headers } = response;
  const policy = process.env.CONTENT_SECURITY_POLICY ?? "default-src 'self'";

  for (const [key, value] of Object.entries({ ...DEFAULTS, 'Content-Security-Policy': policy })) {
    headers[key.toLowerCase()] ??= [{ key, value }];
  }
  for (const name of REVEALING) delete headers[name];
  return response;
};
