import type * as ownStreamModule from './stream.ts';

/**
 * Hashes and ciphers are also streams in Node, but hardly anyone pipes them. They become streams at
 * the first use of a stream method, so that `createHash(…).update(…).digest()` does not load the
 * streams.
 */

type Method = (this: object, ...args: unknown[]) => unknown;

const METHODS = [
  'pipe',
  'unpipe',
  'write',
  'end',
  'read',
  'on',
  'once',
  'off',
  'emit',
  'addListener',
  'removeListener',
  'removeAllListeners',
  'prependListener',
  'prependOnceListener',
  'listenerCount',
  'listeners',
  'pause',
  'resume',
  'destroy',
  'setEncoding',
  'push',
  'cork',
  'uncork',
] as const;

function transformClass(): { prototype: Record<string, Method> } {
  const { Transform } = require('./stream.ts') as typeof ownStreamModule;
  return Transform;
}

interface StreamState {
  _readableState?: unknown;
}

/** Base class of what can be used as a Transform. Subclasses define `_transform` and `_flush`. */
export class LazyTransform {
  streamOptions: object = {};
}

function becomeStream(instance: StreamState & LazyTransform): Record<string, Method> {
  const Transform = transformClass();
  if (Object.getPrototypeOf(LazyTransform.prototype) !== Transform.prototype) {
    Object.setPrototypeOf(LazyTransform.prototype, Transform.prototype);
  }
  if (!Object.hasOwn(instance, '_readableState')) {
    Reflect.apply(Transform as unknown as Method, instance, [instance.streamOptions]);
  }
  return Transform.prototype;
}

for (const name of METHODS) {
  Object.defineProperty(LazyTransform.prototype, name, {
    configurable: true,
    writable: true,
    value(this: LazyTransform, ...args: unknown[]) {
      const method = becomeStream(this)[name];
      return method === undefined ? undefined : Reflect.apply(method, this, args);
    },
  });
}
Object.defineProperty(LazyTransform.prototype, Symbol.asyncIterator, {
  configurable: true,
  value(this: LazyTransform) {
    const methods = becomeStream(this) as unknown as Record<symbol, Method>;
    return Reflect.apply(methods[Symbol.asyncIterator] as Method, this, []);
  },
});
