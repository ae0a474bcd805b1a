import type * as nodeBufferModule from '../node/buffer.ts';
import type * as nodePerfHooksModule from '../node/perf-hooks.ts';
import type * as webBlobModule from '../web/blob.ts';
import type * as webCryptoModule from '../web/crypto.ts';
import type * as webDomExceptionModule from '../web/dom-exception.ts';
import type * as webEncodingModule from '../web/encoding.ts';
import type * as webEventsModule from '../web/events.ts';
import type * as webFetchModule from '../web/fetch.ts';
import type * as webMessagesModule from '../web/messages.ts';
import type * as webStreamsModule from '../web/streams.ts';
import type * as webStructuredCloneModule from '../web/structured-clone.ts';
import type * as webUrlModule from '../web/url.ts';
import type * as webUrlSearchParamsModule from '../web/url-search-params.ts';

type Getter = () => unknown;

function webEvents(): typeof webEventsModule {
  return require('../web/events.ts') as typeof webEventsModule;
}

function encoding(): typeof webEncodingModule {
  return require('../web/encoding.ts') as typeof webEncodingModule;
}

function streams(): Readonly<Record<string, unknown>> {
  return (require('../web/streams.ts') as typeof webStreamsModule).webStreams;
}

function buffer(): typeof nodeBufferModule {
  return require('../node/buffer.ts') as typeof nodeBufferModule;
}

function blob(): typeof webBlobModule {
  return require('../web/blob.ts') as typeof webBlobModule;
}

function fetchApi(): typeof webFetchModule {
  return require('../web/fetch.ts') as typeof webFetchModule;
}

function webCrypto(): typeof webCryptoModule {
  return require('../web/crypto.ts') as typeof webCryptoModule;
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
  URL: () => (require('../web/url.ts') as typeof webUrlModule).URL,
  URLSearchParams: () =>
    (require('../web/url-search-params.ts') as typeof webUrlSearchParamsModule).URLSearchParams,
  TextEncoder: () => encoding().TextEncoder,
  TextDecoder: () => encoding().TextDecoder,
  AbortController: () => webEvents().AbortController,
  AbortSignal: () => webEvents().AbortSignal,
  Event: () => webEvents().Event,
  EventTarget: () => webEvents().EventTarget,
  CustomEvent: () => webEvents().CustomEvent,
  DOMException: () =>
    (require('../web/dom-exception.ts') as typeof webDomExceptionModule).DOMException,
  structuredClone: () =>
    (require('../web/structured-clone.ts') as typeof webStructuredCloneModule).structuredClone,
  performance: () => (require('../node/perf-hooks.ts') as typeof nodePerfHooksModule).performance,
  Performance: () =>
    (require('../node/perf-hooks.ts') as typeof nodePerfHooksModule).perfHooks.Performance,
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
  navigator: () => ({
    hardwareConcurrency: 2,
    language: 'en-US',
    languages: ['en-US'],
    platform: 'linux',
    userAgent: 'Node.js/22',
  }),
  MessageChannel: () => messages().MessageChannel,
  MessagePort: () => messages().MessagePort,
  MessageEvent: () => messages().MessageEvent,
  BroadcastChannel: () => messages().BroadcastChannel,
  ...Object.fromEntries(STREAMS.map((name) => [name, () => streams()[name]])),
};

function messages(): typeof webMessagesModule {
  return require('../web/messages.ts') as typeof webMessagesModule;
}
