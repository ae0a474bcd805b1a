import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { Fill, type FillOptions } from '../../src/cache/fill.ts';
import type { Content } from '../../src/http/message.ts';
import { storedHeadOf } from './policy/support.ts';

export const HEAD = storedHeadOf(['Cache-Control', 'max-age=60']);
export const START = { head: HEAD, shareable: true };

/** A fill that one request has joined, and what it tells its owner. */
export function makeFill(options: Partial<FillOptions> = {}) {
  const stored: string[] = [];
  const events: string[] = [];
  const fill = new Fill({
    key: HEAD.key,
    maxResponseBytes: 100,
    collapses: true,
    isAuthorized: false,
    collapseClass: HEAD.key.text,
    listener: {
      onComplete: (_head, content) => stored.push(Buffer.from(content).toString()),
      onOutgrown: () => events.push('outgrown'),
      onEnded: () => events.push('ended'),
    },
    ...options,
  });
  fill.joined();
  return { fill, stored, events };
}

export function streamOf(content: Content): Readable {
  if (content.kind !== 'stream') throw new Error(`content is ${content.kind}`);
  return content.stream;
}

export async function textOf(content: Content): Promise<string> {
  if (content.kind === 'bytes') return Buffer.from(content.bytes).toString();
  return (await buffer(streamOf(content))).toString();
}

export function bytes(text: string): Uint8Array {
  return Buffer.from(text);
}
