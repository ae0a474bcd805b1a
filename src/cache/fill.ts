import { Readable } from 'node:stream';
import { invariant } from '../base/assert.ts';
import { EdgeError, toEdgeError } from '../base/edge-error.ts';
import { hasField } from '../http/fields.ts';
import type { Content, RequestHead } from '../http/message.ts';
import type { ByteRange } from '../http/ranges.ts';
import { type Selection, selectionMatches } from '../http/vary.ts';
import type { NotStoredReason } from './policy/admission.ts';
import type { CacheKey, StoredHead, StoredResponse } from './stored-response.ts';

/**
 * How far the origin is read ahead of the slowest reader once the content is not kept any more, in bytes. While it is kept,
 * the limit is that of a stored response, and no reader slows another one down.
 */
export const READ_AHEAD_BYTES = 1_048_576;

/** Why a response under way is not shared with the requests that wait for it. */
export type NotSharedReason = NotStoredReason | 'not-fresh' | 'vary';

/** What waiting requests learn when the head of the response is known. */
export type FillHead =
  /** The content may be read with `content()` while it arrives. */
  | { readonly kind: 'shared'; readonly head: StoredHead }
  /** Validation succeeded: here is the freshened response. */
  | { readonly kind: 'stored'; readonly stored: StoredResponse }
  /** Each request goes to the origin on its own, in parallel. */
  | { readonly kind: 'notShared'; readonly reason: NotSharedReason }
  | { readonly kind: 'failed'; readonly error: EdgeError };

/** What a fill tells its owner. */
export interface FillListener {
  /** The content is complete and is to be stored. Not called for a doomed, outgrown or failed fill. */
  readonly onComplete: (head: StoredHead, content: Uint8Array) => void;
  /** The content turned out too large to be stored. Called at most once. */
  readonly onOutgrown: (fill: Fill) => void;
  /** Nothing will come of it any more: it is complete, or will not be stored. Called once. */
  readonly onEnded: (fill: Fill) => void;
}

/** How a fill is made. */
export interface FillOptions {
  readonly key: CacheKey;
  readonly maxResponseBytes: number;
  readonly listener: FillListener;
  /** What its response will select, as far as one can tell before it is there. */
  readonly assumedSelection?: Selection;
  /** False: nobody may wait for the head, because the response can hardly be shared. */
  readonly collapses: boolean;
  /** The leader has credentials: its response is for others with credentials, unless it turns out shareable. */
  readonly isAuthorized: boolean;
  /** Names the requests that this one is like; see `CollapseTable.noteUncacheable`. */
  readonly collapseClass: string;
}

/** Arguments of {@link Fill.start}. */
export interface FillStart {
  readonly head: StoredHead;
  /** Whether waiting requests may have it. */
  readonly shareable: boolean;
  /** Where Content-Length says so; other content fails the fill. */
  readonly lengthBytes?: number;
}

/** Where one reader is. `chunk` counts from the first chunk of the response, so that finding the next one is one step. */
interface Cursor {
  offset: number;
  chunk: number;
  offsetInChunk: number;
}

/** One reader of a fill. */
interface Reader {
  readonly cursor: Cursor;
  readonly wake: () => void;
  readonly destroy: (error: Error) => void;
}

function ignoreError(): void {
  // Whoever reads the stream handles its error; without a listener an early one would end the process.
}

/**
 * One response on its way from the origin: written by the leader, read by every request that joined, each at its own pace.
 *
 * Each request that joined calls `content()` or `leave()` exactly once. Without content kept or readers left, `abandoned`
 * aborts, so that the exchange with the origin can end. A reader that leaves never ends a fill that will be stored.
 */
export class Fill {
  readonly key: CacheKey;
  readonly collapseClass: string;
  /** Settles when the head is known; never rejects. */
  readonly head: Promise<FillHead>;
  readonly #resolveHead: (head: FillHead) => void;
  readonly #maxResponseBytes: number;
  readonly #listener: FillListener;
  readonly #abandoned = new AbortController();
  readonly #readers = new Set<Reader>();
  #assumedSelection: Selection | undefined;
  #collapses: boolean;
  #isAuthorized: boolean;
  #started: FillStart | undefined;
  #state: 'waiting' | 'open' | 'complete' | 'ended' = 'waiting';
  /** Requests that joined and have neither left nor asked for the content yet. */
  #pending = 0;
  #kept = true;
  #doomed = false;
  #isJoinable = true;
  #hasEnded = false;
  #chunks: Uint8Array[] = [];
  /** How many chunks, and bytes, were dropped from the front of `#chunks`. */
  #droppedChunks = 0;
  #droppedBytes = 0;
  #receivedBytes = 0;
  #bytes: Uint8Array | undefined;
  #error: EdgeError | undefined;
  #onDrain: (() => void) | undefined;

