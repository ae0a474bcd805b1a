import type { HookConfig } from '../../config/config.ts';
import { withoutFields } from '../../http/fields.ts';
import { type Content, NO_CONTENT } from '../../http/message.ts';
import { discardContent } from '../custom-error-page.ts';
import type { Exchange, OriginLeg, PendingResponse } from '../exchange.ts';
import { runHook } from '../run-hook.ts';

type Next = 'store' | 'fail';

const CONTENT_LENGTH: ReadonlySet<string> = new Set(['content-length']);

/**
 * Runs on every response of an origin, errors and 304 included, before it is stored: what the hook returns is what the cache keeps. The
 * hook may change status and fields, and replace or remove the content. Without a hook: `store`.
 */
export function originResponse(exchange: Exchange): Next | Promise<Next> {
  const { response, origin } = exchange;
  const hook = exchange.behavior.hooks['origin-response'];
  if (hook === undefined || response === undefined || origin === undefined) return 'store';
  return callHook(exchange, { hook, response, origin });
}

interface HookParts {
  readonly hook: HookConfig;
  readonly response: PendingResponse;
  readonly origin: OriginLeg;
}

async function callHook(exchange: Exchange, parts: HookParts): Promise<Next> {
  const { hook, response, origin } = parts;
  const outcome = await runHook(exchange, hook, {
    point: 'origin-response',
    request: origin.request,
    origin: origin.origin,
    response: response.head,
  });
  if (outcome.kind === 'absent') return 'store';
  if (outcome.kind === 'failed') {
    discardContent(exchange);
    exchange.response = undefined;
    exchange.failure = outcome.error;
    return 'fail';
  }
  if (outcome.verdict.kind !== 'continue-response') return 'store';
  const { status, reason, fields, body } = outcome.verdict.response;
  if (body.kind === 'keep') {
    exchange.response = { head: { status, reason, fields }, content: response.content };
    return 'store';
  }
  discardContent(exchange);
  const content: Content =
    body.kind === 'replace' ? { kind: 'bytes', bytes: body.bytes } : NO_CONTENT;
  const lengthBytes = content.kind === 'bytes' ? content.bytes.byteLength : 0;
  const sized = [...withoutFields(fields, CONTENT_LENGTH), 'Content-Length', String(lengthBytes)];
  exchange.response = { head: { status, reason, fields: sized }, content };
  return 'store';
}
