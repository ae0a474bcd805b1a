import { resolvePath } from '../core/files.ts';
import { invalidArgType, mustBeFunction, notSupported } from '../core/node-error.ts';
import { Buffer } from './buffer.ts';
import {
  bytesAt,
  fileError,
  makeDirectory,
  move,
  mustBeWritable,
  mustExist,
  namesIn,
  nodeAt,
  putFile,
  removeDirectory,
  removeFile,
} from './file-tree.ts';
import { descriptors } from './fs-descriptors.ts';
import type * as ownFsStreamsModule from './fs-streams.ts';
import { constants, Dirent, Stats } from './fs-types.ts';
import { process } from './process.ts';
import { setImmediate } from './timers.ts';
import type * as ownUrlModule from './url.ts';

type Run = (...args: never[]) => unknown;

interface Options {
  readonly encoding?: string | null;
  readonly flag?: string;
  readonly recursive?: boolean;
  readonly force?: boolean;
  readonly withFileTypes?: boolean;
  readonly throwIfNoEntry?: boolean;
  readonly bigint?: boolean;
}

/** The absolute path of what Node takes as a path: a string, a Buffer or a file URL. */
function pathOf(given: unknown, name = 'path'): string {
  let text: string;
  if (typeof given === 'string') text = given;
  else if (given instanceof Uint8Array) text = String(given);
  else if (typeof given === 'object' && given !== null && 'href' in given) {
    text = (require('./url.ts') as typeof ownUrlModule).fileURLToPath(given);
  } else {
    throw invalidArgType(name, 'of type string or an instance of Buffer or URL', given);
  }
  return resolvePath((process['cwd'] as () => string)(), text);
}

function optionsOf(given: unknown): Options {
  if (typeof given === 'string') return { encoding: given };
  return typeof given === 'object' && given !== null ? given : {};
}

function shownPath(given: unknown): string {
  return typeof given === 'string' ? given : pathOf(given);
}

/** Errors name the path as the program gave it, not the resolved one. */
function withGivenPath<T>(given: unknown, run: () => T): T {
  try {
    return run();
  } catch (thrown) {
    const error = thrown as Error & { path?: string };
    if (
      typeof given === 'string' &&
      typeof error.path === 'string' &&
      error.path !== given &&
      error.path === pathOf(given)
    ) {
      error.message = error.message.replace(`'${error.path}'`, `'${given}'`);
      error.path = given;
    }
    throw error;
  }
}

function bytesOfData(data: unknown, encoding: string | null | undefined): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data, encoding ?? 'utf8');
  if (ArrayBuffer.isView(data))
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  throw invalidArgType(
    'data',
    'of type string or an instance of Buffer, TypedArray, or DataView',
    data,
  );
}

function append(path: unknown, data: unknown, options?: unknown): void {
  const { encoding } = optionsOf(options);
  if (typeof path === 'number') {
    descriptors.write(path, bytesOfData(data, encoding));
    return;
  }
  const full = pathOf(path);
  const before = nodeAt(full) === undefined ? new Uint8Array(0) : bytesAt(full, 'open');
  putFile(full, Buffer.concat([before, bytesOfData(data, encoding)]), 'open');
}

function stat(given: unknown, options?: unknown): Stats | undefined {
  const { throwIfNoEntry = true, bigint = false } = optionsOf(options);
  const path = pathOf(given);
  if (!throwIfNoEntry && nodeAt(path) === undefined) return undefined;
  return new Stats(path, mustExist(path, 'stat'), bigint);
}

function list(given: unknown, options?: unknown): unknown[] {
  const { withFileTypes = false, recursive = false } = optionsOf(options);
  const root = pathOf(given);
  const names = recursive ? deepNames(root, '') : namesIn(root);
  if (!withFileTypes) return names;
  return names.map((name) => {
    const path = `${root}/${name}`;
    const at = path.lastIndexOf('/');
    return new Dirent(path.slice(at + 1), path.slice(0, at), mustExist(path, 'scandir'));
  });
}

