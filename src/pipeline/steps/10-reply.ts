import { formatCacheStatus } from '../../http/cache-status.ts';
import type { Exchange } from '../exchange.ts';
import { applyResponseHeadersPolicy } from '../response-headers-policy.ts';

/**
 * Runs last, for every response whatever its origin. Adds what a viewer may rely on: Age, Via, X-Cache, Cache-Status and
 * X-Request-Id, and applies the response headers policy. Changes the head only.
 */
export function reply(exchange: Exchange): 'done' {
  const { response, behavior, purpose } = exchange;
  if (response === undefined) throw new Error('A reply without a response');
  // The exchange that asked for it writes the fields.
  if (purpose !== 'viewer') return 'done';
  const policy = behavior.responseHeadersPolicy;
  const fields =
    policy === undefined
      ? response.head.fields
      : applyResponseHeadersPolicy(response.head.fields, policy, exchange.request);
  const { status, reason } = response.head;
  exchange.response = {
    head: { status, reason, fields: fields.concat(ownFields(exchange)) },
    content: response.content,
  };
  return 'done';
}

function ownFields(exchange: Exchange): string[] {
  const { names, config } = exchange.edge;
  const own = [
    'Via',
    names.via,
    'X-Cache',
    names.xCache[exchange.result],
    'Cache-Status',
    cacheStatusOf(exchange),
    'X-Request-Id',
    exchange.requestId,
  ];
  if (config.compat === 'cloudfront') own.push('X-Amz-Cf-Id', exchange.requestId);
  if (config.debug) own.push(...debugFields(exchange));
  return own;
}

function cacheStatusOf(exchange: Exchange): string {
  const { note, edge } = exchange;
  if (note.forward === undefined && note.detail === undefined && !edge.config.debug) {
    // The hot path of a hit, without an object in between.
    return note.ttlSeconds === undefined
      ? edge.names.cacheStatusMember
      : `${edge.names.cacheStatusMember}; hit; ttl=${note.ttlSeconds}`;
  }
  return formatCacheStatus({
    member: edge.names.cacheStatusMember,
    hit: note.forward === undefined && note.ttlSeconds !== undefined ? true : undefined,
    fwd: note.forward,
    fwdStatus: note.forwardStatus,
    ttlSeconds: note.ttlSeconds,
    stored: note.stored,
    collapsed: note.collapsed,
    key: edge.config.debug ? exchange.query?.key.text : undefined,
    detail: note.detail,
  });
}

/** Server-Timing for each hook and the origin, and the facts of a failure. */
function debugFields(exchange: Exchange): string[] {
  const timings = exchange.hookTimings.map(
    ({ point, functionName, wallMs }) => `${point};desc="${functionName}";dur=${wallMs.toFixed(2)}`,
  );
  if (exchange.originMs !== undefined) timings.push(`origin;dur=${exchange.originMs.toFixed(2)}`);
  const fields = timings.length === 0 ? [] : ['Server-Timing', timings.join(', ')];
  const { failure } = exchange;
  if (failure !== undefined) {
    const facts = Object.entries(failure.facts).map(([name, value]) => `${name}=${value}`);
    const text = [failure.code, failure.message, ...facts].join('; ');
    fields.push('X-Isoedge-Error', text.replaceAll(/[^ -~]/g, '?'));
  }
  return fields;
}
