import { addTick } from '../core/loop.ts';
import { notSupported } from '../core/node-error.ts';
import type * as ownBufferModule from './buffer.ts';
import { EventEmitter } from './events.ts';

/**
 * Modules that packages require on paths that never run: they load, their harmless members work,
 * and whatever needs what an isolate lacks says so when it is used.
 */

type Members = Record<string, unknown>;

function refuse(module: string, names: readonly string[]): Members {
  const members: Members = {};
  for (const name of names) {
    const refusal = function (): never {
      throw notSupported(`${module}.${name}()`);
    };
    members[name] = Object.defineProperty(refusal, 'name', { value: name });
  }
  return members;
}

/** A class that exists but cannot be made. */
function refusedClass(name: string): unknown {
  return function () {
    throw notSupported(name);
  };
}

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

function isIPv6(text: string): boolean {
  const [address = '', zone, ...more] = text.split('%');
  if (zone === '' || more.length > 0) return false;
  const [, head, embedded] = /^(.*:)(\d+\.[\d.]+)$/.exec(address) ?? [];
  if (head !== undefined) return IPV4.test(embedded ?? '') && hasEightGroups(`${head}0:0`);
  return hasEightGroups(address);
}

function hasEightGroups(address: string): boolean {
  const halves = address.split('::');
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  if (halves.length > 2 || !groups.every((group) => /^[\da-f]{1,4}$/i.test(group))) return false;
  return halves.length === 2 ? groups.length < 8 : groups.length === 8;
}

function isIP(given: unknown): 0 | 4 | 6 {
  const text = String(given);
  if (IPV4.test(text)) return 4;
  return isIPv6(text) ? 6 : 0;
}

class Socket extends EventEmitter {
  connect(): never {
    throw notSupported('net.Socket.connect()');
  }
}

/** What packages look for in a TLS socket over a stream of their own when they are loaded. */
class JSStreamSocket extends EventEmitter {}

class TLSSocket extends Socket {
  readonly _handle = { _parentWrap: new JSStreamSocket() };
}

class Domain extends EventEmitter {
  run(callback: () => unknown): unknown {
    return callback();
  }
  bind<T>(callback: T): T {
    return callback;
  }
  add(): void {}
  remove(): void {}
  enter(): void {}
  exit(): void {}
  dispose(): void {}
}

const resolvers = [
  'lookup',
  'resolve',
  'resolve4',
  'resolve6',
  'resolveCname',
  'resolveMx',
  'resolveNs',
  'resolveSrv',
  'resolveTxt',
  'reverse',
  'lookupService',
];

/** DNS is refused through the callback, where callers expect failures. */
function dnsModule(): Members {
  const members: Members = {
    setServers: () => undefined,
    getServers: () => [],
    NOTFOUND: 'ENOTFOUND',
    ADDRCONFIG: 1024,
    V4MAPPED: 2048,
    ALL: 256,
  };
  const promises: Members = {};
  for (const name of resolvers) {
    members[name] = (...args: unknown[]) => {
      const report = args.at(-1);
      if (typeof report !== 'function') throw notSupported(`dns.${name}()`);
      addTick(report as (error: unknown) => void, [notSupported(`dns.${name}()`)]);
    };
    promises[name] = () => Promise.reject(notSupported(`dns.promises.${name}()`));
  }
  return {
    ...members,
    promises,
    setDefaultResultOrder: () => undefined,
    getDefaultResultOrder: () => 'verbatim',
    Resolver: refusedClass('dns.Resolver'),
  };
}

const noop = (): void => undefined;

