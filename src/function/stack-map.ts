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

/** A frame in our own code inside the isolate: of no use to the author of a function. */
const GUEST_FRAME = /^\s+at .*\bisoedge:guest:\d/;

/**
 * Turns the positions of a stack trace from the bundle into those of the user's files:
 * `/var/task/lib/auth.ts:3:9`. Lines and columns are 1-based. What is not a position in the
 * program, or has no counterpart, stays as it is; frames of the guest are left out.
 */
export function mapTrace(trace: readonly string[], pkg: FunctionPackage): string[] {
  return trace
    .filter((frame) => !GUEST_FRAME.test(frame))
    .map((frame) =>
      frame.replace(
        POSITION,
        (position, line: string, column: string) =>
          sourcePositionAt(pkg, Number(line) - 1, Number(column) - 1) ?? position,
      ),
    );
}

/**
 * Does the same for a text that may hold stack frames, such as a log line with an error in it. A
 * text without any is returned as it is.
 */
export function mapText(text: string, pkg: FunctionPackage): string {
  const mentionsFrame = text.includes(`${PROGRAM_FILENAME}:`) || text.includes('isoedge:guest:');
  return mentionsFrame ? mapTrace(text.split('\n'), pkg).join('\n') : text;
}

/**
 * The position in the user's files, `/var/task/lib/auth.ts:3:9`, of one in the program, which is
 * given 0-based. `undefined` where there is none.
 */
export function sourcePositionAt(
  pkg: FunctionPackage,
  line: number,
  column: number,
): string | undefined {
  if (pkg.sourceMap === undefined) return undefined;
  const entry = sourceMapOf(pkg, pkg.sourceMap).findEntry(line, column);
  if (!('originalSource' in entry)) return undefined;
  const file = guestPathOfSource(entry.originalSource);
  return `${file}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
}

function sourceMapOf(pkg: FunctionPackage, text: string): SourceMap {
  const known = sourceMaps.get(pkg);
  if (known !== undefined) return known;
  const parsed = new SourceMap(JSON.parse(text) as SourceMapPayload);
  sourceMaps.set(pkg, parsed);
  return parsed;
}
