import { askHost } from './host.ts';
import { call, methodOf } from './method-of.ts';

/**
 * The files of the function's package, read-only, under /var/task. Content is fetched from the host
 * when it is first read.
 */

const ROOT = '/var/task/';
const fromBase64 = methodOf(Uint8Array, 'fromBase64');
const files = new Map<string, string | Uint8Array | undefined>();

/** `given`: base64 by path relative to the package root, or only the paths. */
export function configureFiles(given: Readonly<Record<string, string>> | readonly string[]): void {
  files.clear();
  if (Array.isArray(given))
    for (const path of given as readonly string[]) files.set(path, undefined);
  else for (const [path, text] of Object.entries(given)) files.set(path, text);
}

/** Absolute paths of all files. */
export function taskFiles(): string[] {
  return [...files.keys()].map((path) => ROOT + path);
}

/** The bytes of a file by absolute path, or `undefined`. The array is shared: callers copy. */
export function readTaskFile(path: string): Uint8Array | undefined {
  if (!path.startsWith(ROOT)) return undefined;
  const relative = path.slice(ROOT.length);
  if (!files.has(relative)) return undefined;
  const known = files.get(relative);
  if (known instanceof Uint8Array) return known;
  const bytes =
    known === undefined
      ? (askHost('file.read', relative) as Uint8Array | undefined)
      : call(fromBase64, Uint8Array, known);
  if (bytes !== undefined) files.set(relative, bytes);
  return bytes;
}

/** Joins and normalises POSIX paths. */
export function resolvePath(directory: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${directory}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
