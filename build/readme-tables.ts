import { globSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { metaOf } from '../src/config/schema/setting.ts';
import { CODE_LIMIT_BYTES, FOLDER_FILES_LIMIT_BYTES } from '../src/function/code-limits.ts';
import { HOOK_POINTS } from '../src/hook/hook-point.ts';
import { LIMITS, type LimitRow } from '../src/hook/lambda-edge/limits.ts';
import { EGRESS_LIMITS } from '../src/host/egress/limits.ts';
import { settings } from './configuration-page.ts';
import { markdownTable } from './markdown.ts';

/** The generated parts of `README.md` and of the list of decisions. */

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Limits that a file can change, below one path: `functions.<name>` for instance. */
function settingLimits(folder: string): string {
  const rows = settings().flatMap(({ path, type }) => {
    const name = path.startsWith(`${folder}.`) ? path.slice(folder.length + 1) : undefined;
    if (name === undefined || name.includes('.') || !(type instanceof z.ZodDefault)) return [];
    const { defaultValue } = type.def;
    if (typeof defaultValue !== 'number') return [];
    const { description = '', unit = 'count' } = metaOf(type);
    return [[`\`${name}\``, amount(defaultValue, unit), description]];
  });
  return markdownTable(['Setting', 'Default', 'What it limits'], rows);
}

const CODE_ROWS = [
  [
    'Code',
    amount(CODE_LIMIT_BYTES['lambda-edge'], 'bytes'),
    'Code, npm packages and files of one function, unpacked.',
  ],
  [
    'Files',
    amount(FOLDER_FILES_LIMIT_BYTES, 'bytes'),
    'Files that one function can read with `fs`; only functions that use `fs` get any.',
  ],
];

/** Settings of a function, and what its code may measure. */
export function functionLimits(): string {
  return [
    settingLimits('functions.<name>'),
    markdownTable(['Fixed', 'Limit', 'What it limits'], CODE_ROWS),
  ].join('\n\n');
}

/** Settings of the viewer side. */
export function viewerLimits(): string {
  return settingLimits('limits');
}

/** What each limit of the dialect is, for people. A new limit needs a sentence: the type asks for all of them. */
const RESULT_TEXTS: Readonly<Record<keyof typeof LIMITS, string>> = {
  viewerExposedBody:
    'Request content that a function sees; the rest is cut off, the origin gets all of it.',
  originExposedBody: 'The same.',
  viewerBodyText: 'Returned request content as text.',
  originBodyText: 'The same.',
  viewerBodyBase64: 'Returned request content as base64.',
  originBodyBase64: 'The same.',
  viewerResponse: 'A generated response, header fields and content together.',
  originResponse: 'A generated or replaced response, header fields and content together.',
  uriAndQuery: 'Returned URI and query string together.',
  viewerResultText: 'The whole result as text.',
  originResultText: 'The same.',
  headerLines: 'Header lines of a result.',
  lowestStatus: 'Lowest status of a response.',
  highestStatus: 'Highest status of a response.',
  customDomainName: 'Domain name of a custom origin.',
  s3DomainName: 'Domain name of an S3 origin.',
  originPath: 'Path of an origin.',
  lowestPort: 'Lowest port of an origin beside 80 and 443.',
  highestPort: 'Highest port of an origin.',
  shortestTimeout: 'Shortest timeout of an origin.',
  longestTimeout: 'Longest timeout of an origin.',
};

/** Limits on events and results, which no file can change. */
export function resultLimits(): string {
  const entries = Object.entries(LIMITS) as [keyof typeof LIMITS, LimitRow][];
  const rows = entries.map(([name, { value, unit, points }]) => [
    RESULT_TEXTS[name],
    amount(value, unit),
    points.length === HOOK_POINTS.length ? 'all' : points.join(', '),
  ]);
  return markdownTable(['What', 'Limit', 'Hook points'], rows);
}

/** Limits on network requests of functions. */
export function networkLimits(): string {
  const rows = Object.entries(EGRESS_LIMITS).map(([name, { value, unit, reason }]) => [
    `\`${name}\``,
    amount(value, unit),
    `${reason}.`,
  ]);
  return markdownTable(['Limit', 'Value', 'Why so much'], rows);
}

const UNITS: Readonly<Record<string, string>> = {
  count: '',
  status: '',
  port: '',
  seconds: 's',
};

/** `5,000 ms`; bytes that are a round number of KiB and more are said so. */
function amount(value: number, unit: string): string {
  if (unit === 'bytes') return bytesText(value);
  const digits = unit === 'port' ? String(value) : value.toLocaleString('en-US');
  return `${digits} ${UNITS[unit] ?? unit}`.trim();
}

function bytesText(value: number): string {
  for (const [size, name] of [
    [2 ** 30, 'GiB'],
    [2 ** 20, 'MiB'],
    [2 ** 10, 'KiB'],
  ] as const) {
    if (value >= size && value % size === 0) return `${value / size} ${name}`;
  }
  return `${value.toLocaleString('en-US')} bytes`;
}

/** The pages of `docs/decisions`, by their titles. */
export function decisionsList(): string {
  const pages = globSync('docs/decisions/*.md', { cwd: ROOT }).toSorted();
  const items = pages.flatMap((page) => {
    const title = /^# (.+)$/m.exec(readFileSync(`${ROOT}/${page}`, 'utf8'))?.[1] ?? page;
    const name = basename(page);
    return name === 'README.md' ? [] : [`- [${title}](${name})`];
  });
  return items.join('\n');
}

/** The example functions: what each says of itself in its first comment. */
export function hooksTable(): string {
  const files = globSync('hooks/*/index.{ts,js,mjs,cjs}', { cwd: ROOT }).toSorted();
  const rows = files.map((file) => {
    const { does, points } = selfDescription(file);
    return [`[${dirname(file).slice('hooks/'.length)}](${file})`, points.join(', '), does];
  });
  return markdownTable(['Function', 'Hook points', 'What it does'], rows);
}

function selfDescription(file: string): {
  readonly does: string;
  readonly points: readonly string[];
} {
  const comment = /^\/\*\*([^]*?)\*\//.exec(readFileSync(`${ROOT}/${file}`, 'utf8'))?.[1] ?? '';
  const text = comment.replaceAll(/\s*\n \* ?/g, '\n').trim();
  const paragraphs = text.split(/\n{2,}/).map((paragraph) => paragraph.replaceAll('\n', ' '));
  const does = /^[\w-]+: (.*?\.)(?: |$)/.exec(paragraphs[0] ?? '')?.[1];
  const said = paragraphs.find((paragraph) => /^Hook points?:/.test(paragraph))?.split('.')[0];
  const points = HOOK_POINTS.filter((point) => said?.includes(point));
  if (does === undefined || points.length === 0) {
    throw new Error(
      `Cannot describe "${file}": expected "name: sentence." and "Hook point: …" in its first comment`,
    );
  }
  return { does: `${does[0]?.toUpperCase()}${does.slice(1)}`, points };
}