function deepNames(root: string, prefix: string): string[] {
  return namesIn(root + (prefix === '' ? '' : `/${prefix}`)).flatMap((name) => {
    const relative = prefix === '' ? name : `${prefix}/${name}`;
    const isDirectory = nodeAt(`${root}/${relative}`)?.kind === 'directory';
    return isDirectory ? [relative, ...deepNames(root, relative)] : [relative];
  });
}

/** Everything that can fail, synchronously. The callback and promise forms are made of it. */
const operations = {
  access(path: unknown, mode = 0): void {
    const full = pathOf(path);
    mustExist(full, 'access');
    if (mode & constants.W_OK) mustBeWritable(full, 'access');
  },
  appendFile: append,
  chmod: (path: unknown): void => mustBeWritable(pathOf(path), 'chmod'),
  chown: (path: unknown): void => mustBeWritable(pathOf(path), 'chown'),
  close: (fd: number): void => descriptors.close(fd),
  copyFile(from: unknown, to: unknown): void {
    putFile(pathOf(to), bytesAt(pathOf(from), 'copyfile').slice(), 'copyfile');
  },
  fstat: (fd: number): Stats => descriptors.stat(fd),
  fsync: (): void => undefined,
  fdatasync: (): void => undefined,
  ftruncate: (fd: number, length = 0): void => descriptors.truncate(fd, length),
  lstat: stat,
  mkdir: (path: unknown, options?: unknown): string | undefined =>
    makeDirectory(pathOf(path), Boolean(optionsOf(options).recursive)),
  mkdtemp(prefix: unknown): string {
    const path = `${shownPath(prefix)}${Math.random().toString(36).slice(2, 8).padEnd(6, 'x')}`;
    makeDirectory(pathOf(path), false);
    return path;
  },
  open: (path: unknown, flags: string | number = 'r'): number =>
    descriptors.open(pathOf(path), flags),
  readdir: list,
  readFile(path: unknown, options?: unknown): unknown {
    const { encoding } = optionsOf(options);
    const bytes = typeof path === 'number' ? descriptors.rest(path) : bytesAt(pathOf(path), 'open');
    const buffer = Buffer.from(bytes);
    return encoding && encoding !== 'buffer' ? buffer.toString(encoding) : buffer;
  },
  readlink(path: unknown): never {
    mustExist(pathOf(path), 'readlink');
    throw fileError('EINVAL', 'readlink', shownPath(path));
  },
  realpath(path: unknown): string {
    const full = pathOf(path);
    mustExist(full, 'lstat');
    return full;
  },
  rename: (from: unknown, to: unknown): void => move(pathOf(from), pathOf(to)),
  rm(path: unknown, options?: unknown): void {
    const { recursive = false, force = false } = optionsOf(options);
    const full = pathOf(path);
    const node = nodeAt(full);
    if (node === undefined && force) return;
    if (mustExist(full, 'rm').kind === 'directory') removeDirectory(full, recursive);
    else removeFile(full);
  },
  rmdir: (path: unknown, options?: unknown): void =>
    removeDirectory(pathOf(path), Boolean(optionsOf(options).recursive)),
  stat,
  symlink: (_target: unknown, path: unknown): never => {
    throw fileError('EPERM', 'symlink', shownPath(path));
  },
  truncate(path: unknown, length = 0): void {
    const full = pathOf(path);
    const bytes = new Uint8Array(length);
    bytes.set(bytesAt(full, 'open').subarray(0, length));
    putFile(full, bytes, 'open');
  },
  unlink: (path: unknown): void => removeFile(pathOf(path)),
  utimes: (path: unknown): void => mustBeWritable(pathOf(path), 'utime'),
  writeFile(path: unknown, data: unknown, options?: unknown): void {
    const { encoding, flag = 'w' } = optionsOf(options);
    if (flag.startsWith('a')) append(path, data, options);
    else if (typeof path === 'number') descriptors.write(path, bytesOfData(data, encoding));
    else putFile(pathOf(path), bytesOfData(data, encoding), 'open');
  },
} satisfies Record<string, Run>;

