import { unconditionalFields, validationFields } from '../cache/policy/revalidation.ts';
import type { OriginConfig } from '../config/config.ts';
import { type LambdaOrigin, lambdaOriginOf } from '../hook/lambda-edge/origin.ts';
import type { Fields } from '../http/fields.ts';
import type { OriginTarget } from '../origin/origin-client.ts';
import { originRequestFields, originRequestQuery } from '../origin/request-fields.ts';
import type { Exchange, OriginLeg } from './exchange.ts';

/** Codes and members of the origin group of this behavior, if it has one. */
export function originGroupOf(
  exchange: Exchange,
): { codes: readonly number[]; size: number } | undefined {
  const group = exchange.edge.config.originGroups[exchange.behavior.origin];
  return group && { codes: group.failoverStatusCodes, size: group.members.length };
}

/** The request to the origin whose turn it is, before the origin-request hook. */
export function createOriginLeg(exchange: Exchange): OriginLeg {
  const { edge, behavior, viewer, request } = exchange;
  const config = originOf(exchange);
  const rules = {
    cachePolicy: behavior.cachePolicy,
    originRequestPolicy: behavior.originRequestPolicy,
    target: config,
    viaName: edge.names.viaName,
  };
  const forwardable = {
    fields: request.fields,
    httpVersion: viewer.httpVersion,
    clientIp: viewer.clientIp,
    protocol: viewer.protocol,
  };
  const fields = originRequestFields(forwardable, rules);
  const validation = validating(exchange, fields);
  const filled = exchange.fill === undefined ? fields : unconditionalFields(fields);
  const now = edge.clock.now();
  return {
    originName: config.name,
    origin: lambdaOriginOf(config),
    target: config,
    request: {
      method: request.method,
      path: request.path,
      query: originRequestQuery(request.query, rules),
      fields: validation ?? filled,
    },
    content: exchange.content,
    validates: validation !== undefined,
    generated: false,
    times: { requestedAt: now, respondedAt: now },
  };
}

function originOf(exchange: Exchange): OriginConfig {
  const { config } = exchange.edge;
  const name = exchange.behavior.origin;
  const group = config.originGroups[name];
  const origin = config.origins[group?.members[exchange.originIndex] ?? name];
  if (origin === undefined) throw new Error(`Origin "${name}" is not in the configuration`);
  return origin;
}

/** Our own preconditions, for a GET whose answer goes into a fill. */
function validating(exchange: Exchange, fields: Fields): Fields | undefined {
  const { stale, lookup, fill } = exchange;
  if (fill === undefined) return undefined;
  if (stale !== undefined) return validationFields(fields, [stale]);
  return lookup?.kind === 'miss' ? validationFields(fields, lookup.candidates) : undefined;
}

/**
 * Where a request goes after a function changed the origin. What the function left alone is that of the configuration, and so is what it
 * cannot say.
 */
export function targetOf(
  origin: LambdaOrigin,
  seen: LambdaOrigin,
  configured: OriginTarget,
): OriginTarget {
  const common = { ...configured, path: origin.path, headers: origin.customHeaders };
  if (origin.kind === 's3') {
    const timeouts = origin.readTimeoutSeconds && {
      readTimeoutMs: origin.readTimeoutSeconds * 1000,
    };
    // The domain name that functions see of a bucket may not be where it is.
    if (seen.kind === 's3' && seen.domainName === origin.domainName)
      return { ...common, ...timeouts };
    return { ...common, ...timeouts, hostname: origin.domainName, protocol: 'https', port: 443 };
  }
  return {
    ...common,
    hostname: origin.domainName,
    protocol: origin.protocol,
    port: origin.port,
    readTimeoutMs: origin.readTimeoutSeconds * 1000,
    keepAliveTimeoutMs: origin.keepaliveTimeoutSeconds * 1000,
  };
}
