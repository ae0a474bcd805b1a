import { currentFrame } from './async-frame.ts';
import { cancelHostOperation, startHostOperation, tellHostOperation } from './host.ts';
import { runTask } from './loop.ts';

/**
 * HTTP exchanges through the broker: the edge worker checks the function's allow-list, sends the
 * request, and gives the response.
 */

export interface EgressRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array | undefined;
}

/** The head of a response, and its content to be read. */
export interface EgressResponse {
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly url: string;
  readonly content: EgressContent;
}

/**
 * The content of a response: one that is short and quick comes whole with the head, any other in
 * parts.
 */
export interface EgressContent {
  /** All of it, when it came with the head. */
  readonly whole: Uint8Array | undefined;
  /**
   * Asks for the next part; `undefined` = nothing follows. One at a time; the reply may come at
   * once.
   */
  read(reply: PartReply): void;
  /** Drops what was not read, and its connection. */
  close(): void;
}

export type EgressReply = (error: Error | undefined, response?: EgressResponse) => void;
export type PartReply = (error: Error | undefined, part?: Uint8Array) => void;

type AnyReply = (...args: unknown[]) => void;
type Head = Omit<EgressResponse, 'content'> & { readonly stream?: number };

/**
 * Sends a request. Returns a function that gives it up before its answer: the connection is closed.
 */
export function sendRequest(request: EgressRequest, reply: EgressReply): () => void {
  const frame = currentFrame();
  const { method, url, headers, body } = request;
  const plain = {
    method,
    url,
    headers: headers.map(([name, value]) => [name, value]),
    streaming: true,
  };
  const args = body === undefined ? [plain] : [plain, new Uint8Array(body)];
  const id = startHostOperation('egress.request', args, (error, head, bytes) => {
    const response =
      error === undefined ? responseOf(head as Head, bytes as Uint8Array) : undefined;
    runTask(reply as AnyReply, [error, response], frame);
  });
  return () => cancelHostOperation(id);
}

function responseOf({ stream, ...head }: Head, bytes: Uint8Array | undefined): EgressResponse {
  const content =
    stream === undefined ? new WholeContent(bytes ?? new Uint8Array(0)) : new StreamContent(stream);
  return { ...head, content };
}

class WholeContent implements EgressContent {
  readonly whole: Uint8Array;
  #isRead: boolean;

  constructor(bytes: Uint8Array) {
    this.whole = bytes;
    this.#isRead = bytes.length === 0;
  }

  read(reply: PartReply): void {
    const part = this.#isRead ? undefined : this.whole;
    this.#isRead = true;
    reply(undefined, part);
  }

  close(): void {
    this.#isRead = true;
  }
}

/** Content that the edge worker still receives. */
class StreamContent implements EgressContent {
  readonly whole = undefined;
  readonly #stream: number;
  #isOver = false;
  /** The read whose answer is awaited. */
  #reading: number | undefined;

  constructor(stream: number) {
    this.#stream = stream;
  }

  read(reply: PartReply): void {
    if (this.#isOver) {
      reply(undefined);
      return;
    }
    const frame = currentFrame();
    const args = [{ stream: this.#stream }];
    this.#reading = startHostOperation('egress.read', args, (error, result, bytes) => {
      this.#reading = undefined;
      this.#isOver = error !== undefined || (result as { done: boolean }).done;
      const part = bytes as Uint8Array | undefined;
      const isEnd = this.#isOver && (part?.length ?? 0) === 0;
      runTask(reply as AnyReply, [error, isEnd ? undefined : part], frame);
    });
  }

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#reading === undefined) tellHostOperation('egress.close', [{ stream: this.#stream }]);
    else cancelHostOperation(this.#reading);
  }
}
