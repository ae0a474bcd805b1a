import { SourceMap, type SourceMapPayload } from 'node:module';
import type { FunctionPackage } from './function-package.ts';
import { guestPathOfSource, PROGRAM_FILENAME } from './task-root.ts';

/** A position in the program: `/var/task/index.js:12:34`, as V8 writes it in a stack frame. */
const POSITION = new RegExp(String.raw`(?:file://)?${PROGRAM_FILENAME}:(\d+):(\d+)`, 'g');

/**
 * Parsed source maps; a large one takes milliseconds to parse, so it is parsed at a function's
 * first error.
 */
const sourceMaps = new WeakMap<FunctionPackage, SourceMap>();

/**
 * Turns the positions of a stack trace from the bundle into those of the user's files:
 * `/var/task/lib/auth.ts:3:9`. Lines and columns are 1-based. What is not a position in the
 * program, or has no counterpart, stays as it is.
 */
export function mapTrace(trace: readonly string[], pkg: FunctionPackage): string[] {
  if (pkg.sourceMap === undefined) return [...trace];
  const sourceMap = sourceMapOf(pkg, pkg.sourceMap);
  return trace.map((frame) =>
    frame.replace(POSITION, (position, line: string, column: string) => {
      const entry = sourceMap.findEntry(Number(line) - 1, Number(column) - 1);
      if (!('originalSource' in entry)) return position;
      const file = guestPathOfSource(entry.originalSource);
      return `${file}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
    }),
  );
}

function sourceMapOf(pkg: FunctionPackage, text: string): SourceMap {
  const known = sourceMaps.get(pkg);
  if (known !== undefined) return known;
  const parsed = new SourceMap(JSON.parse(text) as SourceMapPayload);
  sourceMaps.set(pkg, parsed);
  return parsed;
}
