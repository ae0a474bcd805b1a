type Getter = () => unknown;

function webEvents(): typeof import('../web/events.ts') {
  return require('../web/events.ts') as typeof import('../web/events.ts');
}

function encoding(): typeof import('../web/encoding.ts') {
  return require('../web/encoding.ts') as typeof import('../web/encoding.ts');
}

function streams(): Readonly<Record<string, unknown>> {
  return (require('../web/streams.ts') as typeof import('../web/streams.ts')).webStreams;
}

function buffer(): typeof import('../node/buffer.ts') {
  return require('../node/buffer.ts') as typeof import('../node/buffer.ts');
}

function blob(): typeof import('../web/blob.ts') {
  return require('../web/blob.ts') as typeof import('../web/blob.ts');
}

function fetchApi(): typeof import('../web/fetch.ts') {
  return require('../web/fetch.ts') as typeof import('../web/fetch.ts');
}

function webCrypto(): typeof import('../web/crypto.ts') {
  return require('../web/crypto.ts') as typeof import('../web/crypto.ts');
}

const STREAMS = [
  'ReadableStream',
  'ReadableStreamDefaultReader',
  'ReadableStreamBYOBReader',
  'ReadableStreamBYOBRequest',
  'ReadableByteStreamController',
  'ReadableStreamDefaultController',
  'WritableStream',
  'WritableStreamDefaultWriter',
  'WritableStreamDefaultController',
  'TransformStream',
  'TransformStreamDefaultController',
  'ByteLengthQueuingStrategy',
  'CountQueuingStrategy',
  'TextEncoderStream',
  'TextDecoderStream',
  'CompressionStream',
  'DecompressionStream',
] as const;

/** Globals by name, each with what makes it at its first use. */
export const lazyGlobals: Readonly<Record<string, Getter>> = {
  Buffer: () => buffer().Buffer,
  atob: () => buffer().atob,
  btoa: () => buffer().btoa,
  URL: () => (require('../web/url.ts') as typeof import('../web/url.ts')).URL,
  URLSearchParams: () =>
    (require('../web/url-search-params.ts') as typeof import('../web/url-search-params.ts'))
      .URLSearchParams,
  TextEncoder: () => encoding().TextEncoder,
  TextDecoder: () => encoding().TextDecoder,
  AbortController: () => webEvents().AbortController,
  AbortSignal: () => webEvents().AbortSignal,
  Event: () => webEvents().Event,
  EventTarget: () => webEvents().EventTarget,
  CustomEvent: () => webEvents().CustomEvent,
  DOMException: () =>
    (require('../web/dom-exception.ts') as typeof import('../web/dom-exception.ts')).DOMException,
  structuredClone: () =>
    (require('../web/structured-clone.ts') as typeof import('../web/structured-clone.ts'))
      .structuredClone,
  performance: () =>
    (require('../node/perf-hooks.ts') as typeof import('../node/perf-hooks.ts')).performance,
  Performance: () =>
    (require('../node/perf-hooks.ts') as typeof import('../node/perf-hooks.ts')).perfHooks.Performance,
  crypto: () => webCrypto().crypto,
  Crypto: () => webCrypto().Crypto,
  CryptoKey: () => webCrypto().CryptoKey,
  SubtleCrypto: () => webCrypto().SubtleCrypto,
  Blob: () => blob().Blob,
  File: () => blob().File,
  FormData: () => fetchApi().FormData,
  Headers: () => fetchApi().Headers,
  Request: () => fetchApi().Request,
  Response: () => fetchApi().Response,
  fetch: () => fetchApi().fetch,
  navigator: () => ({ hardwareConcurrency: 2, language: 'en-US', languages: ['en-US'], platform: 'linux', userAgent: 'Node.js/22' }),
  MessageChannel: () => messages().MessageChannel,
  MessagePort: () => messages().MessagePort,
  MessageEvent: () => messages().MessageEvent,
  BroadcastChannel: () => messages().BroadcastChannel,
  ...Object.fromEntries(STREAMS.map((name) => [name, () => streams()[name]])),
};

function messages(): typeof import('../web/messages.ts') {
  return require('../web/messages.ts') as typeof import('../web/messages.ts');
}
