/**
 * query-normalise: gives queries that mean the same the same form, so that they share one stored
 * response.
 *
 * Hook point: viewer-request, before the cache key is made. Environment: IGNORED_PARAMETERS
 * ("utm_*,gclid,fbclid,msclkid"), names to drop; a `*` at the end stands for any ending.
 *
 * Parameters are sorted by name; those of one name keep their order, because applications read them
 * as lists. The text of each parameter stays as the viewer wrote it: encoding it anew would change
 * what signatures over it say.
 */

/** Whether one of the patterns fits the name. */
function isIgnored(name, patterns) {
  return patterns.some((pattern) =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
  );
}

/** @type {import('../edge-hook.d.ts').RequestHandler} */
export const handler = async (event) => {
  const { request } = event.Records[0].cf;
  const setting = process.env.IGNORED_PARAMETERS ?? 'utm_*,gclid,fbclid,msclkid';
  const patterns = setting.split(',').map((pattern) => pattern.trim());

  request.querystring = request.querystring
    .split('&')
    .map((text) => ({ text, name: text.split('=', 1)[0] }))
    .filter(({ text, name }) => text !== '' && !isIgnored(name, patterns))
    // Array.prototype.sort is stable, and compares code units: no locale may have a say in a cache
    // key.
    .sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)))
    .map(({ text }) => text)
    .join('&');
  return request;
};
