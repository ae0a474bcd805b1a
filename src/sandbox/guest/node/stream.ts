import * as readableStream from 'readable-stream';
import { adaptStreams } from './stream-web.ts';

/** Node's streams: the package readable-stream, which Node's own maintainers extract from Node. */

type Class = (new (...args: never[]) => object) & Record<string, unknown>;

interface StreamModule {
  Readable: Class & { from(source: unknown, options?: object): object };
  Writable: Class;
  Duplex: Class;
  Transform: Class;
  PassThrough: Class;
  Stream: Class;
  promises: Record<string, unknown>;
  finished(stream: object, ...rest: unknown[]): () => void;
  pipeline(...streams: unknown[]): object;
  [member: string]: unknown;
}

const given = ((readableStream as { default?: unknown }).default ?? readableStream) as StreamModule;
const { Readable, Writable, Duplex, Transform, PassThrough, Stream } = given;

/**
 * The function that `require('stream')` gives: the legacy Stream class with everything else as
 * members.
 */
export const streamModule = Stream as unknown as StreamModule;
for (const name of ['Readable', 'Writable', 'Duplex', 'Transform', 'PassThrough'] as const) {
  streamModule[name] = given[name] as never;
}
let defaultHighWaterMark = 65536;
let objectHighWaterMark = 16;
Object.assign(streamModule, {
  Stream: streamModule,
  getDefaultHighWaterMark: (isObject: boolean) =>
    isObject ? objectHighWaterMark : defaultHighWaterMark,
  setDefaultHighWaterMark(isObject: boolean, value: number) {
    if (isObject) objectHighWaterMark = value;
    else defaultHighWaterMark = value;
  },
});
adaptStreams(streamModule);

export const promises = given.promises;
export { Duplex, PassThrough, Readable, Stream, Transform, Writable };
