import * as posixPath from 'path-browserify';

/**
 * The path module. Lambda runs on Linux, so the default is POSIX; `win32` is offered for its
 * separators only.
 */
interface PathModule {
  resolve(...parts: string[]): string;
  join(...parts: string[]): string;
  normalize(path: string): string;
  dirname(path: string): string;
  basename(path: string, suffix?: string): string;
  [member: string]: unknown;
}

const base = ((posixPath as { default?: unknown }).default ?? posixPath) as PathModule;

export const posix: PathModule = { ...base, toNamespacedPath: (path: unknown) => path };
posix['win32'] = { ...posix, sep: '\\', delimiter: ';' };
posix['posix'] = posix;
