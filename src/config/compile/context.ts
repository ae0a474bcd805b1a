import { statSync } from 'node:fs';
import path from 'node:path';
import type { ConfigPath, Finding } from '../problem.ts';
import { suggestName } from '../suggest.ts';

/** What every part of the compilation gets: where relative paths begin, and where problems go. */
export interface CompileContext {
  readonly baseDir: string;
  readonly report: (finding: Finding) => void;
}

const LONGEST_LIST = 8;

/** Reports a name that is not among `known`: with the likely one, or with the whole list if it is short. */
export function reportUnknownName(
  context: CompileContext,
  at: { readonly path: ConfigPath; readonly found: string; readonly expected: string },
  known: readonly string[],
): void {
  const suggestion = suggestName(at.found, known);
  const listed = suggestion === undefined && known.length > 0 && known.length <= LONGEST_LIST;
  const expected = listed ? `${at.expected} (${known.join(', ')})` : at.expected;
  context.report({ path: at.path, found: at.found, expected, suggestion });
}

/** The absolute form of a path of the file. */
export function absolutePath(context: CompileContext, file: string): string {
  return path.resolve(context.baseDir, file);
}

export type PathKind = 'file' | 'folder' | 'missing' | 'other';

/** What is at the path. A path through a file, or one that may not be looked at, is as good as missing. */
export function pathKind(absolute: string): PathKind {
  try {
    const found = statSync(absolute);
    if (found.isFile()) return 'file';
    return found.isDirectory() ? 'folder' : 'other';
  } catch {
    return 'missing';
  }
}

/** The absolute form of a path that has to name an existing file; reports it if it does not. */
export function existingFile(context: CompileContext, at: ConfigPath, file: string): string {
  const absolute = absolutePath(context, file);
  if (pathKind(absolute) !== 'file') {
    context.report({ path: at, found: file, expected: `an existing file, ${absolute} is none` });
  }
  return absolute;
}
