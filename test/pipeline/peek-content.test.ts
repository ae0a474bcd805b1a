import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import type { Content } from '../../src/http/message.ts';
import { peekContent } from '../../src/pipeline/peek-content.ts';

const LIMIT_BYTES = 10;

function streamOf({ content }: { readonly content: Content }): Readable {
  if (content.kind !== 'stream') throw new Error('The content has ended');
  return content.stream;
}

/** A content that is longer than the limit and not complete. */
function unfinished(): Readable {
  const source = new Readable({ read: () => undefined });
  source.on('error', () => undefined);
  source.push('0123456789abcdef');
  return source;
}

test('peekContent() shows the beginning and gives back the whole', async () => {
  const source = unfinished();
  const peeked = await peekContent({ kind: 'stream', stream: source }, LIMIT_BYTES);
  expect([peeked.bytes.toString(), peeked.truncated]).toEqual(['0123456789', true]);
  source.push('ghi');
  source.push(null);
  expect((await buffer(streamOf(peeked))).toString()).toBe('0123456789abcdefghi');
});

test('a viewer that goes away while nobody reads on fails the content, and nothing else', async () => {
  const source = unfinished();
  const peeked = await peekContent({ kind: 'stream', stream: source }, LIMIT_BYTES);
  // The origin-request hook looks at what the viewer-request hook has looked at.
  const again = await peekContent(peeked.content, LIMIT_BYTES);
  const gone = new Error('the viewer is gone');
  // Not `once()` of `node:events`: that would listen for the error, and nobody does here.
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  streamOf(again).on('close', resolve);
  source.destroy(gone);
  await closed;
  expect(streamOf(again).errored).toBe(gone);
});

test('a content that failed before fails what is given back', async () => {
  const source = unfinished();
  const peeking = peekContent({ kind: 'stream', stream: source }, LIMIT_BYTES);
  const gone = new Error('the viewer is gone');
  source.destroy(gone);
  await expect(peeking.then((peeked) => buffer(streamOf(peeked)))).rejects.toBe(gone);
});
