import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ERROR_TABLE } from '../../src/base/error-codes.ts';
import { compileConfig } from '../../src/config/compile.ts';
import { loadConfigFile } from '../../src/config/load.ts';
import { METRIC_TABLE } from '../../src/telemetry/metric-table.ts';

/** The pages that people write, against the code that they talk about. */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGES = globSync(['*.md', 'docs/**/*.md', 'src/**/*.md', 'hooks/**/*.md', 'bench/*.md'], {
  cwd: ROOT,
}).toSorted();

function textOf(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** The page without its code blocks, whose text is output and not prose. */
function proseOf(path: string): string {
  return textOf(path).replaceAll(/^```[^]*?^```/gm, '');
}

/** The anchor that a heading gets on the usual Git servers. */
function anchorOf(heading: string): string {
  const plain = heading.replaceAll('`', '').toLowerCase();
  return plain.replaceAll(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-');
}

function anchorsOf(path: string): string[] {
  return [...proseOf(path).matchAll(/^#+ (.+)$/gm)].map((match) => anchorOf(match[1] ?? ''));
}

function isBroken(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : normalize(join(dirname(page), path));
  if (!existsSync(join(ROOT, target))) return true;
  return anchor !== undefined && !anchorsOf(target).includes(anchor);
}

test('there are pages to check', () => {
  expect(PAGES).toEqual(expect.arrayContaining(['README.md', 'docs/architecture.md']));
});

test.each(PAGES)('%s has no link that leads nowhere', (page) => {
  const links = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
  const relative = links.filter((link) => !/^[a-z]+:/.test(link));
  expect(relative.filter((link) => isBroken(page, link))).toEqual([]);
});

const SOURCES = globSync(['src/**/*.ts', 'build/*.ts', 'bench/**/*.ts'], {
  cwd: ROOT,
  exclude: (path) => path.includes('node_modules'),
})
  .map(textOf)
  .join('\n');

test.each(PAGES)('%s names no function and no file that does not exist', (page) => {
  const prose = proseOf(page);
  const functions = [...prose.matchAll(/`(?:[A-Z]\w*\.)?(\w+)\(\)`/g)].map((match) => match[1]);
  const unknown = functions.filter((name) => !new RegExp(`\\b${name}\\(`).test(SOURCES));
  const files = [...prose.matchAll(/`((?:src|test|build|bench|docs|hooks)\/[\w./-]+)`/g)];
  const missing = files
    .map((match) => match[1] ?? '')
    .filter((path) => !existsSync(join(ROOT, path)));
  expect([...unknown, ...missing]).toEqual([]);
});

test.each(PAGES)('%s names no error code and no metric that does not exist', (page) => {
  const known = new Set<string>(Object.keys(ERROR_TABLE));
  // A histogram has several series.
  for (const { name } of Object.values(METRIC_TABLE)) known.add(name);
  const mentioned = textOf(page).match(/\bEDGE_[A-Z]+_[A-Z_]+\b|\bisoedge_[a-z_]+/g) ?? [];
  expect(mentioned.filter((name) => !known.has(name))).toEqual([]);
});

test('config.example.json is a configuration without problems, and its functions are in hooks/', () => {
  const loaded = loadConfigFile(join(ROOT, 'config.example.json'));
  expect(loaded).toMatchObject({ kind: 'loaded' });
  if (loaded.kind === 'invalid') return;
  const folders = Object.values(loaded.config.functions).map(({ code }) => code);
  expect(folders.length).toBeGreaterThan(0);
  expect(folders.filter((folder) => dirname(folder) !== join(ROOT, 'hooks'))).toEqual([]);
});

test('README.md shows a configuration without problems', () => {
  const example = /## Your own edge\n\n```json\n([^]*?)```/.exec(textOf('README.md'))?.[1] ?? '';
  const input: unknown = JSON.parse(example.replace('./functions/auth', './hooks/basic-auth'));
  expect(compileConfig(input, ROOT)).toMatchObject({ kind: 'loaded' });
});

test('README.md lists every example function', () => {
  const folders = globSync('hooks/*', { cwd: ROOT }).filter((path) =>
    statSync(join(ROOT, path)).isDirectory(),
  );
  expect(folders.length).toBeGreaterThan(0);
  const readme = textOf('README.md');
  expect(folders.filter((folder) => !readme.includes(`](${folder}/`))).toEqual([]);
});

test('README.md goes through every line that npm start prints', () => {
  const demo = textOf('src/cli/commands/demo.ts');
  const printed = [...demo.matchAll(/line: (["'])(curl .*)\1,?$/gm)].map((match) => match[2] ?? '');
  expect(printed.length).toBeGreaterThan(0);
  const lines = printed.map((line) => line.replace('EDGE', 'http://127.0.0.1:8080'));
  const readme = textOf('README.md');
  expect(lines.filter((line) => !readme.includes(`$ ${line}\n`))).toEqual([]);
});

test('docs/decisions/dependencies.md has every package that ships, in its pinned version', () => {
  const page = textOf('docs/decisions/dependencies.md');
  const { dependencies } = JSON.parse(textOf('package.json')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  const rows = Object.entries(dependencies).map(([name, version]) => `| ${name} ${version} `);
  expect(rows.filter((row) => !page.includes(row))).toEqual([]);
});
