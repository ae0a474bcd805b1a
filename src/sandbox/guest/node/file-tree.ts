import { readTaskFile, resolvePath, taskFiles } from '../core/files.ts';
import { errorNumber, systemErrors } from './system-errors.ts';

/**
 * The file system a function sees: its package under /var/task, read-only, and a private /tmp in
 * memory.
 */

interface TemporaryFile {
  readonly kind: 'file';
  bytes: Uint8Array;
  changedAt: number;
  mode: number;
}

interface Directory {
  readonly kind: 'directory';
  readonly changedAt: number;
}

interface TaskFile {
  readonly kind: 'task';
  readonly changedAt: number;
}

export type FileNode = TemporaryFile | Directory | TaskFile;

export interface FileError extends Error {
  errno: number;
  code: string;
  syscall: string;
  path?: string;
  dest?: string;
}

const TEMPORARY = '/tmp';
/** Time of package files, as Lambda's bundles have it. */
const PACKAGED_AT = Date.UTC(1980, 0, 1);
const EMPTY = new Uint8Array(0);

const temporary = new Map<string, TemporaryFile | Directory>([
  [TEMPORARY, { kind: 'directory', changedAt: Date.now() }],
]);
let taskDirectories: Set<string> | undefined;

/** An error as Node's fs throws it: `ENOENT: no such file or directory, open '/x'`. */
export function fileError(code: string, syscall: string, path?: string, dest?: string): FileError {
  const place = path === undefined ? '' : ` '${path}'${dest === undefined ? '' : ` -> '${dest}'`}`;
  const error = new Error(`${code}: ${systemErrors[code] ?? 'unknown error'}, ${syscall}${place}`);
  Object.assign(error, { errno: errorNumber(code), code, syscall });
  if (path !== undefined) Object.assign(error, { path });
  if (dest !== undefined) Object.assign(error, { dest });
  return error as FileError;
}

function directoriesOfTask(): Set<string> {
  if (taskDirectories !== undefined) return taskDirectories;
  taskDirectories = new Set(['/', '/var', '/var/task', '/opt']);
  for (const path of taskFiles()) {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      taskDirectories.add(path.slice(0, at));
    }
  }
  return taskDirectories;
}

function isTemporary(path: string): boolean {
  return path === TEMPORARY || path.startsWith(`${TEMPORARY}/`);
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

/** What is at an absolute path, if anything. */
export function nodeAt(path: string): FileNode | undefined {
  if (isTemporary(path)) return temporary.get(path);
  if (directoriesOfTask().has(path)) return { kind: 'directory', changedAt: PACKAGED_AT };
  return readTaskFile(path) === undefined ? undefined : { kind: 'task', changedAt: PACKAGED_AT };
}

/** The same, or ENOENT (ENOTDIR below a file). */
export function mustExist(path: string, syscall: string): FileNode {
  const node = nodeAt(path);
  if (node !== undefined) return node;
  const parent = nodeAt(parentOf(path));
  const code = parent !== undefined && parent.kind !== 'directory' ? 'ENOTDIR' : 'ENOENT';
  throw fileError(code, syscall, path);
}

/** The bytes of a file; shared, so callers copy. */
export function bytesAt(path: string, syscall: string): Uint8Array {
  const node = mustExist(path, syscall);
  if (node.kind === 'directory') throw fileError('EISDIR', 'read');
  return node.kind === 'file' ? node.bytes : (readTaskFile(path) ?? EMPTY);
}

export function sizeOf(path: string, node: FileNode): number {
  if (node.kind === 'directory') return 4096;
  return node.kind === 'file' ? node.bytes.length : (readTaskFile(path)?.length ?? 0);
}

/** Only /tmp can be written; everywhere else is EROFS, as in Lambda. */
export function mustBeWritable(path: string, syscall: string): void {
  if (!isTemporary(path)) {
    const exists = nodeAt(path) !== undefined || nodeAt(parentOf(path)) !== undefined;
    throw fileError(exists ? 'EROFS' : 'ENOENT', syscall, path);
  }
  const parent = nodeAt(parentOf(path));
  if (parent === undefined && path !== TEMPORARY) throw fileError('ENOENT', syscall, path);
  if (parent !== undefined && parent.kind !== 'directory')
    throw fileError('ENOTDIR', syscall, path);
}

export function putFile(path: string, bytes: Uint8Array, syscall: string): void {
  mustBeWritable(path, syscall);
  const existing = temporary.get(path);
  if (existing?.kind === 'directory') throw fileError('EISDIR', syscall, path);
  temporary.set(path, {
    kind: 'file',
    bytes,
    changedAt: Date.now(),
    mode: existing?.mode ?? 0o644,
  });
}

export function makeDirectory(path: string, isRecursive: boolean): string | undefined {
  const existing = nodeAt(path);
  if (existing !== undefined) {
    if (isRecursive && existing.kind === 'directory') return undefined;
    throw fileError('EEXIST', 'mkdir', path);
  }
  let first: string | undefined;
  if (isRecursive && nodeAt(parentOf(path)) === undefined)
    first = makeDirectory(parentOf(path), true);
  mustBeWritable(path, 'mkdir');
  temporary.set(path, { kind: 'directory', changedAt: Date.now() });
  return first ?? (isRecursive ? path : undefined);
}

/** Names directly inside a directory, sorted. */
export function namesIn(path: string): string[] {
  if (mustExist(path, 'scandir').kind !== 'directory') throw fileError('ENOTDIR', 'scandir', path);
  const prefix = path === '/' ? '/' : `${path}/`;
  const names = new Set<string>();
  const all = isTemporary(path)
    ? temporary.keys()
    : [...taskFiles(), ...directoriesOfTask(), TEMPORARY];
  for (const each of all) {
    if (each.startsWith(prefix) && each !== path)
      names.add(each.slice(prefix.length).split('/')[0] ?? '');
  }
  return [...names].sort();
}

export function removeFile(path: string): void {
  const node = mustExist(path, 'unlink');
  mustBeWritable(path, 'unlink');
  if (node.kind === 'directory') throw fileError('EISDIR', 'unlink', path);
  temporary.delete(path);
}

export function removeDirectory(path: string, isRecursive: boolean): void {
  const node = mustExist(path, 'rmdir');
  mustBeWritable(path, 'rmdir');
  if (node.kind !== 'directory') throw fileError('ENOTDIR', 'rmdir', path);
  const inside = [...temporary.keys()].filter((each) => each.startsWith(`${path}/`));
  if (inside.length > 0 && !isRecursive) throw fileError('ENOTEMPTY', 'rmdir', path);
  for (const each of inside) temporary.delete(each);
  if (path !== TEMPORARY) temporary.delete(path);
}

export function move(from: string, to: string): void {
  const node = mustExist(from, 'rename');
  mustBeWritable(from, 'rename');
  mustBeWritable(to, 'rename');
  for (const [path, each] of new Map(temporary)) {
    if (path !== from && !path.startsWith(`${from}/`)) continue;
    temporary.delete(path);
    temporary.set(to + path.slice(from.length), each);
  }
  if (node.kind === 'file') node.changedAt = Date.now();
}

export { resolvePath };
