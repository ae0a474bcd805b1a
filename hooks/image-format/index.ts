/**
 * image-format: asks the origin for the best image format that the browser takes.
 *
 * Hook point: origin-request. The cache key must hold `accept`, or every browser would get the
 * first one's format:
 *
 *     "cachePolicies": { "images": { "key": { "headers": ["accept"] } } }
 *
 * Environment: IMAGE_FORMATS ("avif,webp"), the formats that the origin has, the best first.
 *
 * `/photos/cat.jpg` becomes `/photos/cat.jpg.avif`: the origin keeps the converted files beside the
 * originals. A browser that names no format (a bare wildcard does not count) gets the original.
 */
import type { RequestHandler } from '../edge-hook.d.ts';

const IMAGE = /\.(?:jpe?g|png)$/i;

export const handler: RequestHandler = async (event) => {
  const { request } = event.Records[0].cf;
  if (!IMAGE.test(request.uri)) return request;

  const accepted = new Set<string>();
  for (const { value } of request.headers['accept'] ?? []) {
    for (const range of value.split(',')) {
      const [type = '', ...parameters] = range
        .trim()
        .toLowerCase()
        .split(/\s*;\s*/);
      if (!parameters.some((one) => /^q=0(?:\.0*)?$/.test(one))) accepted.add(type);
    }
  }
  const formats = (process.env['IMAGE_FORMATS'] ?? 'avif,webp').split(',');
  const format = formats.find((one) => accepted.has(`image/${one}`));
  if (format !== undefined) request.uri += `.${format}`;
  return request;
};
