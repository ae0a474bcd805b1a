import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { configJsonSchema } from '../src/config/json-schema.ts';
import { benchmarkSection } from './benchmark-table.ts';
import { configurationTables } from './configuration-page.ts';
import { errorGroups, errorsTable } from './errors-page.ts';
import { lifecyclePage } from './lifecycle-page.ts';
import { withSection } from './markdown.ts';
import { metricsTable } from './metrics-page.ts';
import {
  decisionsList,
  functionLimits,
  hooksTable,
  networkLimits,
  resultLimits,
  viewerLimits,
} from './readme-tables.ts';

/**
 * Writes what is made from the tables in the code: `isoedge.schema.json` and the generated sections of the reference
 * pages. Run it with `node build/generate-docs.ts` after a change of the tables; a test compares the files.
 */

/** A file of the repository and what it should hold. */
export interface GeneratedFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** All generated files. Pages keep their hand-written text, which is read from disk. */
export function generatedFiles(): readonly GeneratedFile[] {
  return [
    { path: 'isoedge.schema.json', text: `${JSON.stringify(configJsonSchema(), undefined, 2)}\n` },
    pageWith('docs/configuration.md', { settings: configurationTables() }),
    pageWith('docs/metrics.md', { metrics: metricsTable() }),
    { path: 'docs/lifecycle.md', text: lifecyclePage() },
    pageWith('docs/decisions/README.md', { decisions: decisionsList() }),
    pageWith('README.md', {
      hooks: hooksTable(),
      'function-limits': functionLimits(),
      'result-limits': resultLimits(),
      'viewer-limits': viewerLimits(),
      'network-limits': networkLimits(),
      benchmark: benchmarkSection(),
    }),
    pageWith(
      'docs/errors.md',
      Object.fromEntries([...errorGroups()].map(([room, rows]) => [room, errorsTable(rows)])),
    ),
  ];
}

/** What the file holds on disk; `undefined` if it does not exist. */
export function fileOnDisk(path: string): string | undefined {
  const url = new URL(`../${path}`, import.meta.url);
  return existsSync(url) ? readFileSync(url, 'utf8') : undefined;
}

function pageWith(path: string, sections: Readonly<Record<string, string>>): GeneratedFile {
  let text = fileOnDisk(path) ?? '';
  for (const [name, section] of Object.entries(sections)) text = withSection(text, name, section);
  return { path, text };
}

if (import.meta.main) {
  for (const { path, text } of generatedFiles()) {
    if (fileOnDisk(path) === text) continue;
    writeFileSync(new URL(`../${path}`, import.meta.url), text);
    console.log(`Wrote ${path}`);
  }
}
