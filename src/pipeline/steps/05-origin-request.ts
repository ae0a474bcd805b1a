import type { HookConfig } from '../../config/config.ts';
import type { ExposedBody } from '../../hook/lambda-edge/event.ts';
import { sizeLimitsAt } from '../../hook/lambda-edge/limits.ts';
import type { Exchange, OriginLeg } from '../exchange.ts';
import { createOriginLeg, targetOf } from '../origin-leg.ts';
import { peekContent } from '../peek-content.ts';
import { type HookInput, runHook } from '../run-hook.ts';

type Next = 'originFetch' | 'store' | 'fail';

/**
 * Runs when the origin is needed, once for each origin of a group that is tried. The hook may change path, query, fields, content and
 * the origin, but not the cache key; or generate the response, which is stored as if the origin had sent it and skips
 * origin-response (CloudFront developer guide). Without a hook: `originFetch`.
 */
export function originRequest(exchange: Exchange): Next | Promise<Next> {
  const leg = createOriginLeg(exchange);
  exchange.origin = leg;
  const hook = exchange.behavior.hooks['origin-request'];
  return hook === undefined ? 'originFetch' : callHook(exchange, leg, hook);
}

async function callHook(exchange: Exchange, leg: OriginLeg, hook: HookConfig): Promise<Next> {
  const input: HookInput = {
    point: 'origin-request',
    request: leg.request,
    origin: leg.origin,
    ...(hook.includeBody && { body: await exposeBody(leg) }),
  };
  const outcome = await runHook(exchange, hook, input);
  if (outcome.kind === 'absent') return 'originFetch';
  if (outcome.kind === 'failed') {
    exchange.failure = outcome.error;
    return 'fail';
  }
  const { verdict } = outcome;
  if (verdict.kind === 'respond') {
    const { status, reason, fields, bytes } = verdict.response;
    exchange.response = { head: { status, reason, fields }, content: { kind: 'bytes', bytes } };
    leg.generated = true;
    return 'store';
  }
  if (verdict.kind === 'continue-request') {
    const { path, query, fields, body, origin } = verdict.request;
    leg.request = { method: leg.request.method, path, query, fields };
    if (body !== undefined) leg.content = { kind: 'bytes', bytes: body };
    if (origin !== undefined && origin !== leg.origin) {
      leg.target = targetOf(origin, leg.origin, leg.target);
      leg.origin = origin;
    }
  }
  return 'originFetch';
}

async function exposeBody(leg: OriginLeg): Promise<ExposedBody> {
  const peeked = await peekContent(leg.content, sizeLimitsAt('origin-request').exposedBodyBytes);
  leg.content = peeked.content;
  return { bytes: peeked.bytes, truncated: peeked.truncated };
}
