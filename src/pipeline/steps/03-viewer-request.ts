import { respondFromStored } from '../../cache/respond.ts';
import type { HookConfig } from '../../config/config.ts';
import type { ExposedBody } from '../../hook/lambda-edge/event.ts';
import { sizeLimitsAt } from '../../hook/lambda-edge/limits.ts';
import { fieldValue } from '../../http/fields.ts';
import type { Exchange } from '../exchange.ts';
import { peekContent } from '../peek-content.ts';
import { type HookInput, runHook } from '../run-hook.ts';

type Next = 'cacheLookup' | 'reply' | 'fail';

/**
 * Runs on every request that the viewer policy lets through. The hook may change path, query, fields and content, or answer itself:
 * such a response goes straight to `reply`, is not stored, and viewer-response does not run (CloudFront developer guide). Without a
 * hook: `cacheLookup`.
 */
export function viewerRequest(exchange: Exchange): Next | Promise<Next> {
  const hook = exchange.behavior.hooks['viewer-request'];
  return hook === undefined ? 'cacheLookup' : callHook(exchange, hook);
}

async function callHook(exchange: Exchange, hook: HookConfig): Promise<Next> {
  const input: HookInput = {
    point: 'viewer-request',
    request: exchange.request,
    ...(hook.includeBody && { body: await exposeBody(exchange) }),
  };
  const outcome = await runHook(exchange, hook, input);
  if (outcome.kind === 'absent') return 'cacheLookup';
  if (outcome.kind === 'failed') {
    if (hook.onFailure === 'stale' && (await serveAnyStored(exchange))) return 'reply';
    exchange.failure = outcome.error;
    return 'fail';
  }
  const { verdict } = outcome;
  if (verdict.kind === 'respond') {
    const { status, reason, fields, bytes } = verdict.response;
    exchange.response = { head: { status, reason, fields }, content: { kind: 'bytes', bytes } };
    exchange.result = 'LambdaGeneratedResponse';
    exchange.note.detail = 'generated';
    return 'reply';
  }
  if (verdict.kind === 'continue-request') {
    const { path, query, fields, body } = verdict.request;
    exchange.request = { method: exchange.request.method, path, query, fields };
    if (body !== undefined) exchange.content = { kind: 'bytes', bytes: body };
  }
  return 'cacheLookup';
}

async function exposeBody(exchange: Exchange): Promise<ExposedBody> {
  const limitBytes = sizeLimitsAt('viewer-request').exposedBodyBytes;
  const peeked = await peekContent(exchange.content, limitBytes);
  exchange.content = peeked.content;
  return { bytes: peeked.bytes, truncated: peeked.truncated };
}

/** `onFailure: "stale"`: what is stored for the request as the viewer sent it, fresh or not. */
async function serveAnyStored(exchange: Exchange): Promise<boolean> {
  const { edge, behavior, request } = exchange;
  const host = fieldValue(request.fields, 'host') ?? '';
  const lookup = await edge.cache.lookup(edge.cache.query(behavior.cachePolicy, host, request));
  if (lookup.kind !== 'hit' && lookup.kind !== 'stale') return false;
  exchange.response = respondFromStored(request, lookup.stored, edge.clock.now());
  exchange.result = 'Hit';
  exchange.note.ttlSeconds = lookup.freshForSeconds;
  exchange.note.detail = 'hook-failed';
  return true;
}
