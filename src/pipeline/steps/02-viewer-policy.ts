import { EdgeError } from '../../base/edge-error.ts';
import type { BehaviorConfig } from '../../config/config.ts';
import { reasonPhrase } from '../../http/error-page.ts';
import { fieldValue } from '../../http/fields.ts';
import { NO_CONTENT } from '../../http/message.ts';
import type { Exchange } from '../exchange.ts';

const READ_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD']);
const READ_OPTIONS_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
const ALL_METHODS: ReadonlySet<string> = new Set([
  ...READ_OPTIONS_METHODS,
  'PUT',
  'POST',
  'PATCH',
  'DELETE',
]);

/**
 * Runs before any hook (CloudFront developer guide): viewer protocol policy, allowed methods, GET with content. Refusals go to `fail`,
 * the redirect to HTTPS straight to `reply`. Also puts the default root object in place of `/`.
 */
export function viewerPolicy(exchange: Exchange): 'viewerRequest' | 'reply' | 'fail' {
  const { behavior, viewer } = exchange;
  if (viewer.protocol === 'http' && behavior.viewerProtocolPolicy !== 'allow-all') {
    return refuseInsecure(exchange);
  }
  const refusal = methodRefusal(exchange);
  if (refusal !== undefined) {
    exchange.failure = refusal;
    return 'fail';
  }
  if (behavior.defaultRootObject !== undefined && exchange.request.path === '/') {
    exchange.request = { ...exchange.request, path: `/${behavior.defaultRootObject}` };
  }
  return 'viewerRequest';
}

function methodRefusal(exchange: Exchange): EdgeError | undefined {
  const { behavior, viewer } = exchange;
  // Under RFC 9111 "all" means every method, as for any proxy; under a CloudFront policy its seven.
  const everyMethod = behavior.allowedMethods === 'all' && behavior.cachePolicy.kind === 'rfc9111';
  if (!everyMethod && !allowedMethods(behavior).has(viewer.method)) {
    const allowed = [...allowedMethods(behavior)].join(', ');
    return new EdgeError(
      'EDGE_VIEWER_METHOD',
      `Cannot serve method "${viewer.method}" under "${behavior.path}": allowed are ${allowed}`,
    );
  }
  const hasContent = viewer.content.kind !== 'none';
  if (hasContent && (viewer.method === 'GET' || viewer.method === 'HEAD')) {
    return new EdgeError(
      'EDGE_VIEWER_GET_BODY',
      `Cannot serve ${viewer.method} with content, expected none`,
    );
  }
  return undefined;
}

function allowedMethods(behavior: BehaviorConfig): ReadonlySet<string> {
  switch (behavior.allowedMethods) {
    case 'read':
      return READ_METHODS;
    case 'read-options':
      return READ_OPTIONS_METHODS;
    case 'all':
      return ALL_METHODS;
    default:
      return behavior.allowedMethods satisfies never;
  }
}

/** CloudFront developer guide: GET and HEAD 301, other methods 307, on HTTP/1.0 403. */
function refuseInsecure(exchange: Exchange): 'reply' | 'fail' {
  const { behavior, viewer, request } = exchange;
  const isRead = viewer.method === 'GET' || viewer.method === 'HEAD';
  if (behavior.viewerProtocolPolicy === 'https-only' || (!isRead && viewer.httpVersion === '1.0')) {
    exchange.failure = new EdgeError(
      'EDGE_VIEWER_INSECURE',
      `Cannot serve "${request.path}" over HTTP: its cache behavior accepts HTTPS only`,
    );
    return 'fail';
  }
  const status = isRead ? 301 : 307;
  const host = (fieldValue(request.fields, 'host') ?? '').replace(/:\d+$/, '');
  const query = request.query === '' ? '' : `?${request.query}`;
  const location = `https://${host}${request.path}${query}`;
  const fields = ['Location', location, 'Content-Length', '0'];
  exchange.response = {
    head: { status, reason: reasonPhrase(status), fields },
    content: NO_CONTENT,
  };
  exchange.result = 'Redirect';
  return 'reply';
}
