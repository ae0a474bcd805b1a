import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { EdgeError } from '../base/edge-error.ts';
import { bodyTooLarge } from './request-head.ts';

// As much of a request as waits in memory for an origin that reads slowly.
const HIGH_WATER_MARK_BYTES = 65_536;

const ignore = (): void => undefined;

/**
 * The content of a request as the pipeline reads it. Counts bytes against the limit, holds the viewer back while nobody
 * reads, asks for `100 Continue` on the first read, and fails with an `EdgeError` only. Destroying it stops the reading but
 * leaves the connection to the reply.
 */
export class RequestContent extends Readable {
  readonly #source: IncomingMessage;
  readonly #maxBytes: number;
  #onFirstRead: (() => void) | undefined;
  #receivedBytes = 0;
  #started = false;

  constructor(source: IncomingMessage, maxBytes: number, onFirstRead: (() => void) | undefined) {
    super({ highWaterMark: HIGH_WATER_MARK_BYTES });
    this.#source = source;
    this.#maxBytes = maxBytes;
    this.#onFirstRead = onFirstRead;
    // A pipeline that answers without reading has no listener; an early end of the connection is no fault of ours.
    this.on('error', ignore);
  }

  /** True while the viewer is expected to send: somebody reads, and the buffer has room. */
  get isWaiting(): boolean {
    return this.#started && !this.#source.complete && !this.destroyed && !this.#source.isPaused();
  }

  override _read(): void {
    if (!this.#started) this.#start();
    this.#source.resume();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#source.off('data', this.#onData);
    this.#source.off('end', this.#onEnd);
    if (this.#started) this.#source.pause();
    callback(error);
  }

  /** Ends the content with a failure of the viewer side. */
  fail(error: EdgeError): void {
    this.destroy(error);
  }

  #start(): void {
    this.#started = true;
    this.#onFirstRead?.();
    this.#onFirstRead = undefined;
    this.#source.on('data', this.#onData);
    this.#source.on('end', this.#onEnd);
  }

  readonly #onData = (chunk: Uint8Array): void => {
    this.#receivedBytes += chunk.length;
    if (this.#receivedBytes > this.#maxBytes) {
      this.destroy(bodyTooLarge(this.#maxBytes));
    } else if (!this.push(chunk)) {
      this.#source.pause();
    }
  };

  readonly #onEnd = (): void => {
    this.push(null);
  };
}
