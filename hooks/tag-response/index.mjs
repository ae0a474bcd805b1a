/**
 * tag-response: notes on every stored response which function version saw it, and when.
 *
 * Hook point: origin-response. What it adds is stored with the response, so a hit shows the same
 * value as the miss before it: the quickest way to see with `curl -i` that the cache works.
 */

/** @type {import('../edge-hook.d.ts').ResponseHandler} */
export const handler = async (event, context) => {
  const { response } = event.Records[0].cf;
  const value = `${context.functionName}; fetched=${new Date().toISOString()}`;
  response.headers['x-tagged-by'] = [{ key: 'X-Tagged-By', value }];
  return response;
};
