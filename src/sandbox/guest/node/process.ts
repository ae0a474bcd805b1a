import { writeLog } from '../core/console.ts';
import { askHost } from '../core/host.ts';
import { exit, type FunctionMeta } from '../core/invocation.ts';
import { addTick } from '../core/loop.ts';
import type * as coreModulesModule from '../core/modules.ts';
import { invalidArgType, mustBeFunction, nodeError } from '../core/node-error.ts';
import { type Emitter, EventEmitter, type Listener } from './events.ts';
import type * as ownPathModule from './path.ts';
import type * as ownStreamModule from './stream.ts';

/**
 * The Node release that functions see: the newest Lambda runtime that still has callback handlers.
 */
const VERSION = '22.20.0';
export const TASK_ROOT = '/var/task';

const startedAt = Date.now();
let workingDirectory = TASK_ROOT;

/** Milliseconds of a monotonic clock, to the microsecond, from the host. */
export function monotonicMs(): number {
  return askHost('clock.now') as number;
}

function hrtime(previous?: readonly [number, number]): [number, number] {
  const ms = monotonicMs();
  let seconds = Math.floor(ms / 1000);
  let nanoseconds = Math.floor((ms % 1000) * 1e6);
  if (previous !== undefined) {
    if (!Array.isArray(previous)) throw invalidArgType('time', 'an instance of Array', previous);
    seconds -= previous[0];
    nanoseconds -= previous[1];
    if (nanoseconds < 0) {
      seconds -= 1;
      nanoseconds += 1e9;
    }
  }
  return [seconds, nanoseconds];
}
hrtime.bigint = (): bigint => BigInt(Math.floor(monotonicMs() * 1000)) * 1000n;

/** Environment variables are strings, whatever is assigned. */
function makeEnvironment(given: Readonly<Record<string, string>>): Record<string, string> {
  return new Proxy(
    { ...given },
    {
      set(target, name, value: unknown) {
        if (typeof name === 'string') target[name] = String(value);
        return true;
      },
      defineProperty(target, name, { value, ...rest }) {
        return Reflect.defineProperty(target, name, {
          ...rest,
          ...(value === undefined ? {} : { value: String(value) }),
        });
      },
    },
  );
}

interface StandardStream extends Emitter {
  write(chunk: unknown, encoding?: unknown, callback?: unknown): boolean;
  fd: number;
}

function makeStream(fd: 1 | 2): StandardStream {
  const { Writable } = require('./stream.ts') as typeof ownStreamModule;
  const level = fd === 1 ? 'info' : 'error';
  const stream = new (Writable as unknown as new (options: object) => StandardStream)({
    decodeStrings: false,
    write(chunk: string | Uint8Array, _encoding: string, callback: () => void) {
      const text = typeof chunk === 'string' ? chunk : String(chunk);
      writeLog(level, text.endsWith('\n') ? text.slice(0, -1) : text);
      callback();
    },
  });
  // As in Lambda, neither is a terminal, and ending them has no effect on the log.
  return Object.assign(stream, { fd, isTTY: false, _isStdio: true, destroySoon: () => undefined });
}

function lazyStream(fd: 0 | 1 | 2): PropertyDescriptor {
  let stream: object | undefined;
  return {
    configurable: true,
    enumerable: true,
    get() {
      if (stream === undefined && fd === 0) {
        const { Readable } = require('./stream.ts') as typeof ownStreamModule;
        stream = Object.assign(Readable.from([]), { fd, isTTY: false });
      }
      stream ??= makeStream(fd === 2 ? 2 : 1);
      return stream;
    },
  };
}

function emitWarning(warning: unknown, second?: unknown, code?: unknown): void {
  const options =
    typeof second === 'object' && second !== null
      ? (second as { type?: string; code?: string; detail?: string })
      : { type: second as string | undefined, code: code as string | undefined, detail: undefined };
  if (typeof warning !== 'string' && !(warning instanceof Error)) {
    throw invalidArgType('warning', 'of type string or an instance of Error', warning);
  }
  const error = typeof warning === 'string' ? new Error(warning) : warning;
  if (typeof warning === 'string') error.name = options.type ?? 'Warning';
  if (options.code !== undefined) (error as Error & { code?: string }).code = options.code;
  const label = options.code === undefined ? error.name : `[${options.code}] ${error.name}`;
  addTick(() => {
    process.emit('warning', error);
    writeLog('warn', `${label}: ${error.message}${options.detail ? `\n${options.detail}` : ''}`);
  }, []);
}

const MEMORY = { rss: 0, heapTotal: 0, heapUsed: 0, external: 1_500_000, arrayBuffers: 20_000 };
let memoryMb = 128;

