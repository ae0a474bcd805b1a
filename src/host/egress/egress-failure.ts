import { type EgressAnswer, type ErrorMembers, refusal } from './egress-request.ts';

/** Codes that only this room gives; all others are those of Node. */
export type EgressCode =
  /** The allow-list does not permit the target, or its address. */
  | 'ERR_EGRESS_DENIED'
  | 'ERR_EGRESS_REQUEST_TOO_LARGE'
  | 'ERR_EGRESS_RESPONSE_TOO_LARGE'
  /** Too many requests, servers or bytes at once. */
  | 'ERR_EGRESS_TOO_MANY'
  /** The edge worker is shutting down. */
  | 'ERR_EGRESS_CLOSED'
  /** No such stream, or that of another call. */
  | 'ERR_EGRESS_STREAM'
  /** The `caFile` of the function cannot be read. */
  | 'ERR_EGRESS_CA_FILE'
  /** Anything that has no code of its own. */
  | 'ERR_EGRESS_FAILED';

/** Codes of Node that this room gives on its own account. */
export type NodeCode =
  | 'ABORT_ERR'
  | 'ERR_INVALID_ARG_VALUE'
  | 'ERR_INVALID_PROTOCOL'
  | 'ERR_INVALID_URL'
  | 'ERR_NOT_SUPPORTED'
  | 'ETIMEDOUT';

/**
 * An Error on its way to the guest. It is not an `EdgeError`: no viewer is told of it, only the
 * function.
 */
export interface EgressFailure extends Error {
  readonly code: string;
}

/** Makes a failure with one of the codes above. */
export function egressFailure(code: EgressCode | NodeCode, message: string): EgressFailure {
  return Object.assign(new Error(message), { code });
}

interface Mapped {
  readonly code: string;
  readonly message?: string;
}

// The codes of undici are not those of the http module, which is what the libraries of functions
// know.
const CLIENT_CODES: Readonly<Record<string, Mapped>> = {
  UND_ERR_SOCKET: { code: 'ECONNRESET', message: 'socket hang up' },
  UND_ERR_CONNECT_TIMEOUT: { code: 'ETIMEDOUT', message: 'connect ETIMEDOUT' },
  UND_ERR_HEADERS_TIMEOUT: { code: 'ETIMEDOUT' },
  UND_ERR_BODY_TIMEOUT: { code: 'ETIMEDOUT' },
  UND_ERR_HEADERS_OVERFLOW: {
    code: 'HPE_HEADER_OVERFLOW',
    message: 'Parse Error: Header overflow',
  },
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: { code: 'ECONNRESET', message: 'aborted' },
  UND_ERR_INVALID_ARG: { code: 'ERR_INVALID_ARG_VALUE' },
  UND_ERR_NOT_SUPPORTED: { code: 'ERR_NOT_SUPPORTED' },
  UND_ERR_ABORTED: { code: 'ABORT_ERR', message: 'The operation was aborted' },
  UND_ERR_DESTROYED: { code: 'ERR_EGRESS_CLOSED', message: 'The edge worker is shutting down' },
  UND_ERR_CLOSED: { code: 'ERR_EGRESS_CLOSED', message: 'The edge worker is shutting down' },
  UND_ERR_MAX_ORIGINS_REACHED: {
    code: 'ERR_EGRESS_TOO_MANY',
    message: 'Cannot reach one more server: too many are open',
  },
};

const MEMBERS = ['errno', 'syscall', 'address', 'port', 'hostname', 'reason', 'host'] as const;

/** The code that the guest sees for what was thrown. */
export function codeOf(thrown: unknown): string {
  const code = ownCode(rootOf(thrown));
  return CLIENT_CODES[code]?.code ?? (code === '' ? 'ERR_EGRESS_FAILED' : code);
}

/**
 * The envelope for what was thrown: the code, message and members that Node's http module would
 * give.
 */
export function failureOf(thrown: unknown): EgressAnswer {
  const root = rootOf(thrown);
  const message = CLIENT_CODES[ownCode(root)]?.message ?? messageOf(root);
  return refusal(codeOf(root), message, membersOf(root));
}

/**
 * When every address of a server fails, Node throws them together, with an empty message; the first
 * one tells most.
 */
function rootOf(thrown: unknown): unknown {
  return thrown instanceof AggregateError && thrown.errors.length > 0 ? thrown.errors[0] : thrown;
}

function ownCode(thrown: unknown): string {
  if (!(thrown instanceof Error)) return '';
  if ('code' in thrown && typeof thrown.code === 'string') return thrown.code;
  // undici 8 leaves out the code of its parser; this is the one that most of these failures have in
  // Node.
  return thrown.name === 'HTTPParserError' ? 'HPE_INVALID_CONSTANT' : '';
}

function messageOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  if (thrown.name !== 'HTTPParserError') return thrown.message;
  const [, detail = thrown.message] = /\(([^)]*)\)$/.exec(thrown.message) ?? [];
  return `Parse Error: ${detail}`;
}

function membersOf(thrown: unknown): ErrorMembers {
  const members: Record<string, string | number> = {};
  if (!(thrown instanceof Error)) return members;
  for (const name of MEMBERS) {
    const value: unknown = Reflect.get(thrown, name);
    if (typeof value === 'string' || typeof value === 'number') members[name] = value;
  }
  return members;
}