export const refusedModules: Readonly<Record<string, () => unknown>> = {
  child_process: () =>
    refuse('child_process', [
      'exec',
      'execFile',
      'execFileSync',
      'execSync',
      'fork',
      'spawn',
      'spawnSync',
    ]),
  cluster: () => ({
    ...refuse('cluster', ['fork', 'setupPrimary', 'setupMaster', 'disconnect']),
    isMaster: true,
    isPrimary: true,
    isWorker: false,
    workers: {},
    settings: {},
    on: noop,
  }),
  dgram: () => ({ ...refuse('dgram', ['createSocket']), Socket }),
  dns: dnsModule,
  'dns/promises': () => dnsModule()['promises'],
  domain: () => ({
    create: () => new Domain(),
    createDomain: () => new Domain(),
    Domain,
    active: null,
  }),
  http2: () => ({
    ...refuse('http2', ['connect', 'createServer', 'createSecureServer', 'getDefaultSettings']),
    constants: {
      HTTP2_HEADER_AUTHORITY: ':authority',
      HTTP2_HEADER_METHOD: ':method',
      HTTP2_HEADER_PATH: ':path',
      HTTP2_HEADER_SCHEME: ':scheme',
      HTTP2_HEADER_STATUS: ':status',
      HTTP2_HEADER_CONTENT_LENGTH: 'content-length',
      HTTP2_HEADER_CONTENT_TYPE: 'content-type',
      HTTP2_METHOD_GET: 'GET',
      HTTP2_METHOD_POST: 'POST',
      NGHTTP2_NO_ERROR: 0,
      NGHTTP2_CANCEL: 8,
      NGHTTP2_REFUSED_STREAM: 7,
    },
    sensitiveHeaders: Symbol('nodejs.http2.sensitiveHeaders'),
  }),
  inspector: () => ({
    ...refuse('inspector', ['open']),
    close: noop,
    url: () => undefined,
    console: globalThis.console,
    Session: class Session extends EventEmitter {},
  }),
  net: () => ({
    ...refuse('net', ['connect', 'createConnection', 'createServer']),
    isIP,
    isIPv4: (text: unknown) => isIP(text) === 4,
    isIPv6: (text: unknown) => isIP(text) === 6,
    Socket,
    Stream: Socket,
    Server: class Server extends EventEmitter {},
    BlockList: refusedClass('net.BlockList'),
    SocketAddress: refusedClass('net.SocketAddress'),
    getDefaultAutoSelectFamily: () => true,
    setDefaultAutoSelectFamily: noop,
  }),
  readline: () =>
    refuse('readline', [
      'createInterface',
      'clearLine',
      'cursorTo',
      'moveCursor',
      'emitKeypressEvents',
    ]),
  'readline/promises': () => refuse('readline/promises', ['createInterface']),
  repl: () => refuse('repl', ['start']),
  tls: () => ({
    ...refuse('tls', ['connect', 'createServer', 'createSecureContext']),
    TLSSocket,
    Server: class Server extends EventEmitter {},
    checkServerIdentity: noop,
    getCiphers: () => [],
    rootCertificates: Object.freeze([]),
    DEFAULT_MIN_VERSION: 'TLSv1.2',
    DEFAULT_MAX_VERSION: 'TLSv1.3',
    DEFAULT_ECDH_CURVE: 'auto',
    DEFAULT_CIPHERS: 'TLS_AES_256_GCM_SHA384',
  }),
  tty: () => ({ isatty: () => false, ReadStream: Socket, WriteStream: Socket }),
  v8: () => ({
    ...refuse('v8', ['getHeapSnapshot', 'writeHeapSnapshot', 'takeCoverage', 'stopCoverage']),
    getHeapStatistics: () => ({
      heap_size_limit: 128 * 2 ** 20,
      total_heap_size: 16 * 2 ** 20,
      used_heap_size: 8 * 2 ** 20,
    }),
    setFlagsFromString: noop,
    serialize: (value: unknown) =>
      (require('./buffer.ts') as typeof ownBufferModule).Buffer.from(JSON.stringify(value)),
    deserialize: (bytes: Uint8Array) => JSON.parse(String(bytes)) as unknown,
    cachedDataVersionTag: () => 0,
  }),
  wasi: () => ({
    WASI: refusedClass('wasi.WASI'),
  }),
  worker_threads: () => ({
    isMainThread: true,
    isInternalThread: false,
    parentPort: null,
    workerData: null,
    threadId: 0,
    resourceLimits: {},
    SHARE_ENV: Symbol.for('nodejs.worker_threads.SHARE_ENV'),
    getEnvironmentData: noop,
    setEnvironmentData: noop,
    markAsUntransferable: noop,
    receiveMessageOnPort: noop,
    Worker: class Worker extends EventEmitter {
      constructor() {
        super();
        throw notSupported('worker_threads.Worker');
      }
    },
    MessagePort: EventEmitter,
    get MessageChannel(): unknown {
      return (globalThis as { MessageChannel?: unknown }).MessageChannel;
    },
    get BroadcastChannel(): unknown {
      return (globalThis as { BroadcastChannel?: unknown }).BroadcastChannel;
    },
  }),
};
