import type * as nodeAssertModule from '../node/assert.ts';
import type * as nodeAsyncHooksModule from '../node/async-hooks.ts';
import type * as nodeBufferModule from '../node/buffer.ts';
import type * as nodeBufferChecksModule from '../node/buffer-checks.ts';
import type * as nodeConstantsModule from '../node/constants.ts';
import type * as nodeCryptoModule from '../node/crypto.ts';
import type * as nodeDiagnosticsChannelModule from '../node/diagnostics-channel.ts';
import type * as nodeFsModule from '../node/fs.ts';
import type * as nodeHttpModule from '../node/http.ts';
import type * as nodeModuleModule from '../node/module.ts';
import type * as nodeOsModule from '../node/os.ts';
import type * as nodePathModule from '../node/path.ts';
import type * as nodePerfHooksModule from '../node/perf-hooks.ts';
import type * as nodePunycodeModule from '../node/punycode.ts';
import type * as nodeQuerystringModule from '../node/querystring.ts';
import type * as nodeRefusedModulesModule from '../node/refused-modules.ts';
import type * as nodeStreamModule from '../node/stream.ts';
import type * as nodeStreamWebModule from '../node/stream-web.ts';
import type * as nodeStringDecoderModule from '../node/string-decoder.ts';
import type * as nodeUrlModule from '../node/url.ts';
import type * as nodeUtilModule from '../node/util.ts';
import type * as nodeVmModule from '../node/vm.ts';
import type * as nodeZlibModule from '../node/zlib.ts';
import type * as webBlobModule from '../web/blob.ts';
import type * as webStreamsModule from '../web/streams.ts';
import { addBuiltins } from './modules.ts';

/**
 * The table of builtin modules: name → what evaluates it. Nothing here is evaluated when the guest
 * boots.
 */

function buffer(): typeof nodeBufferModule {
  return require('../node/buffer.ts') as typeof nodeBufferModule;
}

function stream(): typeof nodeStreamModule {
  return require('../node/stream.ts') as typeof nodeStreamModule;
}

function path(): typeof nodePathModule {
  return require('../node/path.ts') as typeof nodePathModule;
}

function fs(): typeof nodeFsModule {
  return require('../node/fs.ts') as typeof nodeFsModule;
}

function util(): typeof nodeUtilModule {
  return require('../node/util.ts') as typeof nodeUtilModule;
}

function assert(): typeof nodeAssertModule {
  return require('../node/assert.ts') as typeof nodeAssertModule;
}

function http(): typeof nodeHttpModule {
  return require('../node/http.ts') as typeof nodeHttpModule;
}

function perfHooks(): typeof nodePerfHooksModule {
  return require('../node/perf-hooks.ts') as typeof nodePerfHooksModule;
}

function bufferModule(): Record<string, unknown> {
  const { Buffer, atob, btoa, transcode, MAX_LENGTH, MAX_STRING_LENGTH } = buffer();
  const { Blob, File } = require('../web/blob.ts') as typeof webBlobModule;
  const { isAscii, isUtf8 } = require('../node/buffer-checks.ts') as typeof nodeBufferChecksModule;
  return {
    Buffer,
    // A function with a prototype of its own: old packages patch it.
    SlowBuffer: function SlowBuffer(size: number): unknown {
      return Buffer.alloc(size);
    },
    transcode,
    isUtf8,
    isAscii,
    kMaxLength: MAX_LENGTH,
    kStringMaxLength: MAX_STRING_LENGTH,
    constants: { MAX_LENGTH, MAX_STRING_LENGTH },
    INSPECT_MAX_BYTES: 50,
    btoa,
    atob,
    Blob,
    File,
    resolveObjectURL: () => undefined,
  };
}

function moduleModule(): unknown {
  const { Module } = require('../node/module.ts') as typeof nodeModuleModule;
  return Module;
}

const REFUSED = [
  'child_process',
  'cluster',
  'dgram',
  'dns',
  'dns/promises',
  'domain',
  'http2',
  'inspector',
  'net',
  'readline',
  'readline/promises',
  'repl',
  'tls',
  'tty',
  'v8',
  'wasi',
  'worker_threads',
] as const;

function refused(name: string): unknown {
  const { refusedModules } =
    require('../node/refused-modules.ts') as typeof nodeRefusedModulesModule;
  return refusedModules[name]?.();
}

addBuiltins({
  assert: () => assert().assert,
  'assert/strict': () => (assert().assert as unknown as { strict: unknown }).strict,
  async_hooks: () => (require('../node/async-hooks.ts') as typeof nodeAsyncHooksModule).asyncHooks,
  buffer: bufferModule,
  constants: () => (require('../node/constants.ts') as typeof nodeConstantsModule).constants,
  crypto: () => (require('../node/crypto.ts') as typeof nodeCryptoModule).crypto,
  diagnostics_channel: () =>
    (require('../node/diagnostics-channel.ts') as typeof nodeDiagnosticsChannelModule)
      .diagnosticsChannel,
  fs: () => fs().fs,
  'fs/promises': () => fs().promises,
  http: () => http().http,
  https: () => http().https,
  module: moduleModule,
  os: () => (require('../node/os.ts') as typeof nodeOsModule).os,
  path: () => path().posix,
  'path/posix': () => path().posix,
  'path/win32': () => path().posix['win32'],
  perf_hooks: () => perfHooks().perfHooks,
  punycode: () => (require('../node/punycode.ts') as typeof nodePunycodeModule).punycode,
  querystring: () =>
    (require('../node/querystring.ts') as typeof nodeQuerystringModule).querystring,
  stream: () => stream().streamModule,
  'stream/promises': () => stream().promises,
  'stream/consumers': () =>
    (require('../node/stream-web.ts') as typeof nodeStreamWebModule).consumers,
  'stream/web': () => (require('../web/streams.ts') as typeof webStreamsModule).webStreams,
  string_decoder: () => ({
    StringDecoder: (require('../node/string-decoder.ts') as typeof nodeStringDecoderModule)
      .StringDecoder,
  }),
  sys: () => util().util,
  url: () => (require('../node/url.ts') as typeof nodeUrlModule).urlModule,
  util: () => util().util,
  'util/types': () => util().util['types'],
  vm: () => (require('../node/vm.ts') as typeof nodeVmModule).vm,
  zlib: () => (require('../node/zlib.ts') as typeof nodeZlibModule).zlib,
  ...Object.fromEntries(REFUSED.map((name) => [name, () => refused(name)])),
});
