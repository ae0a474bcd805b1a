/**
 * Optimal string alignment distance: the least number of inserted, removed, replaced and swapped neighbouring characters
 * between the two words, that is Damerau–Levenshtein without editing a swapped pair again.
 */
function typingDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const removed = (previous[column] ?? 0) + 1;
      const inserted = (current[column - 1] ?? 0) + 1;
      const swaps = row > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const swapped = swaps ? (beforePrevious[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY;
      current.push(Math.min(replaced, removed, inserted, swapped));
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length] ?? a.length;
}

/**
 * The candidate that `word` is most likely a typing mistake of, or `undefined` if none is near. Case does not count as a
 * difference; one mistake is allowed in each three characters.
 */
export function suggestName(word: string, candidates: readonly string[]): string | undefined {
  const typed = word.toLowerCase();
  let best: string | undefined;
  if (typed.length > 100) return undefined;
  // A word of one letter is one mistake away from every other.
  let bestDistance = Math.min(Math.max(1, Math.floor(typed.length / 3)) + 1, typed.length);
  for (const candidate of candidates) {
    const distance = typingDistance(typed, candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}
