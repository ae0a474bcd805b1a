/**
 * maintenance-page: answers everything with "back soon" while the origin is worked on.
 *
 * Hook point: viewer-request. Environment: MAINTENANCE ("on" switches the page on),
 * MAINTENANCE_ALLOWED_IPS (a list with commas: who may pass and test), MAINTENANCE_RETRY_SECONDS
 * (600).
 *
 * The page is a file of the function, `page.html` beside this one. 503 with Retry-After tells
 * search engines to come back instead of forgetting the site (RFC 9110 §15.6.4). Programs that ask
 * for JSON get JSON.
 */
'use strict';

const { readFileSync } = require('node:fs');
const { join } = require('node:path');

// Read once per environment, not once per request.
const page = readFileSync(join(__dirname, 'page.html'), 'utf8');

/** @type {import('../edge-hook.d.ts').RequestHandler} */
exports.handler = async (event) => {
  const { request } = event.Records[0].cf;
  const {
    MAINTENANCE,
    MAINTENANCE_ALLOWED_IPS = '',
    MAINTENANCE_RETRY_SECONDS = '600',
  } = process.env;
  const allowed = MAINTENANCE_ALLOWED_IPS.split(',').map((ip) => ip.trim());
  if (MAINTENANCE !== 'on' || allowed.includes(request.clientIp)) return request;

  const accept = request.headers.accept?.[0]?.value ?? '';
  const wantsJson = accept.includes('application/json') && !accept.includes('text/html');
  const type = wantsJson ? 'application/json' : 'text/html; charset=utf-8';
  return {
    status: '503',
    statusDescription: 'Service Unavailable',
    headers: {
      'content-type': [{ key: 'Content-Type', value: type }],
      'cache-control': [{ key: 'Cache-Control', value: 'no-store' }],
      'retry-after': [{ key: 'Retry-After', value: MAINTENANCE_RETRY_SECONDS }],
    },
    body: wantsJson ? JSON.stringify({ error: 'maintenance' }) : page,
  };
};
