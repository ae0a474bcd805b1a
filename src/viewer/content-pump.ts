import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { EdgeError, toEdgeError } from '../base/edge-error.ts';

/** How the content of a reply ended; `error` says why it is not whole. */
export type PumpEnd = (error: EdgeError | undefined) => void;

interface PumpOptions {
  readonly source: Readable;
  readonly response: ServerResponse;
  /** What Content-Length promised, if it did. */
  readonly expectedBytes: number | undefined;
  /** Called once, unless the pump is stopped first: all content was written, or it is known that it never will be. */
  readonly onEnd: PumpEnd;
}

function lengthFault(found: string, expectedBytes: number): EdgeError {
  const expected = `${found}, expected ${expectedBytes} bytes`;
  return new EdgeError(
    'EDGE_ORIGIN_ABORTED',
    `Cannot send the content of a reply: found ${expected}`,
  );
}

/**
 * Moves the content of a reply from its stream to the connection. Reads only as fast as the viewer does, and holds the
 * stream to the length that was promised: a byte too many is not sent, a byte too few is a failure.
 */
export class ContentPump {
  /** Content written so far. */
  sentBytes = 0;
  readonly #options: PumpOptions;
  #ended = false;

  constructor(options: PumpOptions) {
    this.#options = options;
  }

  start(): void {
    const { source, response } = this.#options;
    source.on('error', this.#onError);
    source.on('end', this.#onSourceEnd);
    source.on('close', this.#onSourceClose);
    response.on('drain', this.#onDrain);
    if (source.destroyed) this.#finish(toEdgeError(source.errored ?? gone()));
    else source.on('data', this.#onData);
  }

  /** The connection is gone: nothing more is read or reported. */
  stop(reason: EdgeError): void {
    this.#ended = true;
    this.#detach();
    this.#options.source.destroy(reason);
  }

  readonly #onData = (chunk: Uint8Array): void => {
    const { expectedBytes, response, source } = this.#options;
    if (expectedBytes !== undefined && this.sentBytes + chunk.length > expectedBytes) {
      this.#finish(lengthFault('more', expectedBytes));
      return;
    }
    this.sentBytes += chunk.length;
    if (!response.write(chunk)) source.pause();
  };

  readonly #onDrain = (): void => {
    this.#options.source.resume();
  };

  readonly #onSourceEnd = (): void => {
    const { expectedBytes } = this.#options;
    const whole = expectedBytes === undefined || this.sentBytes === expectedBytes;
    this.#finish(whole ? undefined : lengthFault(`${this.sentBytes} bytes`, expectedBytes));
  };

  readonly #onError = (thrown: Error): void => {
    this.#finish(toEdgeError(thrown));
  };

  readonly #onSourceClose = (): void => {
    this.#finish(gone());
  };

  #finish(error: EdgeError | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#detach();
    if (error !== undefined) this.#options.source.destroy();
    this.#options.onEnd(error);
  }

  // The error listener stays: a stream may fail after it was given up, and that must not be an uncaught exception.
  #detach(): void {
    const { source, response } = this.#options;
    source.off('data', this.#onData);
    source.off('end', this.#onSourceEnd);
    source.off('close', this.#onSourceClose);
    response.off('drain', this.#onDrain);
  }
}

function gone(): EdgeError {
  return new EdgeError(
    'EDGE_ORIGIN_ABORTED',
    'Cannot send the content of a reply: its stream was destroyed before its end',
  );
}
