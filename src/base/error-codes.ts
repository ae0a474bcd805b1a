/** Where a failure began. It decides who is told what: a viewer fault is not logged as ours. */
export type ErrorSource = 'viewer' | 'origin' | 'hook' | 'config' | 'internal';

/** One row of the error table. `status` is what the viewer gets when this failure ends a request. */
export interface ErrorRow {
  readonly source: ErrorSource;
  readonly status: number;
  readonly retryable: boolean;
  readonly text: string;
}

/**
 * Every failure that isoedge can report. Code, docs/errors.md and the `code` label of the metrics read this one table;
 * a test holds the table and the page equal. Name: `EDGE_<ROOM>_<WHAT>`.
 */
export const ERROR_TABLE = {
  EDGE_CONFIG_INVALID: {
    source: 'config',
    status: 500,
    retryable: false,
    text: 'The configuration has problems, each named with its JSON path',
  },
  EDGE_CONFIG_UNREADABLE: {
    source: 'config',
    status: 500,
    retryable: false,
    text: 'The configuration file cannot be read or is not JSON',
  },

  EDGE_FUNCTION_NOT_FOUND: {
    source: 'config',
    status: 503,
    retryable: false,
    text: 'The code path of a function does not exist',
  },
  EDGE_FUNCTION_SYNTAX: {
    source: 'config',
    status: 503,
    retryable: false,
    text: 'The code of a function cannot be parsed or bundled',
  },
  EDGE_FUNCTION_DEPENDENCY: {
    source: 'config',
    status: 503,
    retryable: false,
    text: 'A package or file that a function imports is not installed',
  },
  EDGE_FUNCTION_HANDLER: {
    source: 'config',
    status: 503,
    retryable: false,
    text: 'The module of a function does not export its handler',
  },
  EDGE_FUNCTION_TOO_LARGE: {
    source: 'config',
    status: 503,
    retryable: false,
    text: 'The code of a function is over its size limit',
  },
  EDGE_FUNCTION_UNSUPPORTED: {
    source: 'config',
    status: 503,
    retryable: false,
    text: 'A function needs something that cannot run in an isolate, such as a native add-on',
  },
  EDGE_FUNCTION_INIT: {
    source: 'hook',
    status: 503,
    retryable: false,
    text: 'The module of a function threw while it was loaded',
  },
  EDGE_FUNCTION_INIT_TIMEOUT: {
    source: 'hook',
    status: 503,
    retryable: false,
    text: 'The module of a function exceeded its initialisation time',
  },
  EDGE_FUNCTION_INIT_MEMORY: {
    source: 'hook',
    status: 503,
    retryable: false,
    text: 'The module of a function exceeded its memory limit while it was loaded',
  },

  EDGE_HOST_START: {
    source: 'internal',
    status: 503,
    retryable: false,
    text: 'Hook hosts cannot be started on this machine',
  },
  EDGE_HOOK_THREW: {
    source: 'hook',
    status: 503,
    retryable: false,
    text: 'A hook function threw, rejected or called back with an error',
  },
  EDGE_HOOK_TIMEOUT: {
    source: 'hook',
    status: 503,
    retryable: false,
    text: 'A hook function exceeded its wall-clock limit (timeoutMs)',
  },
  EDGE_HOOK_CPU: {
    source: 'hook',
    status: 503,
    retryable: false,
    text: 'A hook function exceeded its CPU limit (cpuMs)',
  },
  EDGE_HOOK_MEMORY: {
    source: 'hook',
    status: 503,
    retryable: false,
    text: 'A hook function exceeded its memory limit (memoryMb)',
  },
  EDGE_HOOK_EXITED: {
    source: 'hook',
    status: 503,
    retryable: false,
    text: 'A hook function ended its own environment before it gave a result',
  },
  EDGE_HOOK_CRASHED: {
    source: 'hook',
    status: 503,
    retryable: false,
    text: 'The hook host died while a hook function was on the CPU',
  },
  EDGE_HOOK_COLLATERAL: {
    source: 'hook',
    status: 503,
    retryable: true,
    text: 'The hook host died because of another call while this one was suspended',
  },
  EDGE_HOOK_VALIDATION: {
    source: 'hook',
    status: 502,
    retryable: false,
    text: 'The result of a hook function breaks a rule of its hook point',
  },
  EDGE_HOOK_CONCURRENCY: {
    source: 'hook',
    status: 503,
    retryable: true,
    text: 'A function is at its concurrency limit and its queue is full',
  },
  EDGE_HOOK_QUARANTINED: {
    source: 'hook',
    status: 503,
    retryable: true,
    text: 'A function is refused for a while because it killed its host repeatedly',
  },
  EDGE_HOOK_UNAVAILABLE: {
    source: 'hook',
    status: 503,
    retryable: true,
    text: 'A function is not loaded, so its hook cannot run',
  },

  EDGE_CACHE_UNSATISFIED: {
    source: 'viewer',
    status: 504,
    retryable: false,
    text: 'The viewer accepts only a stored response (only-if-cached), and none can be used',
  },

  EDGE_ORIGIN_CONNECT: {
    source: 'origin',
    status: 502,
    retryable: true,
    text: 'The origin refused the connection or cannot be reached',
  },
  EDGE_ORIGIN_DNS: {
    source: 'origin',
    status: 502,
    retryable: true,
    text: 'The host name of the origin does not resolve',
  },
  EDGE_ORIGIN_TLS: {
    source: 'origin',
    status: 502,
    retryable: false,
    text: 'The TLS handshake with the origin failed',
  },
  EDGE_ORIGIN_CONNECT_TIMEOUT: {
    source: 'origin',
    status: 504,
    retryable: true,
    text: 'The origin did not accept a connection in time (connectTimeoutMs)',
  },
  EDGE_ORIGIN_READ_TIMEOUT: {
    source: 'origin',
    status: 504,
    retryable: false,
    text: 'The origin sent nothing for too long (readTimeoutMs)',
  },
  EDGE_ORIGIN_MALFORMED: {
    source: 'origin',
    status: 502,
    retryable: false,
    text: 'The origin sent something that is not an HTTP response',
  },
  EDGE_ORIGIN_HEADERS_TOO_LARGE: {
    source: 'origin',
    status: 502,
    retryable: false,
    text: 'The header section of the origin response is over its limit',
  },
  EDGE_ORIGIN_ABORTED: {
    source: 'origin',
    status: 502,
    retryable: false,
    text: 'The origin closed the connection before its response was complete',
  },

  EDGE_VIEWER_BAD_REQUEST: {
    source: 'viewer',
    status: 400,
    retryable: false,
    text: 'The request is not valid HTTP',
  },
  EDGE_VIEWER_URL_TOO_LONG: {
    source: 'viewer',
    status: 414,
    retryable: false,
    text: 'The request target is over its limit',
  },
  EDGE_VIEWER_HEADERS_TOO_LARGE: {
    source: 'viewer',
    status: 494,
    retryable: false,
    text: 'The request line and header section are over their limit',
  },
  EDGE_VIEWER_BODY_TOO_LARGE: {
    source: 'viewer',
    status: 413,
    retryable: false,
    text: 'The request content is over its limit',
  },
  EDGE_VIEWER_METHOD: {
    source: 'viewer',
    status: 403,
    retryable: false,
    text: 'The method is not allowed by the cache behavior',
  },
  EDGE_VIEWER_GET_BODY: {
    source: 'viewer',
    status: 403,
    retryable: false,
    text: 'A GET request with content is refused',
  },
  EDGE_VIEWER_TIMEOUT: {
    source: 'viewer',
    status: 408,
    retryable: false,
    text: 'The viewer did not send its request in time',
  },
  EDGE_VIEWER_ABORTED: {
    source: 'viewer',
    status: 499,
    retryable: false,
    text: 'The viewer went away before the response was complete',
  },
  EDGE_VIEWER_INSECURE: {
    source: 'viewer',
    status: 403,
    retryable: false,
    text: 'The cache behavior accepts HTTPS only',
  },

  EDGE_ADMIN_BAD_REQUEST: {
    source: 'viewer',
    status: 400,
    retryable: false,
    text: 'A request to the admin listener is not understood',
  },
  EDGE_ADMIN_UNAUTHORIZED: {
    source: 'viewer',
    status: 401,
    retryable: false,
    text: 'A request to the admin listener lacks the configured token',
  },
  EDGE_ADMIN_FORBIDDEN: {
    source: 'viewer',
    status: 403,
    retryable: false,
    text: 'A web page of another site sent a request to the admin listener',
  },
  EDGE_ADMIN_NOT_FOUND: {
    source: 'viewer',
    status: 404,
    retryable: false,
    text: 'The admin listener has no such path',
  },
  EDGE_ADMIN_METHOD: {
    source: 'viewer',
    status: 405,
    retryable: false,
    text: 'The path of the admin listener has no such method',
  },
  EDGE_ADMIN_TOO_LARGE: {
    source: 'viewer',
    status: 413,
    retryable: false,
    text: 'The content of a request to the admin listener is over its limit',
  },
  EDGE_APP_LISTEN: {
    source: 'internal',
    status: 500,
    retryable: false,
    text: 'A listener cannot be opened',
  },
  EDGE_APP_WORKER: {
    source: 'internal',
    status: 503,
    retryable: true,
    text: 'A worker process ended or gave no answer in time',
  },
  EDGE_INTERNAL: {
    source: 'internal',
    status: 500,
    retryable: false,
    text: 'A fault in isoedge itself',
  },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERROR_TABLE;
