import { Readable } from 'node:stream';
import type { Content } from '../http/message.ts';

/** The first bytes of a content, and a content that still has all of it. */
export interface Peeked {
  readonly bytes: Uint8Array;
  /** There is more than `bytes`. */
  readonly truncated: boolean;
  readonly content: Content;
}

const NO_BYTES = new Uint8Array(0);

const ignore = (): void => undefined;

/**
 * Reads at most `limitBytes` of a content, so that a hook can see them, and gives back a content that begins with them again: what a
 * function saw truncated still goes to the origin whole (CloudFront developer guide). Rejects when the content fails.
 */
export async function peekContent(content: Content, limitBytes: number): Promise<Peeked> {
  switch (content.kind) {
    case 'none':
      return { bytes: NO_BYTES, truncated: false, content };
    case 'bytes':
      return peekBytes(content.bytes, limitBytes, content);
    case 'stream':
      return peekStream(content, limitBytes);
    default:
      return content satisfies never;
  }
}

function peekBytes(bytes: Uint8Array, limitBytes: number, content: Content): Peeked {
  const truncated = bytes.byteLength > limitBytes;
  return { bytes: truncated ? bytes.subarray(0, limitBytes) : bytes, truncated, content };
}

async function peekStream(
  content: Extract<Content, { kind: 'stream' }>,
  limitBytes: number,
): Promise<Peeked> {
  const { stream, lengthBytes } = content;
  const iterator = stream.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
  const chunks: Buffer[] = [];
  let readBytes = 0;
  let ended = false;
  while (!ended && readBytes <= limitBytes) {
    const { done, value } = await iterator.next();
    if (done === true) {
      ended = true;
    } else {
      chunks.push(value);
      readBytes += value.length;
    }
  }
  const prefix = Buffer.concat(chunks);
  if (ended)
    return { ...peekBytes(prefix, limitBytes, content), content: { kind: 'bytes', bytes: prefix } };
  const whole = Readable.from(replay(prefix, iterator), { objectMode: false });
  // While a hook runs, nobody reads: a viewer that goes away then must not be an uncaught exception.
  whole.on('error', ignore);
  // It must reach whoever reads on.
  stream.once('error', (error) => whole.destroy(error));
  return {
    bytes: prefix.subarray(0, limitBytes),
    truncated: true,
    content: { kind: 'stream', stream: whole, ...(lengthBytes !== undefined && { lengthBytes }) },
  };
}

async function* replay(prefix: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield prefix;
  for (;;) {
    const { done, value } = await rest.next();
    if (done === true) return;
    yield value;
  }
}
