import { Socket } from 'node:net';
import { type Frame, FrameReader, FrameWriter } from '../wire/frame.ts';

/** Replies are sent when this much has gathered, also in the middle of a batch. */
const FLUSH_BYTES = 64 * 1024;

/**
 * The host's end of the socketpair. Frames of one batch of calls leave together: `writer` gathers
 * them and `flush` sends. When the other end closes, the edge worker is gone and the process ends:
 * a host never outlives its worker.
 */
export class Channel {
  readonly writer = new FrameWriter();
  readonly #socket: Socket;

  constructor(fd: number, onFrame: (frame: Frame) => void, onBatchEnd: () => void) {
    const reader = new FrameReader(onFrame);
    this.#socket = new Socket({ fd, readable: true, writable: true });
    this.#socket.on('data', (chunk: Buffer) => {
      reader.push(chunk);
      onBatchEnd();
    });
    this.#socket.on('close', () => process.exit(0));
    // The worker may vanish in the middle of a write; `close` follows.
    this.#socket.on('error', () => undefined);
  }

  flush(): void {
    const ready = this.writer.take();
    if (ready !== undefined) this.#socket.write(ready);
  }

  flushIfLarge(): void {
    if (this.writer.pendingBytes > FLUSH_BYTES) this.flush();
  }
}
