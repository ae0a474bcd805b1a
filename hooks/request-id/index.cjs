/**
 * request-id: tells the origin the id of the request, so that its log lines and the edge's can be
 * put side by side.
 *
 * Hook point: origin-request. The id is the one that the viewer gets as `X-Request-Id`. One that
 * came with the request is replaced: an id that a viewer can choose is of no use in a log.
 */
'use strict';

/** @type {import('../edge-hook.d.ts').RequestHandler} */
exports.handler = async (event) => {
  const { config, request } = event.Records[0].cf;
  request.headers['x-request-id'] = [{ key: 'X-Request-Id', value: config.requestId }];
  return request;
};
