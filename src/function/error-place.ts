import { EdgeError } from '../base/edge-error.ts';
import type { FunctionPackage } from './function-package.ts';
import { sourcePositionAt } from './stack-map.ts';
import { TASK_ROOT } from './task-root.ts';

/** How the guest marks the causes of an error in its trace. */
const CAUSE = /^\s+\[cause\]: (.*)$/;

/**
 * Adds to an error what caused it, as a mapped trace tells, and where it went wrong: the first
 * frame that is in the author's own files, or in an npm package if there is no such. Message and
 * the fact `at` name it.
 */
export function withFrame(failed: EdgeError, trace: readonly string[]): EdgeError {
  const causes = trace.flatMap((line) => CAUSE.exec(line)?.[1] ?? []);
  const error =
    causes.length === 0
      ? failed
      : new EdgeError(failed.code, [failed.message, ...causes].join(', caused by '), {
          facts: failed.facts,
          cause: failed.cause,
        });
  const frames = trace.filter((line) => /^\s+at .*\/var\/task\//.test(line));
  const frame = frames.find((line) => !line.includes('/node_modules/')) ?? frames[0];
  return frame === undefined ? error : placed(error, frame.trim().slice('at '.length));
}

/**
 * Adds to the error of a refused result where the author's code names what was refused: the header
 * or the member of the facts, or else the handler. Code that computes the name is not found, so
 * this is where to look first, not a proof.
 */
export function withMention(error: EdgeError, pkg: FunctionPackage): EdgeError {
  const { header, member } = error.facts;
  const word = String(header ?? member ?? '');
  const place = mentionOf(pkg, word, findMention) ?? mentionOf(pkg, '', findHandler);
  return place === undefined ? error : placed(error, place);
}

function placed(error: EdgeError, place: string): EdgeError {
  return new EdgeError(error.code, `${error.message} (at ${place})`, {
    facts: { ...error.facts, at: place },
    cause: error.cause,
  });
}

/** More places than these say nothing. */
const MOST_PLACES = 3;

/**
 * Bounds on the search, since a function chooses its words: how many are looked for in all, and how
 * long a program may be.
 */
const MOST_WORDS = 64;
const LONGEST_PROGRAM = 4 * 1024 * 1024;

/** Places by word; a function that is refused once is refused again. */
const mentions = new WeakMap<FunctionPackage, Map<string, string | undefined>>();

function mentionOf(
  pkg: FunctionPackage,
  word: string,
  find: (pkg: FunctionPackage, word: string) => string | undefined,
): string | undefined {
  if (pkg.program.text.length > LONGEST_PROGRAM) return undefined;
  const known = mentions.get(pkg) ?? new Map<string, string | undefined>();
  mentions.set(pkg, known);
  const key = `${find.name} ${word}`;
  if (!known.has(key) && known.size < MOST_WORDS) known.set(key, find(pkg, word));
  return known.get(key);
}

/** The lines that set or delete the word; if there are none, the lines that hold it at all. */
function findMention(pkg: FunctionPackage, word: string): string | undefined {
  if (word === '') return undefined;
  const name = String.raw`(?<![\w$-])${escaped(word)}(?![\w$-])`;
  const changed = new RegExp(
    String.raw`(?<!\b(?:const|let|var) )${name}['"\x60]?\]?\s*(?:=(?!=)|:)|` +
      String.raw`\bdelete [\w.$]+(?:\.|\[['"\x60])${name}`,
    'gi',
  );
  const places =
    placesOf(pkg, changed) ?? placesOf(pkg, new RegExp(String.raw`['"\x60]${name}['"\x60]`, 'gi'));
  return places?.join(', ');
}

/** The line on which the handler is declared. */
function findHandler(pkg: FunctionPackage): string | undefined {
  const name = escaped(pkg.exportPath.at(-1) ?? '');
  const declared = String.raw`(?:exports\.|\b(?:const|let|var|function\*?) )${name}\b(?! = void 0)`;
  return placesOf(pkg, new RegExp(declared, 'g'))?.join(', ');
}

function escaped(word: string): string {
  return word.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

/** The author's own lines that match; `undefined` for none, and for too many. */
function placesOf(pkg: FunctionPackage, pattern: RegExp): string[] | undefined {
  const places = new Map<string, string>();
  for (const [number, text] of pkg.program.text.split('\n').entries()) {
    for (const match of text.matchAll(pattern)) {
      const place = sourcePositionAt(pkg, number, match.index);
      if (place === undefined || place.includes('/node_modules/')) continue;
      const line = place.slice(0, place.lastIndexOf(':'));
      if (line.startsWith(TASK_ROOT)) places.set(line, line);
      if (places.size > MOST_PLACES) return undefined;
    }
  }
  return places.size === 0 ? undefined : [...places.values()];
}