function memoryUsage(): typeof MEMORY {
  const total = memoryMb * 2 ** 20;
  // Differs: what the isolate uses is known to the host only; a stable half of the limit is
  // reported.
  return { ...MEMORY, rss: total / 2, heapTotal: total / 2, heapUsed: total / 4 };
}
memoryUsage.rss = (): number => memoryUsage().rss;

const VERSIONS = {
  node: VERSION,
  acorn: '8.14.0',
  ada: '2.9.2',
  ares: '1.34.5',
  brotli: '1.1.0',
  modules: '127',
  nghttp2: '1.64.0',
  openssl: '3.0.17',
  undici: '6.21.3',
  unicode: '16.0',
  uv: '1.51.0',
  v8: '12.4.254.21-node.33',
  zlib: '1.3.1',
};

interface Process extends Emitter {
  env: Record<string, string>;
  argv: string[];
  exitCode: number | undefined;
  [member: string]: unknown;
}

class ProcessEmitter extends EventEmitter {}
Object.defineProperty(ProcessEmitter, 'name', { value: 'process' });

/**
 * The global `process`. What would reach outside the isolate refuses; the rest says what Lambda
 * would say.
 */
export const process = new ProcessEmitter() as Process;

const refusals = [
  'abort',
  'dlopen',
  'initgroups',
  'kill',
  'setegid',
  'seteuid',
  'setgid',
  'setuid',
];

Object.assign(process, {
  title: 'node',
  version: `v${VERSION}`,
  versions: Object.freeze(VERSIONS),
  arch: 'x64',
  platform: 'linux',
  release: { name: 'node', lts: 'Jod' },
  argv: ['/var/lang/bin/node', '/var/runtime/index.mjs'],
  execArgv: [],
  execPath: '/var/lang/bin/node',
  env: makeEnvironment({}),
  pid: 8,
  ppid: 1,
  exitCode: undefined,
  debugPort: 9229,
  argv0: 'node',
  features: { inspector: false, ipv6: true, tls: true, typescript: false, uv: true },
  config: { variables: {}, target_defaults: {} },
  report: {},
  hrtime,
  memoryUsage,
  emitWarning,
  nextTick(callback: Listener, ...args: unknown[]): void {
    mustBeFunction(callback, 'callback');
    addTick(callback, args);
  },
  uptime: () => (Date.now() - startedAt) / 1000,
  cwd: () => workingDirectory,
  chdir(directory: string): void {
    const path = require('./path.ts') as typeof ownPathModule;
    workingDirectory = path.posix.resolve(workingDirectory, directory);
  },
  umask: () => 0o22,
  getuid: () => 993,
  geteuid: () => 993,
  getgid: () => 990,
  getegid: () => 990,
  getgroups: () => [990],
  exit: (code?: number) => {
    const status = code ?? process.exitCode ?? 0;
    process.emit('exit', status);
    exit(status);
  },
  reallyExit: (code?: number) => exit(code ?? 0),
  cpuUsage: () => ({ user: Math.floor(monotonicMs() * 1000), system: 0 }),
  resourceUsage: () => ({ userCPUTime: Math.floor(monotonicMs() * 1000), systemCPUTime: 0 }),
  availableMemory: () => memoryMb * 2 ** 20,
  constrainedMemory: () => memoryMb * 2 ** 20,
  binding: (name: string) => {
    throw nodeError(Error, 'ERR_INVALID_MODULE', `No such module: ${name}`);
  },
  getBuiltinModule: (name: string): unknown => {
    const { builtin } = require('../core/modules.ts') as typeof coreModulesModule;
    return builtin(name);
  },
  setUncaughtExceptionCaptureCallback: () => undefined,
  hasUncaughtExceptionCaptureCallback: () => false,
  setSourceMapsEnabled: () => undefined,
  getActiveResourcesInfo: () => [],
  loadEnvFile: () => undefined,
  ref: () => undefined,
  unref: () => undefined,
  allowedNodeEnvironmentFlags: new Set<string>(),
});
for (const name of refusals) {
  process[name] = (): never => {
    throw nodeError(
      Error,
      'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM',
      `process.${name}() is not available in an edge function`,
    );
  };
}
Object.defineProperties(process, {
  stdin: lazyStream(0),
  stdout: lazyStream(1),
  stderr: lazyStream(2),
  [Symbol.toStringTag]: { value: 'process', configurable: true },
});

/** Gives the process what the function's settings say. Called once, before user code. */
export function configureProcess(meta: FunctionMeta): void {
  memoryMb = meta.memoryMb ?? 128;
  process.env = makeEnvironment(meta.env ?? meta.environment ?? {});
}
