import { EdgeError, type ErrorFacts } from '../../base/edge-error.ts';
import type { HookPoint } from '../hook-point.ts';

/**
 * The rules that a result can break. The name is a fact of the error, and a label that tests and
 * users can match on.
 */
export type HookRule =
  | 'result-shape'
  | 'result-size'
  | 'read-only-member'
  | 'uri'
  | 'querystring'
  | 'uri-size'
  | 'header-shape'
  | 'header-name'
  | 'header-value'
  | 'read-only-header'
  | 'disallowed-header'
  | 'status'
  | 'status-description'
  | 'body'
  | 'body-encoding'
  | 'body-size'
  | 'response-size'
  | 'origin'
  | 'origin-header';

/** Why a result cannot be used. `found` and `expected` are the two halves of the message. */
export interface Refusal {
  readonly rule: HookRule;
  readonly found: string;
  readonly expected: string;
  readonly facts?: ErrorFacts;
}

/** A value, or the reason why there is none. */
export type Read<Value> = Value | Refusal;

/** Tells the two halves of a {@link Read} apart. */
export function isRefusal<Value extends object>(read: Read<Value>): read is Refusal {
  return 'rule' in read;
}

/**
 * `EDGE_HOOK_VALIDATION` with the function, the hook point, the rule and the value in message and
 * facts.
 */
export function refusalError(refusal: Refusal, functionName: string, point: HookPoint): EdgeError {
  const { found, expected } = refusal;
  return new EdgeError(
    'EDGE_HOOK_VALIDATION',
    `Cannot use the result of function "${functionName}" at ${point}: ${found}, expected ${expected}`,
    { facts: { ...refusal.facts, rule: refusal.rule, function: functionName, hookPoint: point } },
  );
}
