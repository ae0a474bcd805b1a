import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { HookEvent } from '../../src/hook/lambda-edge/event.ts';
import { type HookDecision, readHookResultText } from '../../src/hook/lambda-edge/result.ts';
import type { Fields } from '../../src/http/fields.ts';
import { decodeEvent, encodeResult } from '../../src/wire/event-codec.ts';
import {
  originRequest,
  originResponse,
  viewerRequest,
  viewerResponse,
} from './lambda-edge/events.ts';

const BUILDERS = {
  'viewer-request': viewerRequest,
  'origin-request': originRequest,
  'origin-response': originResponse,
  'viewer-response': viewerResponse,
} as const;

/** What an example is asked, in the few words that matter to it. */
export interface Question {
  readonly path?: string;
  readonly query?: string;
  readonly clientIp?: string;
  /** Fields of the request besides Host and User-Agent. */
  readonly fields?: Fields;
  /** Fields of the response, at the response hook points. */
  readonly responseFields?: Fields;
}

type Handler = (event: unknown, context: unknown, callback: Callback) => unknown;
type Callback = (error: unknown, result?: unknown) => void;

const CONTEXT = { functionName: 'us-east-1.example', functionVersion: '1' };
const HOST_AND_BROWSER = ['Host', 'www.example.com', 'User-Agent', 'Mozilla/5.0 (X11; Linux)'];

/**
 * Loads an example, as Node loads it: CommonJS, ES module or TypeScript. `here` is the
 * `import.meta.url` of the test.
 */
export function loadExample(here: string, file: string): Handler {
  const module = createRequire(here)(fileURLToPath(new URL(file, here))) as { handler: Handler };
  return module.handler;
}

/**
 * Gives a function the event of a hook point and its result to the reader of the edge: an example
 * passes only if the edge takes what it returns.
 */
export async function ask(
  handler: Handler,
  point: keyof typeof BUILDERS,
  question: Question = {},
): Promise<HookDecision> {
  const event = eventOf(point, question);
  const result = await call(handler, decodeEvent(event.encoded.text));
  const verdict = readHookResultText(encodeResult(result), event, 'example');
  if (verdict.kind === 'refused') throw verdict.error;
  return verdict;
}

function eventOf(point: keyof typeof BUILDERS, question: Question): HookEvent {
  const { path = '/', query = '', clientIp = '203.0.113.178', fields = [] } = question;
  const request = { method: 'GET', path, query, fields: [...HOST_AND_BROWSER, ...fields] };
  const response = { status: 200, reason: 'OK', fields: question.responseFields ?? [] };
  const isResponse = point === 'origin-response' || point === 'viewer-response';
  return BUILDERS[point]({ request, clientIp, ...(isResponse ? { response } : {}) });
}

/** Lambda's rule: a promise is the result, what a plain function returns is not. */
function call(handler: Handler, event: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const returned = handler(event, CONTEXT, (error, result) => {
      if (error === undefined || error === null) resolve(result);
      else reject(error);
    });
    if (returned instanceof Promise) returned.then(resolve, reject);
  });
}

/** The request that goes on; fails the test when the example answered itself. */
export async function requestAfter(
  handler: Handler,
  point: 'viewer-request' | 'origin-request',
  question: Question = {},
): Promise<Extract<HookDecision, { kind: 'continue-request' }>['request']> {
  const decision = await ask(handler, point, question);
  if (decision.kind !== 'continue-request') throw new Error(`The verdict is ${decision.kind}`);
  return decision.request;
}

/** The response that the example made itself, its content as text. */
export async function answerOf(
  handler: Handler,
  point: 'viewer-request' | 'origin-request',
  question: Question = {},
): Promise<{ status: number; fields: Fields; text: string }> {
  const decision = await ask(handler, point, question);
  if (decision.kind !== 'respond') throw new Error(`The verdict is ${decision.kind}`);
  const { status, fields, bytes } = decision.response;
  return { status, fields, text: Buffer.from(bytes).toString('utf8') };
}

/** The fields of the response after the example. */
export async function responseFieldsAfter(
  handler: Handler,
  point: 'origin-response' | 'viewer-response',
  question: Question = {},
): Promise<Fields> {
  const decision = await ask(handler, point, question);
  if (decision.kind !== 'continue-response') throw new Error(`The verdict is ${decision.kind}`);
  return decision.response.fields;
}