  constructor(options: FillOptions) {
    const { promise, resolve } = Promise.withResolvers<FillHead>();
    this.key = options.key;
    this.collapseClass = options.collapseClass;
    this.head = promise;
    this.#resolveHead = resolve;
    this.#maxResponseBytes = options.maxResponseBytes;
    this.#listener = options.listener;
    this.#assumedSelection = options.assumedSelection;
    this.#collapses = options.collapses;
    this.#isAuthorized = options.isAuthorized;
  }

  /** Aborts when nobody wants the response any more and it will not be stored. */
  get abandoned(): AbortSignal {
    return this.#abandoned.signal;
  }

  /** Whether a request may join: its response is, or may become, one that this fill can give it. */
  accepts(request: RequestHead): boolean {
    if (!this.#isJoinable || !this.#collapses) return false;
    if (this.#isAuthorized && !hasField(request.fields, 'authorization')) return false;
    return this.matches(request);
  }

  /** Whether the response answers this request as far as Vary goes. Ask again when the head is known. */
  matches(request: RequestHead): boolean {
    const selection = this.#started?.head.selection ?? this.#assumedSelection;
    return selection === undefined || selectionMatches(selection, request.fields);
  }

  /** Names of the fields that the response varies on, once they are known. */
  get selectingNames(): readonly string[] | undefined {
    const selection = this.#started?.head.selection ?? this.#assumedSelection;
    return selection?.map(([name]) => name);
  }

  /** Counts one more request that waits; the table calls it. */
  joined(): void {
    this.#pending += 1;
  }

  /** A request that joined goes away without the content. */
  leave(): void {
    this.#pending -= 1;
    this.#release();
  }

  /** The head is admitted: from now on content is written and kept. */
  start(start: FillStart): void {
    invariant(this.#state === 'waiting', 'a fill starts once');
    this.#started = start;
    this.#state = 'open';
    if (start.shareable) {
      this.#collapses = true;
      this.#isAuthorized = false;
      this.#resolveHead({ kind: 'shared', head: start.head });
    } else {
      this.#isJoinable = false;
      this.#resolveHead({ kind: 'notShared', reason: 'not-fresh' });
    }
    if (this.#doomed) this.#outgrow();
  }

  /** The response cannot be stored; the leader has it for itself. */
  decline(reason: NotSharedReason): void {
    this.#settle({ kind: 'notShared', reason });
  }

  /** Validation succeeded: every request that waits, and that {@link matches} still, gets the freshened response. */
  validated(stored: StoredResponse): void {
    this.#assumedSelection = stored.selection;
    this.#settle({ kind: 'stored', stored });
  }

  /** Adds content. False: wait for {@link onDrain} before the next chunk. The chunk must not be changed afterwards. */
  write(chunk: Uint8Array): boolean {
    if (this.#state !== 'open' || chunk.byteLength === 0) return true;
    this.#chunks.push(chunk);
    this.#receivedBytes += chunk.byteLength;
    if (this.#kept && this.#receivedBytes > this.#maxResponseBytes) {
      this.#listener.onOutgrown(this);
      this.#outgrow();
    }
    this.#wakeReaders();
    return this.#kept || this.#bufferedBytes() <= READ_AHEAD_BYTES;
  }

  /** Calls back once, when the slowest reader has caught up. */
  onDrain(callback: () => void): void {
    if (this.#kept || this.#bufferedBytes() <= READ_AHEAD_BYTES) callback();
    else this.#onDrain = callback;
  }

  /** The content is complete. Content shorter or longer than announced is a failure and is not stored. */
  end(): void {
    if (this.#state !== 'open' || this.#started === undefined) return;
    const { lengthBytes, head } = this.#started;
    if (lengthBytes !== undefined && lengthBytes !== this.#receivedBytes) {
      const found = `${this.#receivedBytes} bytes, expected ${lengthBytes}`;
      this.fail(new EdgeError('EDGE_ORIGIN_ABORTED', `Cannot complete response: ${found}`));
      return;
    }
    this.#state = 'complete';
    if (this.#kept) {
      this.#bytes = joinChunks(this.#chunks, this.#receivedBytes);
      this.#chunks = [];
      this.#listener.onComplete(head, this.#bytes);
    }
    this.#leaveTable();
    this.#wakeReaders();
  }

  /** The exchange with the origin failed: nothing is stored, and every reader fails. */
  fail(thrown: unknown): void {
    if (this.#state === 'complete' || this.#state === 'ended') return;
    this.#error = toEdgeError(thrown);
    this.#settle({ kind: 'failed', error: this.#error });
    this.#chunks = [];
    for (const reader of this.#readers) reader.destroy(this.#error);
  }

  /** A purge or an invalidation hit the key: what is under way still reaches its readers, but is not stored. */
  doom(): void {
    this.#doomed = true;
    this.#leaveTable();
    if (this.#state === 'open') this.#outgrow();
  }

  /**
   * The content for one request that joined: bytes when complete, else a stream. `range` selects a part. Call it in the same
   * turn in which the head became known, or the next one.
   */
  content(range?: ByteRange): Content {
    this.#pending -= 1;
    if (this.#bytes !== undefined) return { kind: 'bytes', bytes: slice(this.#bytes, range) };
    const stream = this.#stream(range);
    const total = this.#started?.lengthBytes;
    const lengthBytes = range === undefined ? total : range.last - range.first + 1;
    return lengthBytes === undefined
      ? { kind: 'stream', stream }
      : { kind: 'stream', stream, lengthBytes };
  }

  #stream(range: ByteRange | undefined): Readable {
    const until = range === undefined ? Infinity : range.last + 1;
    const cursor = { offset: 0, chunk: 0, offsetInChunk: 0 };
    this.#skip(cursor, range?.first ?? 0);
    let wanted = false;
    const pull = (): void => {
      const isOver = this.#state === 'complete' && cursor.offset >= this.#receivedBytes;
      const part = isOver ? undefined : this.#take(cursor, until - cursor.offset);
      if (part === undefined && !isOver && cursor.offset < until) return;
      wanted = false;
      stream.push(part ?? null);
      this.#release();
    };
    const stream = new Readable({
      read: () => {
        wanted = true;
        pull();
      },
      destroy: (error, callback) => {
        this.#readers.delete(reader);
        this.#release();
        callback(error);
      },
    });
    const wake = (): void => {
      if (wanted) pull();
    };
    const reader: Reader = { cursor, wake, destroy: (error) => stream.destroy(error) };
    stream.on('error', ignoreError);
    this.#readers.add(reader);
    if (this.#error !== undefined) stream.destroy(this.#error);
    return stream;
  }

  /** Moves a new cursor forward; what lies before the range may still have to arrive. */
  #skip(cursor: Cursor, bytes: number): void {
    let left = bytes;
    while (left > 0) {
      const part = this.#take(cursor, left);
      if (part === undefined) break;
      left -= part.byteLength;
    }
    cursor.offset += left;
    cursor.offsetInChunk += left;
  }

  /** Up to `limit` bytes at the cursor, which moves on; `undefined` if they are still to come. */
  #take(cursor: Cursor, limit: number): Uint8Array | undefined {
    if (limit <= 0) return undefined;
    let part: Uint8Array | undefined;
    if (this.#bytes === undefined) {
      part = this.#takeChunk(cursor, limit);
    } else {
      // Slices keep one write from being as large as the whole response.
      const end = Math.min(cursor.offset + Math.min(limit, READ_AHEAD_BYTES), this.#bytes.length);
      part = cursor.offset < end ? this.#bytes.subarray(cursor.offset, end) : undefined;
    }
    cursor.offset += part?.byteLength ?? 0;
    return part;
  }

  #takeChunk(cursor: Cursor, limit: number): Uint8Array | undefined {
    if (cursor.chunk < this.#droppedChunks) {
      cursor.chunk = this.#droppedChunks;
      cursor.offsetInChunk = cursor.offset - this.#droppedBytes;
    }
    let chunk = this.#chunks[cursor.chunk - this.#droppedChunks];
    while (chunk !== undefined && cursor.offsetInChunk >= chunk.byteLength) {
      cursor.offsetInChunk -= chunk.byteLength;
      cursor.chunk += 1;
      chunk = this.#chunks[cursor.chunk - this.#droppedChunks];
    }
    if (chunk === undefined) return undefined;
    const end = Math.min(cursor.offsetInChunk + limit, chunk.byteLength);
    const part = chunk.subarray(cursor.offsetInChunk, end);
    cursor.offsetInChunk = end;
    return part;
  }

  #wakeReaders(): void {
    for (const reader of this.#readers) reader.wake();
  }

  /** Too large to be kept, or no longer wanted in the store: from now on only the readers' window is held. */
  #outgrow(): void {
    this.#kept = false;
    this.#leaveTable();
    this.#release();
  }

  #slowestOffset(): number {
    if (this.#pending > 0) return this.#droppedBytes;
    let slowest = this.#receivedBytes;
    for (const { cursor } of this.#readers) slowest = Math.min(slowest, cursor.offset);
    return slowest;
  }

  #bufferedBytes(): number {
    return this.#receivedBytes - this.#slowestOffset();
  }

  /** Drops what every reader has passed, resumes the origin, and notices when nobody is left. */
  #release(): void {
    const unwanted = this.#pending <= 0 && this.#readers.size === 0;
    if (unwanted && this.#state === 'open' && !this.#kept) this.#abandon();
    if (this.#kept) return;
    const slowest = this.#slowestOffset();
    let [first] = this.#chunks;
    while (first !== undefined && this.#droppedBytes + first.byteLength <= slowest) {
      this.#droppedBytes += first.byteLength;
      this.#droppedChunks += 1;
      this.#chunks.shift();
      [first] = this.#chunks;
    }
    if (this.#receivedBytes - slowest > READ_AHEAD_BYTES / 2) return;
    const onDrain = this.#onDrain;
    this.#onDrain = undefined;
    onDrain?.();
  }

  #abandon(): void {
    this.#state = 'ended';
    this.#chunks = [];
    this.#leaveTable();
    this.#abandoned.abort(
      new EdgeError('EDGE_VIEWER_ABORTED', 'Cannot deliver response: no viewer is left'),
    );
  }

  #settle(head: FillHead): void {
    this.#state = 'ended';
    this.#leaveTable();
    this.#resolveHead(head);
  }

  #leaveTable(): void {
    this.#isJoinable = false;
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#listener.onEnded(this);
  }
}

/** An exact copy: chunks of the origin client may be slices of larger, pooled buffers. */
function joinChunks(chunks: readonly Uint8Array[], lengthBytes: number): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(lengthBytes);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

function slice(bytes: Uint8Array, range: ByteRange | undefined): Uint8Array {
  return range === undefined ? bytes : bytes.subarray(range.first, range.last + 1);
}

/**
 * Writes a content into a fill and ends it, at the pace that the fill allows. Failure of the stream fails the fill; an
 * abandoned fill destroys the stream.
 */
export function pump(content: Content, fill: Fill): void {
  switch (content.kind) {
    case 'none':
      fill.end();
      return;
    case 'bytes':
      fill.write(content.bytes);
      fill.end();
      return;
    case 'stream':
      pumpStream(content.stream, fill);
  }
}

const CLOSED_BY_ORIGIN = 'Cannot complete response: the origin closed the connection';

function pumpStream(stream: Readable, fill: Fill): void {
  let isComplete = false;
  const onAbandoned = (): void => {
    stream.destroy();
  };
  fill.abandoned.addEventListener('abort', onAbandoned, { once: true });
  stream.on('data', (chunk: Uint8Array) => {
    if (fill.write(chunk)) return;
    stream.pause();
    fill.onDrain(() => stream.resume());
  });
  stream.on('end', () => {
    isComplete = true;
    fill.end();
  });
  stream.on('error', (error) => fill.fail(error));
  stream.on('close', () => {
    fill.abandoned.removeEventListener('abort', onAbandoned);
    if (isComplete) return;
    fill.fail(new EdgeError('EDGE_ORIGIN_ABORTED', CLOSED_BY_ORIGIN));
  });
  if (fill.abandoned.aborted || stream.destroyed) {
    stream.destroy();
    fill.fail(new EdgeError('EDGE_ORIGIN_ABORTED', CLOSED_BY_ORIGIN));
  }
}
