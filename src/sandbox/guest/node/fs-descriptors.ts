import { writeLog } from '../core/console.ts';
import { addTick } from '../core/loop.ts';
import { Buffer } from './buffer.ts';
import { bytesAt, fileError, mustBeWritable, mustExist, nodeAt, putFile } from './file-tree.ts';
import { constants, Stats } from './fs-types.ts';
import { setImmediate } from './timers.ts';

/** Open files. 1 and 2 are the log of the function. */

interface Open {
  readonly path: string;
  readonly isAppending: boolean;
  position: number;
}

type Callback = (error: unknown, ...values: unknown[]) => void;

const FIRST = 20;
const open = new Map<number, Open>();
let lastDescriptor = FIRST;

function find(fd: number, syscall: string): Open {
  const found = open.get(fd);
  if (found === undefined) throw fileError('EBADF', syscall);
  return found;
}

function openFile(path: string, given: string | number): number {
  const flags =
    typeof given === 'number' ? (given & constants.O_APPEND ? 'a' : given & 3 ? 'w' : 'r') : given;
  const exists = nodeAt(path) !== undefined;
  if (flags.startsWith('r')) {
    mustExist(path, 'open');
    if (flags.includes('+')) mustBeWritable(path, 'open');
  } else {
    if (flags.includes('x') && exists) throw fileError('EEXIST', 'open', path);
    if (!exists || flags.startsWith('w')) putFile(path, new Uint8Array(0), 'open');
    else mustBeWritable(path, 'open');
  }
  lastDescriptor += 1;
  open.set(lastDescriptor, { path, isAppending: flags.startsWith('a'), position: 0 });
  return lastDescriptor;
}

function write(fd: number, bytes: Uint8Array, position?: number | null): number {
  if (fd === 1 || fd === 2) {
    const text = Buffer.from(bytes).toString();
    writeLog(fd === 1 ? 'info' : 'error', text.endsWith('\n') ? text.slice(0, -1) : text);
    return bytes.length;
  }
  const file = find(fd, 'write');
  const before = bytesAt(file.path, 'write');
  const start = file.isAppending ? before.length : (position ?? file.position);
  const after = new Uint8Array(Math.max(before.length, start + bytes.length));
  after.set(before);
  after.set(bytes, start);
  putFile(file.path, after, 'write');
  if (position === undefined || position === null) file.position = start + bytes.length;
  return bytes.length;
}

function read(fd: number, target: Uint8Array, position?: number | null): number {
  const file = find(fd, 'read');
  const bytes = bytesAt(file.path, 'read');
  const start = position ?? file.position;
  const part = bytes.subarray(start, start + target.length);
  target.set(part);
  if (position === undefined || position === null) file.position = start + part.length;
  return part.length;
}

interface Range {
  readonly offset?: number;
  readonly length?: number;
  readonly position?: number | null;
}

/** The part of a buffer that `(buffer, offset, length, position)` or `(buffer, options)` means. */
function viewOf(
  buffer: Uint8Array,
  rest: readonly unknown[],
): [Uint8Array, number | null | undefined] {
  const [first] = rest;
  const range: Range =
    typeof first === 'object' && first !== null
      ? first
      : { offset: first as number, length: rest[1] as number, position: rest[2] as number };
  const offset = range.offset ?? 0;
  const length = range.length ?? buffer.byteLength - offset;
  return [new Uint8Array(buffer.buffer, buffer.byteOffset + offset, length), range.position];
}

function readSync(fd: number, buffer: Uint8Array, ...rest: unknown[]): number {
  const [view, position] = viewOf(buffer, rest);
  return read(fd, view, position);
}

function writeSync(fd: number, data: unknown, ...rest: unknown[]): number {
  if (typeof data === 'string') {
    const encoding = rest.find((each) => typeof each === 'string');
    return write(
      fd,
      Buffer.from(data, encoding),
      typeof rest[0] === 'number' ? rest[0] : undefined,
    );
  }
  const [view, position] = viewOf(data as Uint8Array, rest);
  return write(fd, view, position);
}

function later(run: () => number, subject: unknown, callback: Callback): void {
  setImmediate(() => {
    let count: number;
    try {
      count = run();
    } catch (error) {
      callback(error);
      return;
    }
    callback(null, count, subject);
  });
}

export const descriptors = {
  open: openFile,
  write,
  close(fd: number): void {
    if (!open.delete(fd) && fd > 2) throw fileError('EBADF', 'close');
  },
  stat(fd: number): Stats {
    const { path } = find(fd, 'fstat');
    return new Stats(path, mustExist(path, 'fstat'), false);
  },
  truncate(fd: number, length: number): void {
    const { path } = find(fd, 'ftruncate');
    const bytes = new Uint8Array(length);
    bytes.set(bytesAt(path, 'ftruncate').subarray(0, length));
    putFile(path, bytes, 'ftruncate');
  },
  /** What is left to read. */
  rest(fd: number): Uint8Array {
    const file = find(fd, 'read');
    const bytes = bytesAt(file.path, 'read').subarray(file.position);
    file.position += bytes.length;
    return bytes;
  },
  /** The members of fs that take a descriptor and a buffer. */
  module: {
    readSync,
    writeSync,
    read(fd: number, buffer: Uint8Array, ...rest: unknown[]): void {
      const callback = rest.pop() as Callback;
      later(() => readSync(fd, buffer, ...rest), buffer, callback);
    },
    write(fd: number, data: unknown, ...rest: unknown[]): void {
      const callback = rest.pop() as Callback;
      if (fd === 1 || fd === 2) {
        // Node hands them to the system at once; a log must not wait for the next turn, which may
        // be that of another invocation.
        const count = writeSync(fd, data, ...rest);
        addTick(callback, [null, count, data]);
      } else later(() => writeSync(fd, data, ...rest), data, callback);
    },
  },
};
