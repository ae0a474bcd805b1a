import { NO_CONTENT } from '../../http/message.ts';
import { applyCustomErrorPage, customErrorRule } from '../custom-error-page.ts';
import type { Exchange } from '../exchange.ts';
import { runHook } from '../run-hook.ts';

/**
 * Runs on every response but those that the viewer-request hook generated. The hook may change fields, not the status nor the
 * content; what it returns is not stored. For status 400 and above no hook runs (CloudFront developer guide), but a custom error page
 * takes the place of the response where the configuration names one.
 */
export function viewerResponse(exchange: Exchange): 'reply' | 'fail' | Promise<'reply' | 'fail'> {
  const { response, behavior, purpose } = exchange;
  if (response === undefined || purpose !== 'viewer') return 'reply';
  if (response.head.status >= 400) {
    const rule = customErrorRule(exchange, response.head.status);
    return rule === undefined ? 'reply' : replaceError(exchange, rule);
  }
  const hook = behavior.hooks['viewer-response'];
  // A viewer that has gone needs no hook.
  if (hook === undefined || exchange.presence.aborted) return 'reply';
  return callHook(exchange);
}

async function replaceError(
  exchange: Exchange,
  rule: NonNullable<ReturnType<typeof customErrorRule>>,
): Promise<'reply'> {
  await applyCustomErrorPage(exchange, rule);
  return 'reply';
}

async function callHook(exchange: Exchange): Promise<'reply' | 'fail'> {
  const { response, request } = exchange;
  const hook = exchange.behavior.hooks['viewer-response'];
  if (response === undefined || hook === undefined) return 'reply';
  const outcome = await runHook(exchange, hook, {
    point: 'viewer-response',
    request,
    response: response.head,
  });
  if (outcome.kind === 'absent') return 'reply';
  if (outcome.kind === 'failed') {
    if (hook.onFailure === 'stale') return 'reply';
    if (response.content.kind === 'stream') response.content.stream.destroy();
    exchange.response = { head: response.head, content: NO_CONTENT };
    exchange.failure = outcome.error;
    return 'fail';
  }
  if (outcome.verdict.kind === 'continue-response') {
    const { status, reason, fields } = outcome.verdict.response;
    exchange.response = { head: { status, reason, fields }, content: response.content };
  }
  return 'reply';
}