type Name = keyof typeof operations;

function runNamed(name: Name, args: readonly unknown[]): unknown {
  return withGivenPath(args[0], () => Reflect.apply(operations[name], undefined, args as never[]));
}

/** The callback form: completes in a later turn of the loop, as real input and output does. */
function callbackForm(name: Name): Run {
  return (...args: unknown[]): void => {
    const callback = args.pop() as (error: unknown, value?: unknown) => void;
    mustBeFunction(callback, 'cb');
    setImmediate(() => {
      let value: unknown;
      try {
        value = runNamed(name, args);
      } catch (error) {
        callback(error);
        return;
      }
      if (value === undefined) callback(null);
      else callback(null, value);
    });
  };
}

function promiseForm(name: Name): Run {
  return (...args: unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      setImmediate(() => {
        try {
          resolve(runNamed(name, args));
        } catch (error) {
          reject(error);
        }
      });
    });
}

const names = Object.keys(operations) as Name[];

/** The module fs/promises. */
export const promises: Record<string, unknown> = { constants };
/** The module fs. */
export const fs: Record<string, unknown> = { constants, ...constants, Stats, Dirent };
for (const name of names) {
  promises[name] = promiseForm(name);
  fs[name] = callbackForm(name);
  fs[`${name}Sync`] = (...args: unknown[]): unknown => runNamed(name, args);
}

function existsSync(path: unknown): boolean {
  try {
    return nodeAt(pathOf(path)) !== undefined;
  } catch {
    return false;
  }
}

async function openHandle(path: unknown, flags?: string): Promise<object> {
  const fd = await (promises['open_'] as (path: unknown, flags?: string) => Promise<number>)(
    path,
    flags,
  );
  return {
    fd,
    close: () => (promises['close'] as (fd: number) => Promise<void>)(fd),
    readFile: (options?: unknown) =>
      (promises['readFile'] as (...args: unknown[]) => Promise<unknown>)(fd, options),
    writeFile: (data: unknown, options?: unknown) =>
      (promises['writeFile'] as (...args: unknown[]) => Promise<unknown>)(fd, data, options),
    appendFile: (data: unknown, options?: unknown) =>
      (promises['appendFile'] as (...args: unknown[]) => Promise<unknown>)(fd, data, options),
    stat: () => (promises['fstat'] as (fd: number) => Promise<unknown>)(fd),
  };
}
promises['open_'] = promises['open'];
promises['open'] = openHandle;
Object.defineProperty(promises, 'open_', { enumerable: false });

const refused =
  (name: string): Run =>
  (): never => {
    throw notSupported(`fs.${name}()`);
  };

function streams(): typeof ownFsStreamsModule {
  return require('./fs-streams.ts') as typeof ownFsStreamsModule;
}

Object.assign(fs, descriptors.module, {
  promises,
  existsSync,
  exists: (path: unknown, callback: (exists: boolean) => void) =>
    setImmediate(() => callback(existsSync(path))),
  createReadStream: (path: unknown, options?: unknown) =>
    streams().createReadStream(pathOf(path), options),
  createWriteStream: (path: unknown, options?: unknown) =>
    streams().createWriteStream(pathOf(path), options),
  watch: refused('watch'),
  watchFile: refused('watchFile'),
  unwatchFile: () => undefined,
});
for (const name of ['ReadStream', 'WriteStream'] as const) {
  Object.defineProperty(fs, name, {
    configurable: true,
    enumerable: true,
    get: () => streams()[name],
  });
}
for (const name of ['realpath', 'realpathSync'] as const)
  Object.assign(fs[name] as object, { native: fs[name] });
