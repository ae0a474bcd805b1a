import type { EncodedEvent } from './event-codec.ts';
import { type HeaderLines, NO_KEY, SEPARATOR } from './flat-text.ts';

/**
 * The header lines that a result has behind the delivered ones, when it repeats all else character
 * for character; `undefined` otherwise. To add a header is what most functions do, and then nothing
 * else has to be decoded or checked. Runs in the edge worker, on text that a guest may have forged.
 */
export function addedLines(result: string, event: EncodedEvent): HeaderLines | undefined {
  const { section, linesAt } = event;
  if (linesAt === -1 || result[0] !== 'F') return undefined;
  // Behind its letter the result is as the section, up to the number of lines.
  if (!result.startsWith(section.slice(0, linesAt + 1), 1)) return undefined;
  const numberEnd = endOfPart(section, linesAt + 1);
  const resultNumberEnd = endOfPart(result, linesAt + 2);
  const lines = section.slice(numberEnd);
  if (!result.startsWith(lines, resultNumberEnd)) return undefined;
  const parts = result.slice(resultNumberEnd + lines.length).split(SEPARATOR);
  const delivered = Number(section.slice(linesAt + 1, numberEnd));
  const total = Number(result.slice(linesAt + 2, resultNumberEnd));
  if (parts[0] !== '' || (parts.length - 1) / 3 !== total - delivered) return undefined;
  return linesOf(parts);
}

function endOfPart(text: string, at: number): number {
  const end = text.indexOf(SEPARATOR, at);
  return end === -1 ? text.length : end;
}

/** Lines from the second part on. `undefined` when one belongs to the line before, or has no key. */
function linesOf(parts: readonly string[]): HeaderLines | undefined {
  const lines: string[] = [];
  for (let i = 1; i < parts.length; i += 3) {
    const name = parts[i] as string;
    const key = parts[i + 1] as string;
    if (name === '' || key === NO_KEY) return undefined;
    lines.push(name, key === '' ? name : key, parts[i + 2] as string);
  }
  return lines;
}
