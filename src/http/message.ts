import type { Readable } from 'node:stream';
import type { Fields } from './fields.ts';

/** Content of a message: nothing, bytes in memory, or a stream. `lengthBytes` is known when Content-Length says so. */
export type Content =
  | { readonly kind: 'none' }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'stream'; readonly stream: Readable; readonly lengthBytes?: number };

export const NO_CONTENT: Content = { kind: 'none' };

/** The head of a request as the pipeline sees it (RFC 9110 §3). `path` and `query` are raw, still percent-encoded. */
export interface RequestHead {
  readonly method: string;
  /** Begins with `/`, without the query. */
  readonly path: string;
  /** Without the leading `?`; `''` if there is none. */
  readonly query: string;
  readonly fields: Fields;
}

/** The head of a response. `reason` is the reason phrase; `''` when the origin sent none. */
export interface ResponseHead {
  readonly status: number;
  readonly reason: string;
  readonly fields: Fields;
}
