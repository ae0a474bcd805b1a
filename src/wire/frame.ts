/**
 * Frames between an edge worker and a hook host, over one socketpair. A frame is
 *
 *     length u32 · type u8 · id u32 · body          (little endian; length counts type, id and body)
 *
 * and a body is a sequence of numbers (f64) and texts (length u32 + UTF-8), in the order that its type says in `messages.ts`.
 * Many frames are written into one buffer and leave in one system call: at 64 calls in flight that is what a call costs.
 */

const HEADER_BYTES = 9;
const LENGTH_BYTES = 4;
const FIRST_CAPACITY_BYTES = 16 * 1024;
/** A buffer that one large frame has grown beyond this is not kept for the next ones. */
const KEPT_CAPACITY_BYTES = 1024 * 1024;
/**
 * No frame to a host is larger: a package with its files is at most 50 MB, base64 makes 67 MB of
 * it.
 */
const MAX_FRAME_BYTES = 256 * 1024 * 1024;
/**
 * No frame of a host is larger: results, log lines and requests are cut or refused far below
 * (`sandbox/limits.ts`).
 */
export const MAX_HOST_FRAME_BYTES = 32 * 1024 * 1024;

/**
 * Assembles frames: `begin`, then `number`, `text` and `bytes` in order, then `end`; `take` gives
 * what is ready to send.
 */
export class FrameWriter {
  #buffer = Buffer.allocUnsafe(FIRST_CAPACITY_BYTES);
  #length = 0;
  #start = 0;
  #isOpen = false;

  get pendingBytes(): number {
    return this.#length;
  }

  begin(type: number, id: number): this {
    // A frame that was left unfinished, because making its body threw, must not spoil the next one.
    if (this.#isOpen) this.#length = this.#start;
    this.#isOpen = true;
    this.#reserve(HEADER_BYTES);
    this.#start = this.#length;
    this.#buffer[this.#length + LENGTH_BYTES] = type;
    this.#buffer.writeUInt32LE(id, this.#length + LENGTH_BYTES + 1);
    this.#length += HEADER_BYTES;
    return this;
  }

  number(value: number): this {
    this.#reserve(8);
    this.#buffer.writeDoubleLE(value, this.#length);
    this.#length += 8;
    return this;
  }

  text(value: string): this {
    // UTF-8 never needs more than three bytes for one UTF-16 code unit.
    this.#reserve(4 + value.length * 3);
    const written = this.#buffer.write(value, this.#length + 4, 'utf8');
    this.#buffer.writeUInt32LE(written, this.#length);
    this.#length += 4 + written;
    return this;
  }

  bytes(value: Uint8Array): this {
    this.#reserve(4 + value.byteLength);
    this.#buffer.writeUInt32LE(value.byteLength, this.#length);
    this.#buffer.set(value, this.#length + 4);
    this.#length += 4 + value.byteLength;
    return this;
  }

  end(): void {
    this.#isOpen = false;
    this.#buffer.writeUInt32LE(this.#length - this.#start - LENGTH_BYTES, this.#start);
  }

  /**
   * Everything written since the last call, as a buffer that this writer will not touch again;
   * `undefined` if nothing.
   */
  take(): Buffer | undefined {
    if (this.#length === 0) return undefined;
    const ready = Buffer.from(this.#buffer.subarray(0, this.#length));
    this.#length = 0;
    if (this.#buffer.length > KEPT_CAPACITY_BYTES) {
      this.#buffer = Buffer.allocUnsafe(FIRST_CAPACITY_BYTES);
    }
    return ready;
  }

  #reserve(extraBytes: number): void {
    const needed = this.#length + extraBytes;
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }
}

/**
 * One received frame; its body is read in the order it was written. Valid only during the callback
 * that delivers it.
 */
export class Frame {
  type = 0;
  id = 0;
  #buffer: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;

  /** Points this frame at a part of a received chunk. One object serves all frames of a reader. */
  reset(buffer: Buffer, start: number, end: number): void {
    this.type = buffer[start] ?? 0;
    this.id = buffer.readUInt32LE(start + 1);
    this.#buffer = buffer;
    this.#at = start + HEADER_BYTES - LENGTH_BYTES;
    this.#end = end;
  }

  /** The next number. Throws RangeError, as `text` and `bytes` do, at the end of the body. */
  number(): number {
    this.#require(8);
    const value = this.#buffer.readDoubleLE(this.#at);
    this.#at += 8;
    return value;
  }

  text(): string {
    const from = this.#take();
    return this.#buffer.toString('utf8', from, this.#at);
  }

  /** A copy, because the chunk below is reused. */
  bytes(): Uint8Array<ArrayBuffer> {
    const from = this.#take();
    return new Uint8Array(this.#buffer.subarray(from, this.#at));
  }

  #take(): number {
    this.#require(4);
    const length = this.#buffer.readUInt32LE(this.#at);
    this.#at += 4;
    this.#require(length);
    const from = this.#at;
    this.#at += length;
    return from;
  }

  #require(bytes: number): void {
    if (this.#at + bytes > this.#end) throw new RangeError('Frame body is shorter than it says');
  }
}

/**
 * Cuts the received chunks into frames. The peer is a hook host that user code may have taken over:
 * sizes are checked.
 */
export class FrameReader {
  readonly #onFrame: (frame: Frame) => void;
  readonly #frame = new Frame();
  readonly #maxBytes: number;
  #parts: Buffer[] = [];
  #partsBytes = 0;
  #neededBytes = LENGTH_BYTES;

  constructor(onFrame: (frame: Frame) => void, maxBytes: number = MAX_FRAME_BYTES) {
    this.#onFrame = onFrame;
    this.#maxBytes = maxBytes;
  }

  /**
   * Takes one chunk; calls `onFrame` for each frame that is complete now. Throws RangeError for a
   * frame over the limit; use no further.
   */
  push(chunk: Buffer): void {
    if (this.#partsBytes + chunk.length < this.#neededBytes) {
      this.#parts.push(chunk);
      this.#partsBytes += chunk.length;
      return;
    }
    const data = this.#partsBytes === 0 ? chunk : Buffer.concat([...this.#parts, chunk]);
    this.#parts = [];
    this.#partsBytes = 0;
    this.#cut(data);
  }

  #cut(data: Buffer): void {
    let at = 0;
    this.#neededBytes = LENGTH_BYTES;
    while (data.length - at >= LENGTH_BYTES) {
      const length = data.readUInt32LE(at);
      if (length < HEADER_BYTES - LENGTH_BYTES || length > this.#maxBytes) {
        throw new RangeError(`Frame of ${length} bytes, limit is ${this.#maxBytes}`);
      }
      const end = at + LENGTH_BYTES + length;
      if (end > data.length) {
        this.#neededBytes = LENGTH_BYTES + length;
        break;
      }
      this.#frame.reset(data, at + LENGTH_BYTES, end);
      at = end;
      this.#onFrame(this.#frame);
    }
    if (at < data.length) {
      this.#parts = [at === 0 ? data : data.subarray(at)];
      this.#partsBytes = data.length - at;
    }
  }
}
