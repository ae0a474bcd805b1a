/** Entity tags (RFC 9110 §8.8.3). */

/** `opaque` keeps its quotes when it had some, so that unquoted tags of careless origins still compare equal. */
export interface EntityTag {
  readonly weak: boolean;
  readonly opaque: string;
}

/** Reads one entity tag. Never fails: what is not in the grammar is kept whole as a strong opaque tag. */
export function parseEntityTag(text: string): EntityTag {
  const trimmed = text.trim();
  // Differs: `w/` in lower case is read as weak, which can only make a comparison more careful.
  const weak = trimmed.startsWith('W/') || trimmed.startsWith('w/');
  return { weak, opaque: weak ? trimmed.slice(2) : trimmed };
}

const LIST_MEMBER = /\s*((?:W\/)?"[^"]*"|[^\s,]+(?:[^,"]*[^\s,"])?)\s*(?:,|$)|,/giy;

/** Entity tags of If-Match or If-None-Match, or `'*'`. A quoted tag may hold commas. */
export function parseEntityTagList(value: string): '*' | readonly EntityTag[] {
  if (value.trim() === '*') return '*';
  const tags: EntityTag[] = [];
  LIST_MEMBER.lastIndex = 0;
  for (let match = LIST_MEMBER.exec(value); match !== null; match = LIST_MEMBER.exec(value)) {
    if (match[1] !== undefined) tags.push(parseEntityTag(match[1]));
    if (LIST_MEMBER.lastIndex >= value.length) break;
  }
  return tags;
}

/** RFC 9110 §8.8.3.2, strong comparison: both strong, and the same characters. */
export function strongMatch(a: EntityTag, b: EntityTag): boolean {
  return !a.weak && !b.weak && a.opaque === b.opaque;
}

/** RFC 9110 §8.8.3.2, weak comparison: the same characters, weak or not. */
export function weakMatch(a: EntityTag, b: EntityTag): boolean {
  return a.opaque === b.opaque;
}
