import type { Socket } from 'node:net';
import type { EpochMs } from '../base/clock.ts';
import { EdgeError } from '../base/edge-error.ts';
import type { HttpLimits } from '../config/config.ts';
import { formatHttpDate } from '../http/http-date.ts';
import type { ResponseHead } from '../http/message.ts';

/** What becomes of a connection whose bytes the parser refused. */
export type BytesRefusal = EdgeError | 'ignore' | 'destroy';

interface ParserError extends Error {
  readonly code?: string;
  readonly rawPacket?: Uint8Array;
}

// The longest method that the parser knows, with its space.
const MAX_METHOD_BYTES = 'VERSION-CONTROL '.length;

/** True if `packet` begins with a request line whose target is over the limit, as far as the packet shows. */
function beginsWithLongTarget(packet: Uint8Array, maxUrlBytes: number): boolean {
  const space = packet.indexOf(0x20);
  if (space < 1 || space > MAX_METHOD_BYTES) return false;
  const lineEnd = packet.indexOf(0x0a);
  return (lineEnd === -1 ? packet.length : lineEnd) - space > maxUrlBytes + ' HTTP/1.1\r\n'.length;
}

function overflowRefusal(thrown: ParserError, limits: HttpLimits): EdgeError {
  const { rawPacket } = thrown;
  if (rawPacket !== undefined && beginsWithLongTarget(rawPacket, limits.maxUrlBytes)) {
    const limit = `limit is ${limits.maxUrlBytes} bytes`;
    return new EdgeError('EDGE_VIEWER_URL_TOO_LONG', `Cannot read the request target: ${limit}`);
  }
  const limit = `limit is ${limits.maxHeaderBytes} bytes`;
  return new EdgeError('EDGE_VIEWER_HEADERS_TOO_LARGE', `Cannot read the header section: ${limit}`);
}

/** Decides what to do about an error of the parser or the connection. */
export function refusalOfBytes(
  thrown: ParserError,
  socket: Socket,
  limits: HttpLimits,
): BytesRefusal {
  const { code = '' } = thrown;
  if (code === 'HPE_HEADER_OVERFLOW') return overflowRefusal(thrown, limits);
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    // A connection that was opened ahead of need and never used deserves no reply.
    if (socket.bytesRead === 0) return 'destroy';
    const found = `no complete header section within ${limits.headersTimeoutMs} ms`;
    return new EdgeError('EDGE_VIEWER_TIMEOUT', `Cannot read the request: ${found}`);
  }
  // RFC 9112 §9.6: what follows the last request of a connection is not read.
  if (code === 'HPE_CLOSED_CONNECTION') return 'ignore';
  if (!code.startsWith('HPE_')) return 'destroy';
  // A viewer that hangs up inside a message cannot read an answer, and one that never sent a byte asked for nothing.
  if (code === 'HPE_INVALID_EOF_STATE') return 'destroy';
  return new EdgeError('EDGE_VIEWER_BAD_REQUEST', `Cannot read the request: ${thrown.message}`, {
    facts: { cause: code },
  });
}

/** A response as bytes, for a connection that has no parser left. It closes the connection. */
export function wholeResponse(head: ResponseHead, content: Uint8Array, now: EpochMs): Uint8Array {
  const lines = [`HTTP/1.1 ${head.status} ${head.reason}`];
  for (let i = 0; i < head.fields.length; i += 2) {
    lines.push(`${head.fields[i] ?? ''}: ${head.fields[i + 1] ?? ''}`);
  }
  lines.push(`Date: ${formatHttpDate(now)}`, 'Connection: close', '', '');
  return Buffer.concat([Buffer.from(lines.join('\r\n'), 'latin1'), content]);
}
