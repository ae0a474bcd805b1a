import { addBuiltins } from './modules.ts';

/** The table of builtin modules: name → what evaluates it. Nothing here is evaluated when the guest boots. */

function buffer(): typeof import('../node/buffer.ts') {
  return require('../node/buffer.ts') as typeof import('../node/buffer.ts');
}

function stream(): typeof import('../node/stream.ts') {
  return require('../node/stream.ts') as typeof import('../node/stream.ts');
}

function path(): typeof import('../node/path.ts') {
  return require('../node/path.ts') as typeof import('../node/path.ts');
}

function fs(): typeof import('../node/fs.ts') {
  return require('../node/fs.ts') as typeof import('../node/fs.ts');
}

function util(): typeof import('../node/util.ts') {
  return require('../node/util.ts') as typeof import('../node/util.ts');
}

function assert(): typeof import('../node/assert.ts') {
  return require('../node/assert.ts') as typeof import('../node/assert.ts');
}

function http(): typeof import('../node/http.ts') {
  return require('../node/http.ts') as typeof import('../node/http.ts');
}

function perfHooks(): typeof import('../node/perf-hooks.ts') {
  return require('../node/perf-hooks.ts') as typeof import('../node/perf-hooks.ts');
}

function bufferModule(): Record<string, unknown> {
  const { Buffer, atob, btoa, transcode, MAX_LENGTH, MAX_STRING_LENGTH } = buffer();
  const { Blob, File } = require('../web/blob.ts') as typeof import('../web/blob.ts');
  const { isAscii, isUtf8 } = require('../node/buffer-checks.ts') as typeof import('../node/buffer-checks.ts');
  return {
    Buffer,
    SlowBuffer: (size: number) => Buffer.alloc(size),
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
  const { Module } = require('../node/module.ts') as typeof import('../node/module.ts');
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
    require('../node/refused-modules.ts') as typeof import('../node/refused-modules.ts');
  return refusedModules[name]?.();
}

addBuiltins({
  assert: () => assert().assert,
  'assert/strict': () => (assert().assert as unknown as { strict: unknown }).strict,
  async_hooks: () => (require('../node/async-hooks.ts') as typeof import('../node/async-hooks.ts')).asyncHooks,
  buffer: bufferModule,
  constants: () => (require('../node/constants.ts') as typeof import('../node/constants.ts')).constants,
  crypto: () => (require('../node/crypto.ts') as typeof import('../node/crypto.ts')).crypto,
  diagnostics_channel: () =>
    (require('../node/diagnostics-channel.ts') as typeof import('../node/diagnostics-channel.ts')).diagnosticsChannel,
  fs: () => fs().fs,
  'fs/promises': () => fs().promises,
  http: () => http().http,
  https: () => http().https,
  module: moduleModule,
  os: () => (require('../node/os.ts') as typeof import('../node/os.ts')).os,
  path: () => path().posix,
  'path/posix': () => path().posix,
  'path/win32': () => path().posix['win32'],
  perf_hooks: () => perfHooks().perfHooks,
  punycode: () => (require('../node/punycode.ts') as typeof import('../node/punycode.ts')).punycode,
  querystring: () =>
    (require('../node/querystring.ts') as typeof import('../node/querystring.ts')).querystring,
  stream: () => stream().streamModule,
  'stream/promises': () => stream().promises,
  'stream/consumers': () =>
    (require('../node/stream-web.ts') as typeof import('../node/stream-web.ts')).consumers,
  'stream/web': () => (require('../web/streams.ts') as typeof import('../web/streams.ts')).webStreams,
  string_decoder: () => ({
    StringDecoder: (require('../node/string-decoder.ts') as typeof import('../node/string-decoder.ts')).StringDecoder,
  }),
  sys: () => util().util,
  url: () => (require('../node/url.ts') as typeof import('../node/url.ts')).urlModule,
  util: () => util().util,
  'util/types': () => util().util['types'],
  vm: () => (require('../node/vm.ts') as typeof import('../node/vm.ts')).vm,
  zlib: () => (require('../node/zlib.ts') as typeof import('../node/zlib.ts')).zlib,
  ...Object.fromEntries(REFUSED.map((name) => [name, () => refused(name)])),
});
