import { type EgressTarget, targetOf } from './allow-list.ts';
import { type EgressFailure, egressFailure } from './egress-failure.ts';
import type { EgressLimits } from './limits.ts';

/** The arguments of `egress.request`, read and checked. `url` is normalised. */
export interface RequestArguments {
  readonly method: string;
  readonly url: URL;
  readonly target: EgressTarget;
  /** Flat `[name, value, …]`. */
  readonly fields: readonly string[];
  /** The limit that the function itself sets, beside the deadline of its call. */
  readonly timeoutMs: number | undefined;
  /** Whether a long or slow response may be answered as a stream. */
  readonly mayStream: boolean;
}

/** What reading arguments gives: them, or the failure to answer with. */
export type Read<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'refused'; readonly failure: EgressFailure };

/** Reads the arguments of `egress.request`, which come from beside user code. */
export function readRequestArguments(
  argumentsJson: string,
  content: Uint8Array,
  limits: EgressLimits,
): Read<RequestArguments> {
  const tooLarge = sizeFailure(argumentsJson, content, limits);
  if (tooLarge !== undefined) return refused(tooLarge);
  const { method, url, headers, timeoutMs, streaming, buffered } = membersOf(argumentsJson);
  const fields = flatFields(headers);
  if (typeof method !== 'string' || method === '' || typeof url !== 'string') {
    return refused(invalid('method and URL must be text'));
  }
  if (fields === undefined) return refused(invalid('headers must be pairs of name and value'));
  // RFC 9110 §9.3.6: a tunnel would carry anything, unseen.
  if (method.toUpperCase() === 'CONNECT') {
    return refused(
      egressFailure('ERR_NOT_SUPPORTED', 'Cannot open a tunnel: CONNECT is not offered'),
    );
  }
  const address = readUrl(url);
  if (address.kind === 'refused') return address;
  const value: RequestArguments = {
    method,
    ...address.value,
    fields,
    timeoutMs: typeof timeoutMs === 'number' && timeoutMs > 0 ? timeoutMs : undefined,
    mayStream: streaming === true && buffered !== true,
  };
  return { kind: 'read', value };
}

/**
 * Reads the arguments of `egress.read` and `egress.close`: the id of a stream; `undefined` when it
 * is none.
 */
export function readStreamId(argumentsJson: string): number | undefined {
  const { stream } = membersOf(argumentsJson);
  return typeof stream === 'number' ? stream : undefined;
}

function sizeFailure(
  argumentsJson: string,
  content: Uint8Array,
  limits: EgressLimits,
): EgressFailure | undefined {
  const { argumentsChars, requestContentBytes } = limits;
  if (argumentsJson.length > argumentsChars) {
    return egressFailure(
      'ERR_EGRESS_REQUEST_TOO_LARGE',
      `Cannot send a request: URL and headers have ${argumentsJson.length} characters, limit is ${argumentsChars}`,
    );
  }
  if (content.byteLength <= requestContentBytes) return undefined;
  return egressFailure(
    'ERR_EGRESS_REQUEST_TOO_LARGE',
    `Cannot send a request: its content has ${content.byteLength} bytes, limit is ${requestContentBytes} bytes`,
  );
}

function readUrl(text: string): Read<{ readonly url: URL; readonly target: EgressTarget }> {
  // The text itself is left out of the messages: it may hold credentials, and messages are logged.
  const url = URL.parse(text);
  if (url === null) return refused(egressFailure('ERR_INVALID_URL', 'Invalid URL'));
  if (url.username !== '' || url.password !== '') {
    const message = 'Invalid URL: it holds credentials, expected an Authorization header';
    return refused(egressFailure('ERR_INVALID_URL', message));
  }
  const target = targetOf(url);
  if (target !== undefined) return { kind: 'read', value: { url, target } };
  const message = `Protocol "${url.protocol}" not supported. Expected "http:" or "https:"`;
  return refused(egressFailure('ERR_INVALID_PROTOCOL', message));
}

function membersOf(json: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(json);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function flatFields(headers: unknown): string[] | undefined {
  if (headers === undefined) return [];
  if (!Array.isArray(headers)) return undefined;
  const fields: string[] = [];
  for (const pair of headers as unknown[]) {
    if (!Array.isArray(pair)) return undefined;
    const [name, value] = pair as unknown[];
    if (typeof name !== 'string' || typeof value !== 'string') return undefined;
    fields.push(name, value);
  }
  return fields;
}

function invalid(what: string): EgressFailure {
  return egressFailure('ERR_INVALID_ARG_VALUE', `Cannot send a request: ${what}`);
}

function refused(failure: EgressFailure): {
  readonly kind: 'refused';
  readonly failure: EgressFailure;
} {
  return { kind: 'refused', failure };
}
