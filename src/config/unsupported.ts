import type { ConfigPath } from './problem.ts';

/**
 * What the design of the configuration names and this version cannot do yet. A member, or a value of one, that would be
 * accepted in silence is worse than one that is refused; a row goes when the feature comes.
 */
interface UnsupportedRow {
  /** Segments of the JSON path; `*` stands for any one. */
  readonly path: readonly string[];
  /** Without it the member itself is refused; with it, only such values. */
  readonly value?: (value: unknown) => boolean;
  /** Begins a sentence that ends in "not supported in this version". */
  readonly what: string;
}

const UNSUPPORTED: readonly UnsupportedRow[] = [
  { path: ['listeners', '*', 'tls'], what: 'TLS on listeners is' },
  {
    path: ['functions', '*', 'runtime'],
    value: (value) => value === 'cloudfront-function',
    what: 'the runtime "cloudfront-function" is',
  },
  {
    path: ['functions', '*', 'code'],
    value: (value) => typeof value === 'string' && value.toLowerCase().endsWith('.zip'),
    what: 'code in a .zip file is',
  },
  { path: ['functions', '*', 'layers'], what: 'layers are' },
  { path: ['functions', '*', 'secrets'], what: 'secrets are' },
  { path: ['functions', '*', 'keyValueStore'], what: 'key value stores are' },
  { path: ['keyValueStores'], what: 'key value stores are' },
  { path: ['cache', 'disk'], what: 'the disk tier of the cache is' },
  { path: ['cache', 'redis'], what: 'the Redis tier of the cache is' },
  {
    path: ['behaviors', '*', 'compress'],
    value: (value) => value === true,
    what: 'compression is',
  },
  { path: ['behaviors', '*', 'hooks', '*'], value: namesVersion, what: 'versions and aliases are' },
  {
    path: ['behaviors', '*', 'hooks', '*', 'function'],
    value: namesVersion,
    what: 'versions and aliases are',
  },
];

function namesVersion(value: unknown): boolean {
  return typeof value === 'string' && value.includes(':');
}

/** The "expected" text for a member or value that this version does not support; `undefined` if it does. */
export function unsupportedAt(path: ConfigPath, value: unknown): string | undefined {
  const row = UNSUPPORTED.find((row) => matches(row, path) && (row.value?.(value) ?? true));
  if (row === undefined) return undefined;
  const instead = row.value === undefined ? 'no such member' : 'another value';
  return `${instead}: ${row.what} not supported in this version`;
}

function matches(row: UnsupportedRow, path: ConfigPath): boolean {
  return (
    row.path.length === path.length &&
    row.path.every((segment, index) => segment === '*' || segment === path[index])
  );
}

/** Calls `report` for each unsupported value in the file; unsupported members are unknown ones, found by the schema. */
export function findUnsupportedValues(
  input: unknown,
  report: (path: ConfigPath, value: unknown, expected: string) => void,
): void {
  for (const row of UNSUPPORTED) {
    if (row.value === undefined) continue;
    for (const [path, value] of placesOf(input, row.path, [])) {
      const expected = row.value(value) ? unsupportedAt(path, value) : undefined;
      if (expected !== undefined) report(path, value, expected);
    }
  }
}

function placesOf(
  value: unknown,
  pattern: readonly string[],
  path: ConfigPath,
): readonly (readonly [ConfigPath, unknown])[] {
  const [segment, ...rest] = pattern;
  if (segment === undefined) return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  const entries = Array.isArray(value)
    ? value.map((element, index): [string | number, unknown] => [index, element])
    : Object.entries(value);
  return entries
    .filter(([key]) => segment === '*' || segment === key)
    .flatMap(([key, child]) => placesOf(child, rest, [...path, key]));
}
