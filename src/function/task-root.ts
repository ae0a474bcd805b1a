import { posix, relative, sep } from 'node:path';

/** Where a function finds its own files, as on Lambda. */
export const TASK_ROOT = '/var/task';

/**
 * The file name under which the program of every function is compiled in its isolate. Stack frames
 * that name it are positions in the bundle; `mapTrace` turns them into positions in the user's
 * files.
 */
export const PROGRAM_FILENAME = `${TASK_ROOT}/index.js`;

/**
 * The path under which a function sees the file `file`: the package root is `/var/task`, npm
 * packages are in `/var/task/node_modules` wherever they were found, and `../x` of the root is
 * `/var/x`.
 */
export function guestPathOf(root: string, file: string): string {
  return guestPathOfSource(relative(root, file).split(sep).join('/'));
}

/**
 * The same for a path that is already relative to the package root, with `/`, as in the source map.
 */
export function guestPathOfSource(path: string): string {
  const packages = path.startsWith('../') ? path.indexOf('/node_modules/') : -1;
  return posix.resolve(TASK_ROOT, packages === -1 ? path : path.slice(packages + 1));
}
