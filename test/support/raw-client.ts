import { connect, type Socket } from 'node:net';
import { waitFor } from './wait-for.ts';

/** One response as it was on the wire. */
export interface RawResponse {
  readonly status: number;
  readonly reason: string;
  /** Flat, case and order as received. */
  readonly fields: readonly string[];
  /** Content without its framing, one char per byte. */
  readonly content: string;
}

/** An HTTP client that sends bytes as they are and can misbehave. */
export interface RawClient {
  readonly socket: Socket;
  /** Bytes received and not yet taken by `response`. */
  readonly received: string;
  readonly isClosed: boolean;
  send(bytes: string): void;
  /** Resolves when the received bytes contain `text`. */
  waitForText(text: string): Promise<void>;
  /** Takes the next whole response. Rejects if the connection closes inside it. `HEAD` has no content. */
  response(method?: string): Promise<RawResponse>;
  /** Closes the sending side. */
  end(): void;
  /** Closes at once, with a reset. */
  reset(): void;
  /** Stops reading, so that the peer's writes fill the buffers between. */
  pause(): void;
  resume(): void;
  /** Resolves when the connection is closed, with everything that was not taken. */
  closed(): Promise<string>;
  [Symbol.dispose](): void;
}

/** The value of the first line with this name. */
export function rawField(response: RawResponse, name: string): string | undefined {
  const lines = rawFields(response, name);
  return lines[0];
}

/** The values of all lines with this name. */
export function rawFields(response: RawResponse, name: string): string[] {
  const values: string[] = [];
  for (let i = 0; i < response.fields.length; i += 2) {
    if (response.fields[i]?.toLowerCase() === name.toLowerCase()) {
      values.push(response.fields[i + 1] ?? '');
    }
  }
  return values;
}

function parseHead(head: string): Omit<RawResponse, 'content'> {
  const [statusLine = '', ...lines] = head.split('\r\n');
  const [, status = '', ...reason] = statusLine.split(' ');
  const fields = lines.flatMap((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  return { status: Number(status), reason: reason.join(' '), fields };
}

/** The end of the chunked content that begins at `start`, and the content; `undefined` if more bytes are needed. */
function parseChunked(bytes: string, start: number): { content: string; end: number } | undefined {
  let content = '';
  let at = start;
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd === -1) return undefined;
    const size = Number.parseInt(bytes.slice(at, lineEnd), 16);
    const end = lineEnd + 2 + size + 2;
    if (bytes.length < end) return undefined;
    content += bytes.slice(lineEnd + 2, end - 2);
    if (size === 0) return { content, end };
    at = end;
  }
}

interface ParsedResponse {
  readonly response: RawResponse;
  readonly end: number;
}

function parseResponse(bytes: string, method: string, closed: boolean): ParsedResponse | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd === -1) return undefined;
  const head = parseHead(bytes.slice(0, headEnd));
  const start = headEnd + 4;
  const whole = { ...head, content: '' };
  const length = rawField(whole, 'content-length');
  if (method === 'HEAD' || head.status < 200 || head.status === 204 || head.status === 304) {
    return { response: whole, end: start };
  }
  if (rawField(whole, 'transfer-encoding') === 'chunked') {
    const chunked = parseChunked(bytes, start);
    return chunked && { response: { ...head, content: chunked.content }, end: chunked.end };
  }
  if (length !== undefined) {
    const end = start + Number(length);
    return bytes.length < end
      ? undefined
      : { response: { ...head, content: bytes.slice(start, end) }, end };
  }
  return closed
    ? { response: { ...head, content: bytes.slice(start) }, end: bytes.length }
    : undefined;
}

/** Connects to a port of 127.0.0.1. */
export async function connectRaw(port: number): Promise<RawClient> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let received = '';
  let isClosed = false;
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
    socket.emit('received');
  });
  const markEnd = (): void => {
    isClosed = true;
    socket.emit('received');
  };
  socket.on('end', () => {
    markEnd();
    socket.destroy();
  });
  socket.on('close', markEnd);
  await waitFor(socket, ['connect', 'close'], () => !socket.connecting || socket.destroyed);
  if (socket.destroyed) throw new Error(`Cannot connect to port ${port}`);
  return {
    socket,
    get received() {
      return received;
    },
    get isClosed() {
      return isClosed;
    },
    send(bytes) {
      socket.write(bytes, 'latin1');
    },
    waitForText(text) {
      return waitFor(socket, ['received'], () => received.includes(text));
    },
    async response(method = 'GET') {
      let parsed: ParsedResponse | undefined;
      await waitFor(socket, ['received'], () => {
        parsed = parseResponse(received, method, isClosed);
        return parsed !== undefined || isClosed;
      });
      if (parsed === undefined)
        throw new Error(`Connection closed after: ${received.slice(0, 400)}`);
      received = received.slice(parsed.end);
      return parsed.response;
    },
    end() {
      socket.end();
    },
    reset() {
      socket.resetAndDestroy();
    },
    pause() {
      socket.pause();
    },
    resume() {
      socket.resume();
    },
    async closed() {
      await waitFor(socket, ['received'], () => isClosed);
      return received;
    },
    [Symbol.dispose]() {
      socket.destroy();
    },
  };
}
