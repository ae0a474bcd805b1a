import { expect, test } from 'vitest';
import { settings } from '../../build/configuration-page.ts';
import { errorGroups } from '../../build/errors-page.ts';
import { fileOnDisk, generatedFiles } from '../../build/generate-docs.ts';
import { ERROR_TABLE } from '../../src/base/error-codes.ts';
import { compileConfig } from '../../src/config/compile.ts';
import { metaOf } from '../../src/config/schema/setting.ts';
import { expectationOf, typeName } from '../../src/config/schema-tree.ts';
import { METRIC_TABLE } from '../../src/telemetry/metric-table.ts';

const COMMAND = 'it is outdated: run node build/generate-docs.ts';

test.each(generatedFiles())('$path holds what the tables in the code say', ({ path, text }) => {
  expect(fileOnDisk(path), COMMAND).toBe(text);
});

function firstCells(path: string, pattern: RegExp): string[] {
  return [...(fileOnDisk(path) ?? '').matchAll(pattern)].map((match) => match[1] ?? '').toSorted();
}

test('docs/errors.md has each code of the error table once, and no other', () => {
  const documented = firstCells('docs/errors.md', /^\| `(EDGE_\w+)` \|/gm);
  expect(documented).toEqual(Object.keys(ERROR_TABLE).toSorted());
});

test('docs/errors.md has a section with advice for each group of codes, and no other', () => {
  const page = fileOnDisk('docs/errors.md') ?? '';
  const sections = page.matchAll(/^## [^\n]+\n\n[A-Z][^]*?\n\n<!-- ([A-Z]+):begin -->/gm);
  expect([...sections].map((match) => match[1])).toEqual(
    expect.arrayContaining([...errorGroups().keys()]),
  );
  expect(page.match(/:begin -->/g)).toHaveLength(errorGroups().size);
});

test.each(['docs/errors.md', 'docs/metrics.md', 'docs/configuration.md'])(
  '%s mentions no code and no metric that does not exist',
  (path) => {
    const page = fileOnDisk(path) ?? '';
    const known = new Set<string>(Object.keys(ERROR_TABLE));
    for (const row of Object.values(METRIC_TABLE)) known.add(row.name);
    const mentioned = page.match(/\bEDGE_[A-Z_]+|\bisoedge_[a-z_]+/g) ?? [];
    expect(mentioned.filter((name) => !known.has(name))).toEqual([]);
  },
);

test('docs/metrics.md has each metric once, and no other', () => {
  const documented = firstCells('docs/metrics.md', /^\| `(isoedge_\w+)` \|/gm);
  expect(documented).toEqual(
    Object.values(METRIC_TABLE)
      .map((row) => row.name)
      .toSorted(),
  );
});

test('the smallest file of docs/configuration.md is a good configuration', () => {
  const example = /```json\n([^]*?)```/.exec(fileOnDisk('docs/configuration.md') ?? '')?.[1] ?? '';
  const input: unknown = JSON.parse(example);
  expect(compileConfig(input, '/')).toMatchObject({ kind: 'loaded' });
});

const UNITS = { Ms: 'ms', Seconds: 's', Bytes: 'bytes', Mb: 'MiB' } as const;

test.each(settings())('the setting $path has a sentence, and its unit is in its name', (row) => {
  const { description, unit } = metaOf(row.type);
  expect(description).toMatch(/^[A-Z`*][^]*\.$/);
  const ending = /(?:Ms|Seconds|Bytes|Mb)$/.exec(row.path)?.[0] as keyof typeof UNITS | undefined;
  expect(unit === 'count' ? undefined : unit).toBe(ending && UNITS[ending]);
  if (typeName(row.type) === 'integer') expect(expectationOf(row.type)).toMatch(/\d/);
});
