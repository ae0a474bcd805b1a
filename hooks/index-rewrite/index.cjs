/**
 * index-rewrite: lets a plain file store answer for folders. `/docs/` becomes `/docs/index.html`,
 * and so does `/docs`.
 *
 * Hook point: viewer-request (then the rewritten path is the cache key: one stored copy), or
 * origin-request.
 *
 * The last segment counts as a file when it has a dot: `/docs/v1.2` is one, `/docs/v1.2/` is not.
 * Written with the callback, as older functions are.
 */
'use strict';

/** @type {import('../edge-hook.d.ts').RequestHandler} */
exports.handler = (event, _context, callback) => {
  const request = event.Records[0].cf.request;
  const lastSegment = request.uri.slice(request.uri.lastIndexOf('/') + 1);

  if (lastSegment === '') request.uri += 'index.html';
  else if (!lastSegment.includes('.')) request.uri += '/index.html';

  callback(null, request);
};
