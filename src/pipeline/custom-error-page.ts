import { unconditionalFields } from '../cache/policy/revalidation.ts';
import type { ErrorResponseConfig } from '../config/config.ts';
import { reasonPhrase } from '../http/error-page.ts';
import { NO_CONTENT } from '../http/message.ts';
import { createExchange } from './create-exchange.ts';
import type { Exchange } from './exchange.ts';
import { matchBehavior } from './steps/01-match-behavior.ts';

/** The error response rule of the configuration for a status, if there is one. */
export function customErrorRule(
  exchange: Exchange,
  status: number,
): ErrorResponseConfig | undefined {
  return exchange.edge.config.errorResponses.find((rule) => rule.errorCode === status);
}

/**
 * Puts the operator's page in place of an error (CloudFront developer guide). The page is fetched through the behavior that matches its
 * path, without viewer hooks; when that fails, the status of the failure is what the viewer gets.
 */
export async function applyCustomErrorPage(
  exchange: Exchange,
  rule: ErrorResponseConfig,
): Promise<void> {
  const { viewer, edge, presence } = exchange;
  if (rule.responsePagePath === undefined || rule.responseCode === undefined) return;
  const path = rule.responsePagePath;
  // Preconditions and Range are about what the viewer asked for, not about the page.
  const fields = unconditionalFields(viewer.fields);
  const page = createExchange(
    edge,
    { ...viewer, fields, method: 'GET', path, query: '', target: path, content: NO_CONTENT },
    presence,
    'error-page',
  );
  matchBehavior(page);
  await edge.run(page, 'cacheLookup');
  const { response } = page;
  if (response === undefined) return;
  discardContent(exchange);
  if (viewer.method === 'HEAD') discardContent(page);
  const ok = response.head.status < 400;
  const status = ok ? rule.responseCode : response.head.status;
  exchange.response = {
    head: { status, reason: reasonPhrase(status), fields: response.head.fields },
    content: viewer.method === 'HEAD' ? NO_CONTENT : response.content,
  };
}

/** Drops the content of a response that another takes the place of. */
export function discardContent(exchange: Exchange): void {
  const content = exchange.response?.content;
  if (content?.kind === 'stream') content.stream.destroy();
}
