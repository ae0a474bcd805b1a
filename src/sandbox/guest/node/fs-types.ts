import { type FileNode, sizeOf } from './file-tree.ts';

export const constants = {
  F_OK: 0,
  X_OK: 1,
  W_OK: 2,
  R_OK: 4,
  O_RDONLY: 0,
  O_WRONLY: 1,
  O_RDWR: 2,
  O_CREAT: 64,
  O_EXCL: 128,
  O_TRUNC: 512,
  O_APPEND: 1024,
  S_IFMT: 61440,
  S_IFREG: 32768,
  S_IFDIR: 16384,
  S_IFLNK: 40960,
  COPYFILE_EXCL: 1,
  UV_FS_COPYFILE_EXCL: 1,
};

function is(node: FileNode, kind: 'file' | 'directory'): boolean {
  return (node.kind === 'directory') === (kind === 'directory');
}

/** What fs.stat gives. */
export class Stats {
  readonly #node: FileNode;
  dev: number | bigint = 66_304;
  mode: number | bigint;
  nlink: number | bigint = 1;
  uid: number | bigint = 993;
  gid: number | bigint = 990;
  rdev: number | bigint = 0;
  blksize: number | bigint = 4096;
  ino: number | bigint = 1;
  size: number | bigint;
  blocks: number | bigint;
  atimeMs: number | bigint;
  mtimeMs: number | bigint;
  ctimeMs: number | bigint;
  birthtimeMs: number | bigint;
  atime: Date;
  mtime: Date;
  ctime: Date;
  birthtime: Date;

  constructor(path: string, node: FileNode, isBig: boolean) {
    const size = sizeOf(path, node);
    const number = (value: number): number | bigint => (isBig ? BigInt(value) : value);
    this.#node = node;
    this.mode = number(is(node, 'directory') ? 0o40755 : 0o100644);
    this.size = number(size);
    this.blocks = number(Math.ceil(size / 512));
    this.atimeMs = this.mtimeMs = this.ctimeMs = this.birthtimeMs = number(node.changedAt);
    this.atime = this.mtime = this.ctime = this.birthtime = new Date(node.changedAt);
  }

  isFile(): boolean {
    return is(this.#node, 'file');
  }
  isDirectory(): boolean {
    return is(this.#node, 'directory');
  }
  isSymbolicLink(): boolean {
    return false;
  }
  isFIFO(): boolean {
    return false;
  }
  isSocket(): boolean {
    return false;
  }
  isBlockDevice(): boolean {
    return false;
  }
  isCharacterDevice(): boolean {
    return false;
  }
}

/** What fs.readdir gives with `withFileTypes`. */
export class Dirent {
  readonly name: string;
  readonly parentPath: string;
  readonly path: string;
  readonly #node: FileNode;

  constructor(name: string, parentPath: string, node: FileNode) {
    this.name = name;
    this.parentPath = parentPath;
    this.path = parentPath;
    this.#node = node;
  }

  isFile(): boolean {
    return is(this.#node, 'file');
  }
  isDirectory(): boolean {
    return is(this.#node, 'directory');
  }
  isSymbolicLink(): boolean {
    return false;
  }
}
