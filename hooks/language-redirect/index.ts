/**
 * language-redirect: sends visitors of `/` to the part of the site in their language.
 *
 * Hook point: viewer-request. Environment: LANGUAGES ("en,de,fr"), the first is the fallback.
 *
 * A `language` cookie wins over Accept-Language (RFC 9110 §12.5.4), so a choice made on the site
 * stays. Quality values are respected; `de-CH` is served by `de`. The redirect is temporary and
 * must not be stored: it depends on who asks.
 */
import type { Headers, RequestHandler } from '../edge-hook.d.ts';

interface Preference {
  readonly language: string;
  readonly quality: number;
}

/** The languages of Accept-Language, the most wanted first. */
function preferences(headers: Headers): string[] {
  const text = (headers['accept-language'] ?? []).map(({ value }) => value).join(',');
  const wanted: Preference[] = [];
  for (const part of text.split(',')) {
    const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
    const weight = parameters.map((one) => /^\s*q=([\d.]+)\s*$/.exec(one)?.[1]).find(Boolean);
    const quality = weight === undefined ? 1 : Number(weight);
    if (tag !== '' && quality > 0) wanted.push({ language: tag.split('-')[0] ?? '', quality });
  }
  return wanted.sort((a, b) => b.quality - a.quality).map(({ language }) => language);
}

/** The language that the visitor chose on the site. */
function chosenLanguage(headers: Headers): string | undefined {
  const cookies = (headers['cookie'] ?? []).map(({ value }) => value).join('; ');
  return /(?:^|;\s*)language=([a-z]{2,3})(?:;|$)/.exec(cookies)?.[1];
}

export const handler: RequestHandler = async (event) => {
  const { request } = event.Records[0].cf;
  if (request.uri !== '/') return request;

  const languages = (process.env['LANGUAGES'] ?? 'en,de,fr').split(',');
  const wanted = [chosenLanguage(request.headers), ...preferences(request.headers)];
  const language = wanted.find((one) => one !== undefined && languages.includes(one));
  const query = request.querystring === '' ? '' : `?${request.querystring}`;
  return {
    status: '302',
    statusDescription: 'Found',
    headers: {
      location: [{ key: 'Location', value: `/${language ?? languages[0]}/${query}` }],
      'cache-control': [{ key: 'Cache-Control', value: 'private, no-store' }],
      vary: [{ key: 'Vary', value: 'Accept-Language, Cookie' }],
    },
  };
};
