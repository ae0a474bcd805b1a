import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { EdgeError } from '../base/edge-error.ts';

// As much as one connection may buffer for a viewer that reads slowly.
const HIGH_WATER_MARK_BYTES = 65_536;

const ignore = (): void => undefined;

/**
 * The content of a response as a stream that holds the origin back: when its buffer is full the connection is not read,
 * so a slow viewer slows the origin down instead of filling memory. Destroying it before the end drops the connection.
 */
export class OriginContent extends Readable {
  readonly #controller: Dispatcher.DispatchController;
  readonly #onEnd: () => void;
  #complete = false;

  constructor(controller: Dispatcher.DispatchController, onEnd: () => void) {
    super({ highWaterMark: HIGH_WATER_MARK_BYTES });
    this.#controller = controller;
    this.#onEnd = onEnd;
    // A consumer that is not there yet, or no longer, must not turn a broken origin into an uncaught exception.
    this.on('error', ignore);
  }

  /** Takes the next bytes of the connection. */
  receive(chunk: Uint8Array): void {
    if (!this.push(chunk)) this.#controller.pause();
  }

  /** The response is complete. */
  complete(): void {
    this.#complete = true;
    this.#onEnd();
    this.push(null);
  }

  override _read(): void {
    this.#controller.resume();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    if (!this.#complete) {
      this.#complete = true;
      this.#onEnd();
      const abandoned = 'Cannot finish reading from the origin: nobody wants its content any more';
      this.#controller.abort(error ?? new EdgeError('EDGE_VIEWER_ABORTED', abandoned));
    }
    callback(error);
  }
}
