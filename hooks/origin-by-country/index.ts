/**
 * origin-by-country: sends requests to the origin that serves the visitor's country.
 *
 * Hook point: origin-request. The key must hold the country, or a copy for one country would go to
 * another:
 *
 *     "cachePolicies": { "regional": { "key": { "headers": ["cloudfront-viewer-country"] } } }
 *
 * Environment: ORIGIN_BY_COUNTRY, JSON: { "DE": "eu.example.com", "CH": "eu.example.com", "JP":
 * "ap.example.com" }.
 *
 * Countries that are not in the list stay with the configured origin. The `host` header is set as
 * well: it does not follow the domain name by itself, and most servers choose the site by it.
 */
import type { RequestHandler } from '../edge-hook.d.ts';

function originOf(country: string): string | undefined {
  const origins = JSON.parse(process.env['ORIGIN_BY_COUNTRY'] ?? '{}') as Record<string, string>;
  return Object.hasOwn(origins, country) ? origins[country] : undefined;
}

export const handler: RequestHandler = async (event) => {
  const { request } = event.Records[0].cf;
  const country = request.headers['cloudfront-viewer-country']?.[0]?.value ?? '';
  const domainName = originOf(country);
  if (domainName === undefined) return request;

  request.origin = {
    custom: {
      domainName,
      port: 443,
      protocol: 'https',
      path: request.origin?.custom?.path ?? '',
      sslProtocols: ['TLSv1.2'],
      readTimeout: 30,
      keepaliveTimeout: 5,
      customHeaders: request.origin?.custom?.customHeaders ?? {},
    },
  };
  request.headers['host'] = [{ key: 'Host', value: domainName }];
  return request;
};
