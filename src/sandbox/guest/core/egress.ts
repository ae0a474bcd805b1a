import { currentFrame } from './async-frame.ts';
import { cancelHostOperation, startHostOperation } from './host.ts';
import { runTask } from './loop.ts';

/** One HTTP exchange through the broker: the host checks the function's allow-list, sends it, and answers with the whole response. */

export interface EgressRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array | undefined;
  readonly timeoutMs: number | undefined;
}

export interface EgressResponse {
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly url: string;
}

export type EgressReply = (
  error: Error | undefined,
  response?: EgressResponse,
  body?: Uint8Array,
) => void;

/** Sends a request. Returns a function that gives the exchange up: its answer is then ignored. */
export function sendRequest(request: EgressRequest, reply: EgressReply): () => void {
  const frame = currentFrame();
  const { method, url, headers, body, timeoutMs } = request;
  const plain = {
    method,
    url,
    headers: headers.map(([name, value]) => [name, value]),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
  const args = body === undefined ? [plain] : [plain, new Uint8Array(body)];
  const id = startHostOperation('egress.request', args, (error, response, content) => {
    runTask(reply as (...args: unknown[]) => void, [error, response, content], frame);
  });
  return () => cancelHostOperation(id);
}
