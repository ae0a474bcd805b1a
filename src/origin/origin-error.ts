import { errors } from 'undici';
import { EdgeError } from '../base/edge-error.ts';
import type { ErrorCode } from '../base/error-codes.ts';
import type { OriginTarget } from './origin-message.ts';

/** How far an attempt had come when it failed; `content` means that the response head was delivered. */
export type FailurePhase = 'connecting' | 'sent' | 'responding' | 'content';

interface Mapped {
  readonly code: ErrorCode;
  readonly found: string;
}

const BY_CODE: Readonly<Record<string, Mapped>> = {
  ENOTFOUND: { code: 'EDGE_ORIGIN_DNS', found: 'its host name does not resolve' },
  EAI_AGAIN: { code: 'EDGE_ORIGIN_DNS', found: 'its host name could not be resolved now' },
  UND_ERR_CONNECT_TIMEOUT: {
    code: 'EDGE_ORIGIN_CONNECT_TIMEOUT',
    found: 'no connection within connectTimeoutMs',
  },
  ETIMEDOUT: { code: 'EDGE_ORIGIN_CONNECT_TIMEOUT', found: 'the connection attempt timed out' },
  UND_ERR_HEADERS_TIMEOUT: {
    code: 'EDGE_ORIGIN_READ_TIMEOUT',
    found: 'no response head within readTimeoutMs',
  },
  UND_ERR_BODY_TIMEOUT: {
    code: 'EDGE_ORIGIN_READ_TIMEOUT',
    found: 'no content within readTimeoutMs',
  },
  UND_ERR_HEADERS_OVERFLOW: {
    code: 'EDGE_ORIGIN_HEADERS_TOO_LARGE',
    found: 'the header section of its response is over the limit',
  },
  UND_ERR_DESTROYED: { code: 'EDGE_ORIGIN_ABORTED', found: 'the connection pool was shut down' },
  UND_ERR_CLOSED: { code: 'EDGE_ORIGIN_ABORTED', found: 'the connection pool was shut down' },
};

const ABORTED: Mapped = {
  code: 'EDGE_ORIGIN_ABORTED',
  found: 'it closed the connection before its response was complete',
};

const WRONG_LENGTH: Mapped = {
  code: 'EDGE_ORIGIN_ABORTED',
  found: 'its content is not as long as Content-Length says',
};

const MALFORMED: Mapped = {
  code: 'EDGE_ORIGIN_MALFORMED',
  found: 'its response is not valid HTTP/1.1',
};

function codeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return '';
  return 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
}

// What OpenSSL and Node name certificate and handshake failures.
const TLS_CODE =
  /^(ERR_TLS|ERR_SSL|EPROTO|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_|INVALID_CA|CRL_)/;

function mapConnecting(code: string): Mapped {
  if (TLS_CODE.test(code)) return { code: 'EDGE_ORIGIN_TLS', found: `the TLS handshake failed` };
  return { code: 'EDGE_ORIGIN_CONNECT', found: 'no connection could be opened' };
}

function mapParser(error: Error): Mapped {
  // At the end of the connection there is no byte left that could be wrong: the response is cut off.
  return 'data' in error && error.data === '' ? ABORTED : MALFORMED;
}

function mapAnswering(thrown: unknown, code: string): Mapped {
  if (thrown instanceof errors.HTTPParserError) return mapParser(thrown);
  // The client says so when the origin answers with bytes that belong to no request, or with an upgrade nobody asked for.
  if (code === 'UND_ERR_SOCKET' && thrown instanceof Error && thrown.message.startsWith('bad ')) {
    return { code: 'EDGE_ORIGIN_MALFORMED', found: 'its response does not fit the request' };
  }
  // The parser lets a status below 100 pass, and the client takes for granted that it does not.
  if (code === 'ERR_ASSERTION') return MALFORMED;
  if (code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE') return ABORTED;
  return { code: 'EDGE_INTERNAL', found: 'the request could not be sent' };
}

function mapByPhase(thrown: unknown, code: string, phase: FailurePhase): Mapped {
  // Of any parser error in a head that has seen a Content-Length, two of them for one, the client says this.
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') {
    return phase === 'content' ? WRONG_LENGTH : MALFORMED;
  }
  const refusedByClient = code.startsWith('UND_ERR_INVALID');
  return phase === 'connecting' && !refusedByClient
    ? mapConnecting(code)
    : mapAnswering(thrown, code);
}

/**
 * The `EdgeError` for what the HTTP client reported. An `EdgeError` passes unchanged: it comes from the content of the
 * request or from an abort signal, and tells better than the origin side what happened.
 */
export function originError(thrown: unknown, target: OriginTarget, phase: FailurePhase): EdgeError {
  if (thrown instanceof EdgeError) return thrown;
  const code = codeOf(thrown);
  const mapped = BY_CODE[code] ?? mapByPhase(thrown, code, phase);
  const authority = `${target.hostname}:${target.port}`;
  const detail = code === '' ? '' : ` (${code})`;
  return new EdgeError(
    mapped.code,
    `Cannot fetch from origin "${authority}": ${mapped.found}${detail}`,
    { cause: thrown, facts: { origin: authority, phase, cause: code } },
  );
}
