import { Buffer } from 'node:buffer';
import {
  buildHookEvent,
  type HookEvent,
  type HookEventInput,
} from '../../../src/hook/lambda-edge/event.ts';
import type { CustomOrigin, S3Origin } from '../../../src/hook/lambda-edge/origin.ts';
import {
  type HookDecision,
  type HookVerdict,
  readHookResultText,
} from '../../../src/hook/lambda-edge/result.ts';
import type { Fields } from '../../../src/http/fields.ts';
import { decodeEvent, encodeResult } from '../../../src/wire/event-codec.ts';

/** A header map as functions see it, open for every mistake a function can make. */
export type LooseHeaders = Record<string, unknown>;

/** A request or a response as functions see it, open for every mistake. */
export interface LooseMessage {
  [member: string]: unknown;
  headers: LooseHeaders;
}

export interface LooseCf {
  readonly config: Record<string, string>;
  readonly request: LooseMessage;
  readonly response?: LooseMessage;
}

export const CUSTOM_ORIGIN: CustomOrigin = {
  kind: 'custom',
  domainName: '127.0.0.1',
  path: '/base',
  port: 8081,
  protocol: 'http',
  sslProtocols: ['TLSv1.2'],
  readTimeoutSeconds: 30,
  keepaliveTimeoutSeconds: 5,
  customHeaders: ['X-Origin-Key', 'secret', 'Via', 'configured'],
};

export const S3_ORIGIN: S3Origin = {
  kind: 's3',
  domainName: 'bucket.s3.amazonaws.com',
  path: '',
  authMethod: 'origin-access-identity',
  region: 'eu-west-1',
  customHeaders: [],
};

const VIEWER_FIELDS: Fields = [
  'Host',
  'd111111abcdef8.cloudfront.net',
  'Connection',
  'keep-alive',
  'User-Agent',
  'curl/8.14.1',
  'accept',
  '*/*',
  'Cookie',
  'a=1',
  'X-Forwarded-Proto',
  'https',
  'cookie',
  'b=2',
  'Via',
  '1.1 elsewhere',
];

const ORIGIN_FIELDS: Fields = [
  'Content-Type',
  'text/html',
  'Content-Length',
  '5',
  'Set-Cookie',
  'a=1',
  'Via',
  '1.1 origin',
  'set-cookie',
  'b=2',
  'X-Cache',
  'Hit from shield',
  'Content-Encoding',
  'identity',
];

const BASE: HookEventInput = {
  point: 'viewer-request',
  distribution: { domainName: 'd111111abcdef8.cloudfront.net', id: 'EDFDVBD6EXAMPLE' },
  requestId: '4TyzHTaYWb1GX1qTfsHhEqV6HUDd_BzoBZnwfnvQc_1oF26ClkoUSEQ==',
  clientIp: '203.0.113.178',
  request: { method: 'GET', path: '/page', query: 'size=large', fields: VIEWER_FIELDS },
};

type Changes = Partial<HookEventInput>;

export function viewerRequest(changes: Changes = {}): HookEvent {
  return buildHookEvent({ ...BASE, ...changes });
}

export function originRequest(changes: Changes = {}): HookEvent {
  return buildHookEvent({ ...BASE, point: 'origin-request', origin: CUSTOM_ORIGIN, ...changes });
}

export function originResponse(changes: Changes = {}): HookEvent {
  const response = { status: 200, reason: 'Fine', fields: ORIGIN_FIELDS };
  return buildHookEvent({
    ...BASE,
    point: 'origin-response',
    origin: CUSTOM_ORIGIN,
    response,
    ...changes,
  });
}

export function viewerResponse(changes: Changes = {}): HookEvent {
  const response = { status: 200, reason: 'Fine', fields: ORIGIN_FIELDS };
  return buildHookEvent({ ...BASE, point: 'viewer-response', response, ...changes });
}

/** The event of a request with these fields. */
export function withFields(event: HookEvent, fields: Fields): HookEvent {
  return buildHookEvent({ ...event.input, request: { ...event.input.request, fields } });
}

/** What the function gets, made anew. */
export function delivered(event: HookEvent): LooseCf {
  return decodeEvent(event.encoded.text).Records[0].cf as LooseCf;
}

/** The verdict on a value, on the whole way: guest codec, wire text, reader. */
export function verdictOf(event: HookEvent, value: unknown): HookVerdict {
  return readHookResultText(encodeResult(value), event, 'auth');
}

/** The verdict on the delivered request (or response) after `change` worked on it. */
export function verdictAfter(
  event: HookEvent,
  change: (message: LooseMessage) => void,
): HookVerdict {
  const { request, response } = delivered(event);
  const message = response ?? request;
  change(message);
  return verdictOf(event, message);
}

/** The decision of a kind; fails the test when the verdict is another one. */
export function expectKind<Kind extends HookDecision['kind']>(
  verdict: HookVerdict,
  kind: Kind,
): Extract<HookDecision, { kind: Kind }> {
  if (verdict.kind === 'refused') throw verdict.error;
  if (verdict.kind !== kind) throw new Error(`The verdict is ${verdict.kind}, not ${kind}`);
  return verdict as Extract<HookDecision, { kind: Kind }>;
}

/** Rule and message of a refusal; fails the test when the result was accepted. */
export function refusalOf(verdict: HookVerdict): { rule: unknown; message: string } {
  if (verdict.kind !== 'refused') throw new Error(`The verdict is ${verdict.kind}, not refused`);
  const { error } = verdict;
  if (error.code !== 'EDGE_HOOK_VALIDATION') throw error;
  return { rule: error.facts['rule'], message: error.message };
}

export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

export function utf8(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8');
}
