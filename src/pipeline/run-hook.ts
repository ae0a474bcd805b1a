import { randomUUID } from 'node:crypto';
import type { EdgeError } from '../base/edge-error.ts';
import type { HookConfig } from '../config/config.ts';
import { withFrame, withMention } from '../function/error-place.ts';
import { mapTrace } from '../function/stack-map.ts';
import { buildHookEvent, type HookEventInput } from '../hook/lambda-edge/event.ts';
import { type HookDecision, readHookResultText } from '../hook/lambda-edge/result.ts';
import type { HookOutcome } from '../host/hook-call.ts';
import type { Exchange } from './exchange.ts';

/** What a step gets from a hook. `absent`: go on as if there were none (`onFailure: "continue"`). */
export type HookStepOutcome =
  | { readonly kind: 'verdict'; readonly verdict: HookDecision }
  | { readonly kind: 'absent' }
  | { readonly kind: 'failed'; readonly error: EdgeError };

/** The part of an event that depends on the hook point. */
export type HookInput = Omit<HookEventInput, 'distribution' | 'requestId' | 'clientIp'>;

/**
 * Runs one hook: builds its event, has a hook host run the function, reads and validates the result. Each call is timed, counted and,
 * when it fails, logged with the function's own stack. Never rejects for what a function does.
 */
export async function runHook(
  exchange: Exchange,
  hook: HookConfig,
  input: HookInput,
): Promise<HookStepOutcome> {
  const { edge, requestId, viewer } = exchange;
  const event = buildHookEvent({
    ...input,
    distribution: edge.config.distribution,
    requestId,
    clientIp: viewer.clientIp,
  });
  const outcome = await edge.hosts.invoke({
    functionName: hook.function,
    point: input.point,
    requestId,
    awsRequestId: randomUUID(),
    eventText: `F${event.encoded.text}`,
    timeoutMs: hook.timeoutMs,
    cpuMs: hook.cpuMs,
  });
  noteTiming(exchange, hook, input.point, outcome);
  if (outcome.kind === 'failed') return failed(exchange, hook, outcome);
  const verdict = readHookResultText(outcome.text, event, hook.function);
  for (const warning of verdict.kind === 'refused' ? [] : verdict.warnings) {
    edge.events.warned(exchange, warning);
  }
  const result = verdict.kind === 'refused' ? verdict.error.code : 'ok';
  countCall(exchange, hook, input.point, { result, outcome });
  if (verdict.kind !== 'refused') return { kind: 'verdict', verdict };
  const pkg = edge.functions.get(hook.function);
  const { error } = verdict;
  return settle(exchange, hook, pkg === undefined ? error : withMention(error, pkg));
}

function noteTiming(
  exchange: Exchange,
  hook: HookConfig,
  point: string,
  outcome: HookOutcome,
): void {
  const { wallMs, cpuMs } = outcome.cost;
  exchange.hookTimings.push({ point, functionName: hook.function, wallMs, cpuMs });
}

function countCall(
  exchange: Exchange,
  hook: HookConfig,
  point: string,
  call: { readonly result: string; readonly outcome: HookOutcome },
): void {
  const { wallMs, cpuMs } = call.outcome.cost;
  const outcome = call.result;
  exchange.edge.events.hookCalled({ functionName: hook.function, point, outcome, wallMs, cpuMs });
}

function failed(
  exchange: Exchange,
  hook: HookConfig,
  outcome: Extract<HookOutcome, { kind: 'failed' }>,
): HookStepOutcome {
  const { error, functionError } = outcome;
  const point = String(error.facts['hookPoint'] ?? '');
  countCall(exchange, hook, point, { result: error.code, outcome });
  const pkg = exchange.edge.functions.get(hook.function);
  if (functionError === undefined || pkg === undefined) return settle(exchange, hook, error);
  // The positions that its author knows, not those of the bundle.
  const trace = mapTrace(functionError.trace, pkg);
  exchange.edge.events.functionThrew(exchange, hook.function, { ...functionError, trace });
  return settle(exchange, hook, withFrame(error, trace));
}

function settle(exchange: Exchange, hook: HookConfig, error: EdgeError): HookStepOutcome {
  if (hook.onFailure !== 'continue') return { kind: 'failed', error };
  exchange.edge.events.warned(exchange, `${error.message}; the request goes on without the hook`);
  return { kind: 'absent' };
}
